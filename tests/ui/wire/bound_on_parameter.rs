use serde::{Deserialize, Serialize};
use traitwire::Wire;

trait Shape {}

#[derive(Serialize, Deserialize, Wire)]
struct Drawing<T: Clone + Shape, U>
where
    U: Shape,
{
    shapes: Vec<T>,
    more: Vec<U>,
}

fn main() {}
