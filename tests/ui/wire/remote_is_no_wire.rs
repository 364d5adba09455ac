use serde::{Deserialize, Serialize};
use traitwire::Wire;

struct Point {
    x: f64,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(remote = "Point")]
struct PointDef {
    x: f64,
}

fn crosses<T: Wire>() {}

fn main() {
    crosses::<PointDef>();
}
