use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
#[serde(from = "Vec<Total>")]
struct Total {
    sum: u64,
}

impl From<Vec<Total>> for Total {
    fn from(totals: Vec<Total>) -> Total {
        Total { sum: totals.iter().map(|total| total.sum).sum() }
    }
}

fn main() {}
