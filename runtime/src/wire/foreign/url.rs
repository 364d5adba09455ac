//! url writes the URL as it was normalized.

use url::Url;

use crate::wire::define::{format, wire};

wire! {
    // What makes a URL is more than a pattern can say.
    Url => format("uri", ""),
}
