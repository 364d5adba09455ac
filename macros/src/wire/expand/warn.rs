//! What does the derive warn of?

use proc_macro2::TokenStream;
use quote::quote;

use crate::lint;
use crate::wire::crossing::Crossing;
use crate::wire::model::{Body, Definition, Shape, Tagging, Variant};

pub(super) fn warnings(definition: &Definition) -> TokenStream {
    let types = definition.crossings().into_iter().flat_map(Crossing::types);
    let bytes = lint::bytes_as_numbers(types);
    let newer = newer_content(definition);
    quote!(#bytes #newer)
}

/// `other` takes names that a reader does not know, but not what stands beside them.
fn newer_content(definition: &Definition) -> Option<TokenStream> {
    let Body::Enum { tagging: Tagging::External | Tagging::Adjacent { .. }, variants, .. } =
        &definition.body
    else {
        return None;
    };
    let other = variants.iter().find(|variant| variant.catch_all)?;
    let has_content = |variant: &Variant| !matches!(variant.shape, Shape::Unit);
    if !variants.iter().any(has_content) {
        return None;
    }
    Some(lint::warning(
        other.ident.span(),
        "OTHER_WITHOUT_CONTENT",
        "a variant of a newer version is read as this one only if it has no content, and the others \
         here have some; with #[serde(tag = \"..\")] on the enum alone its content is skipped, and a \
         last variant `#[serde(untagged)] Other(serde_json::Value)` keeps it; #[allow(deprecated)] \
         says that neither is wanted",
    ))
}
