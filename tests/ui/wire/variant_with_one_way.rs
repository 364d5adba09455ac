use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
enum Shape {
    #[serde(serialize_with = "size")]
    #[wire(as = String)]
    Rectangle { width: u8, height: u8 },
}

fn size<S: serde::Serializer>(width: &u8, height: &u8, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&format_args!("{width}x{height}"))
}

fn main() {}
