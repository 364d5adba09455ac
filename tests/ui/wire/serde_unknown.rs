use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Page {
    #[serde(renam = "n")]
    number: u64,
}

fn main() {}
