use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Page {
    #[serde(with = "odd")]
    more: std::collections::BTreeMap<String, u8>,
    #[wire(sinc = "1.0.0")]
    number: u64,
    #[wire(since = "1.0")]
    size: u64,
}

// One mistake is one message: that the type cannot cross is not said again.
fn crosses<T: Wire>() {}

fn uses() {
    crosses::<Page>();
}

fn main() {}
