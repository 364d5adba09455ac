//! What does an incompatibility look like as JSON?

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::Incompatibility;

/// What differs, in the members that faults have over HTTP and over a pair.
#[derive(Serialize, Deserialize)]
pub(crate) struct Difference<'a> {
    interface: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    method: Option<Cow<'a, str>>,
    need: Cow<'a, str>,
    offers: Cow<'a, [String]>,
    reason: Cow<'a, str>,
    fix: Cow<'a, str>,
    retryable: bool,
}

impl<'a> From<&'a Incompatibility> for Difference<'a> {
    fn from(from: &'a Incompatibility) -> Self {
        Difference {
            interface: (&from.interface).into(),
            method: from.method.as_deref().map(Cow::from),
            need: (&from.need).into(),
            offers: (&from.offers).into(),
            reason: (&from.reason).into(),
            fix: (&from.fix).into(),
            retryable: from.retryable,
        }
    }
}

impl From<Difference<'_>> for Incompatibility {
    fn from(from: Difference<'_>) -> Self {
        Incompatibility {
            interface: from.interface.into_owned(),
            method: from.method.map(Cow::into_owned),
            need: from.need.into_owned(),
            offers: from.offers.into_owned(),
            reason: from.reason.into_owned(),
            fix: from.fix.into_owned(),
            retryable: from.retryable,
        }
    }
}
