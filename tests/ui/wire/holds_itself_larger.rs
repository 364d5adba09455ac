// Without serde's derives, which rustc gives up at with messages of its own.
use traitwire::Wire;

#[derive(Wire)]
struct Nested<T> {
    item: T,
    more: Option<Box<Nested<Vec<T>>>>,
}

#[derive(Wire)]
struct Swapped<A, B> {
    a: A,
    more: Option<Box<Swapped<B, (A, u8)>>>,
}

fn main() {}
