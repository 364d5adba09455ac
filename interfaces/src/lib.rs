//! Two interfaces of real size, spoken by traitwire's examples and tests.
//!
//! - [`catalog`]: a repository of engineering models. Frontends find models, walk their trees, read
//!   properties, geometry and tiles, and follow their changes.
//! - [`jobs`]: long-running work over those models.
//!
//! Between them, every shape that a type can have on the wire occurs at least once. The crate turns
//! traitwire's default features off, as any interfaces crate does: it compiles no transport.

pub mod catalog;
pub mod jobs;
mod page;

pub use page::{Cursor, Page};
