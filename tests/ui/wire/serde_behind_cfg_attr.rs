use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Page {
    #[cfg_attr(all(), serde(deserialize_with = "more"))]
    more: u8,
}

fn more<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    u8::deserialize(from)
}

fn main() {}
