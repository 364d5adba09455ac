use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Circle {
    #[serde(default = "missing")]
    radius: u8,
}

fn main() {}
