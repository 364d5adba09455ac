#![deny(deprecated)]

use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum External {
    Circle { radius: u8 },
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "is", content = "of")]
enum Adjacent {
    Circle { radius: u8 },
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "is")]
enum Internal {
    Circle { radius: u8 },
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire)]
enum Names {
    Circle,
    #[serde(other)]
    Unknown,
}

#[derive(Serialize, Deserialize, Wire)]
#[allow(deprecated)]
enum Silenced {
    Circle { radius: u8 },
    #[serde(other)]
    Unknown,
}

fn main() {}
