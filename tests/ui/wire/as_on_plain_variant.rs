use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Shape {
    #[wire(as = String)]
    Circle(u8),
}

fn main() {}
