use traitwire::Wire;

#[derive(Wire)]
struct Book {
    title: String,
}

fn main() {}
