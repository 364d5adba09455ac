use serde::Serialize;
use traitwire::Wire;

#[derive(Serialize, Wire)]
struct Book<T> {
    title: T,
}

fn main() {}
