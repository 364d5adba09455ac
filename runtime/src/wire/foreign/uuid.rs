//! uuid writes hyphens and small letters; bytes in binary encodings, but for the types that say how
//! their text looks.

use uuid::fmt::{Braced, Hyphenated, Simple, Urn};
use uuid::{NonNilUuid, Uuid};

use crate::wire::define::{format, wire};

macro_rules! hyphenated {
    () => {
        "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
    };
}

wire! {
    Uuid => format("uuid", concat!("^", hyphenated!(), "$")),
    // Which is not all zeros.
    NonNilUuid => format("uuid", concat!("^", hyphenated!(), "$")),
    Hyphenated => format("uuid", concat!("^", hyphenated!(), "$")),
    Simple => format("uuid-simple", "^[0-9a-fA-F]{32}$"),
    Braced => format("uuid-braced", concat!(r"^\{", hyphenated!(), r"\}$")),
    Urn => format("uuid-urn", concat!("^urn:uuid:", hyphenated!(), "$")),
}
