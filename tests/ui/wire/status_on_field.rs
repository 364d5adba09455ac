use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[wire(status = 404)]
struct NotFound {
    #[wire(status = 404)]
    id: u64,
}

fn main() {}
