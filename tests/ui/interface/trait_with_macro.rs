use traitwire::rpc_interface;

macro_rules! methods {
    () => {
        fn hidden(&self);
    };
}

#[rpc_interface(version = "1.0.0")]
#[rpc(public)]
pub trait Catalog {
    methods!();
}

fn main() {}
