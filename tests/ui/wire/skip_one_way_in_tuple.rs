use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Point(u8, #[serde(skip_serializing)] u8);

#[derive(Serialize, Deserialize, Wire)]
enum Place {
    At(u8, #[serde(skip_deserializing)] u8),
    Near(u8, #[serde(skip_serializing_if = "is_zero")] u8),
    In(u8, #[wire(since = "1.2.0")] u8),
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

fn main() {}
