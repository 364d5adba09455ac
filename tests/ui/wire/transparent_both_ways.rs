use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(transparent)]
struct Id {
    #[serde(skip_serializing)]
    read: u8,
    #[serde(skip_deserializing)]
    written: u8,
}

fn main() {}
