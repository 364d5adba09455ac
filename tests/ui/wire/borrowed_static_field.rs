use serde::Serialize;
use traitwire::Wire;

#[derive(Serialize, Wire)]
struct Name {
    name: Option<&'static str>,
}

fn main() {}
