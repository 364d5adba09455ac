use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Id {
    Number(u64),
    #[serde(untagged)]
    Text(String),
}

fn main() {}
