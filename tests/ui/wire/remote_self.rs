use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Self")]
struct Circle {
    radius: f64,
}

fn main() {}
