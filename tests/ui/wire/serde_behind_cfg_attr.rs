use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Page {
    #[cfg_attr(all(), serde(flatten))]
    more: std::collections::BTreeMap<String, u8>,
}

fn main() {}
