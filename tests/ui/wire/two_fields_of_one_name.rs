use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(rename_all = "camelCase")]
struct Page {
    page_size: u64,
    #[serde(alias = "pageSize")]
    size: u64,
}

fn main() {}
