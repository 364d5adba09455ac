use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Cache(#[serde(skip)] u64);

#[derive(Serialize, Deserialize, Wire)]
enum Place {
    Here(#[serde(skip)] u64),
}

fn main() {}
