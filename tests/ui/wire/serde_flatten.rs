use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Page {
    total: u64,
    #[serde(rename = "n", flatten, default)]
    more: Option<Box<Page>>,
}

fn main() {}
