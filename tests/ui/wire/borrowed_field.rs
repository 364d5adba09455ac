use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Name<'a> {
    name: &'a str,
    #[serde(skip)]
    note: Option<&'a str>,
}

fn main() {}
