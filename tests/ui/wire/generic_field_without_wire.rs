use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize)]
struct Author<T> {
    name: T,
}

#[derive(Serialize, Deserialize, Wire)]
struct Book<T> {
    title: T,
    author: Author<T>,
}

fn main() {}
