use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct First<I: Iterator> {
    item: I::Item,
}

fn main() {}
