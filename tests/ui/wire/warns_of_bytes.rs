#![deny(deprecated)]

use serde::{Deserialize, Serialize};
use traitwire::Wire;

#[derive(Serialize, Deserialize, Wire)]
struct Photo {
    name: String,
    thumbnail: Option<Vec<u8>>,
    content: Vec<u8>,
}

#[derive(Serialize, Deserialize, Wire)]
#[allow(deprecated)]
struct Numbers(Vec<u8>);

#[derive(Serialize, Deserialize, Wire)]
struct NoBytes {
    #[serde(skip)]
    cache: Vec<u8>,
    marker: std::marker::PhantomData<Vec<u8>>,
    wider: Vec<u16>,
}

fn main() {}
