use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "type")]
struct Circle {
    r#type: f64,
}

fn main() {}
