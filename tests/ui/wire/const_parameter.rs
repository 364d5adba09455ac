use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Row<const N: usize> {
    cells: Vec<[u8; 4]>,
}

fn main() {}
