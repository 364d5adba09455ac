use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Name {
    #[serde(borrow)]
    name: std::borrow::Cow<'static, str>,
}

fn main() {}
