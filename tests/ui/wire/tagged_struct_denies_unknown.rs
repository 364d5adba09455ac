use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "type", deny_unknown_fields)]
struct Circle {
    radius: f64,
}

fn main() {}
