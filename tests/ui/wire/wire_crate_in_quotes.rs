use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[wire(crate = "traitwire")]
struct Page {
    number: u64,
}

fn main() {}
