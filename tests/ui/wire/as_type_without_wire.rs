use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize)]
struct Inches(f64);

#[derive(Serialize, Deserialize, Wire)]
struct Circle {
    #[wire(as = Inches)]
    radius: f64,
}

fn main() {}
