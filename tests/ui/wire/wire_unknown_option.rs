use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[wire(create = traitwire)]
struct Page {
    #[wire(required)]
    number: u64,
}

fn main() {}
