use serde::{Deserialize, Serialize};
use traitwire::Wire;

trait Shape {}

#[derive(Serialize, Deserialize, Wire)]
#[serde(bound = "T: Serialize + for<'a> Deserialize<'a> + Shape")]
struct Drawing<T> {
    shapes: Vec<T>,
}

fn main() {}
