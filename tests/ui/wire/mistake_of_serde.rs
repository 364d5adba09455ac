use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "kind", untagged)]
enum Amount {
    Nothing,
    Count { count: u32 },
}

fn main() {}
