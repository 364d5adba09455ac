use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Circle {
    #[wire(as = "String")]
    radius: u8,
}

fn main() {}
