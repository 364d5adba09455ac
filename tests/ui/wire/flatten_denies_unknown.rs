use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(deny_unknown_fields)]
struct Page {
    total: u64,
    #[serde(flatten)]
    more: std::collections::BTreeMap<String, u8>,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "is", deny_unknown_fields)]
enum Shape {
    Circle {
        #[serde(flatten)]
        more: std::collections::BTreeMap<String, u8>,
    },
}

fn main() {}
