use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize)]
struct Author {
    name: String,
}

#[derive(Serialize, Deserialize, Wire)]
struct Book {
    title: String,
    authors: Vec<Author>,
}

fn main() {}
