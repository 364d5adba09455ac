//! How does a long list cross in parts?

use serde::{Deserialize, Serialize};
use traitwire::Wire;

/// One part of a list that is too long for one reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Page<T> {
    /// This part.
    pub items: Vec<T>,
    /// How many items the whole list has.
    pub total: u64,
    /// Where the next part begins. Absent in the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Whether this is the last part.
    pub fn is_last(&self) -> bool {
        self.next.is_none()
    }
}

/// A place in a list. It means something only to the backend that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(transparent)]
pub struct Cursor {
    /// What the backend wrote down, unreadable on purpose.
    pub token: String,
}
