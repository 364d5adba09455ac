use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Problem {
    #[wire(status = 200)]
    Fine,
    #[wire(status = "404")]
    NotFound,
}

fn main() {}
