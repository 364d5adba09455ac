use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Color {
    Red,
    #[serde(other)]
    Unknown,
}

fn main() {}
