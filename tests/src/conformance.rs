//! Do the same calls end the same way, whichever language makes them?

pub mod backend;
pub mod cases;
pub mod rust;
pub mod sites;
pub mod typescript;
pub mod values;
