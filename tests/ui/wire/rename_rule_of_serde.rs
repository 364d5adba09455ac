use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(rename_all = "camel_case")]
struct Page {
    page_size: u64,
}

fn main() {}
