use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize)]
struct Raw(u8);

#[derive(Serialize, Deserialize, Wire)]
#[serde(from = "Raw")]
struct Circle(u8);

impl From<Raw> for Circle {
    fn from(raw: Raw) -> Circle {
        Circle(raw.0)
    }
}

fn main() {}
