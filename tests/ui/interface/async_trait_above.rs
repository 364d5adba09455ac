use traitwire::rpc_interface;

// What #[async_trait] makes of the trait before it comes to us.

#[rpc_interface(version = "1.0.0")]
pub trait Catalog {
    fn get<'life0, 'async_trait>(
        &'life0 self,
    ) -> ::core::pin::Pin<Box<dyn Future<Output = u8> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait;
}

fn main() {}
