use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Problem {
    #[wire(status = 404)]
    #[wire(since = "1.2.0", status = 410)]
    NotFound,
}

fn main() {}
