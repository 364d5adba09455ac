use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "kind")]
enum Amount {
    Nothing,
    Count(u32),
    List(Vec<u16>),
}

fn main() {}
