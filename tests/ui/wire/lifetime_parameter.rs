use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Name<'a> {
    name: std::borrow::Cow<'a, str>,
}

fn main() {}
