//! What do the two backends do?

use traitwire::{Context, rpc_interface};

/// Takes orders.
#[rpc_interface(version = "1.0.0")]
pub trait Orders {
    /// Orders parts, and says whether they were there.
    #[rpc(public)]
    async fn order(&self, cx: &Context, part: &str, count: u64) -> bool;
}

/// Knows what is there.
#[rpc_interface(version = "1.0.0")]
pub trait Stock {
    /// How many there are.
    #[rpc(public, readonly)]
    async fn count(&self, part: &str) -> u64;
}

/// Asks the stock.
pub struct Desk {
    /// The stock's backend.
    pub stock: StockClient,
}

impl Orders for Desk {
    async fn order(&self, cx: &Context, part: &str, count: u64) -> bool {
        // The handler's span is the current one, so the call's span becomes its child.
        self.stock.count(part).context(cx).await.is_ok_and(|there| there >= count)
    }
}

/// Has seven of everything.
pub struct Shelf;

impl Stock for Shelf {
    async fn count(&self, part: &str) -> u64 {
        tracing::info_span!("look", part).in_scope(|| 7)
    }
}
