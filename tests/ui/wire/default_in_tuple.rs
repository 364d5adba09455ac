use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Point(u8, #[serde(default)] u8);

#[derive(Default, Serialize, Deserialize, Wire)]
#[serde(default)]
struct Size(u8, u8);

fn main() {}
