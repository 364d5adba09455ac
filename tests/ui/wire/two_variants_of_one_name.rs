use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(rename_all = "lowercase")]
enum Mode {
    ReadOnly,
    Readonly,
}

fn main() {}
