//! What is said of a thing besides its docs?

use traitwire_schema::{Deprecation, Variant};

/// Since when it is there, as a sentence.
pub(super) fn since(since: Option<&str>) -> Option<String> {
    since.map(|since| format!("Since {since}."))
}

/// What is to be said of a deprecation.
pub(super) fn deprecation(deprecated: Option<&Deprecation>) -> Option<String> {
    let Deprecation { since, note } = deprecated?;
    let since = since.as_ref().map_or(String::new(), |since| format!(" since {since}"));
    let note = note.as_ref().map_or(".".to_owned(), |note| format!(": {note}"));
    Some(format!("Deprecated{since}{note}"))
}

/// What is said of a variant in the list of its enum; `text` is what its docs say.
pub(super) fn about(variant: &Variant, text: &str) -> String {
    let text = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let more = [since(variant.since.as_deref()), deprecation(variant.deprecated.as_ref())];
    [text].into_iter().chain(more).flatten().collect::<Vec<_>>().join(" ")
}
