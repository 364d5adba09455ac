use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Change {
    #[wire(since = "1.2")]
    Added,
    Moved {
        #[wire(since = "v1.2.0")]
        by: u64,
    },
}

fn main() {}
