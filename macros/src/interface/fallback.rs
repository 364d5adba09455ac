//! What is left after a mistake, so that one mistake is one message?

use proc_macro2::TokenStream;
use quote::quote;

use super::expand;
use super::model::{Interface, Kind};
use super::parse::{Trait, is_trait};
use crate::diagnostics::Errors;

/// The item as it was, with the mistake.
pub(super) fn not_a_trait(kind: Kind, error: syn::Error, mut item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    if is_trait(item.clone()) {
        errors.push(error);
    } else {
        let message = format!(
            "#[{name}] describes a trait, and this is none\n\
             help: write `#[{name}(version = \"1.0.0\")] pub trait Catalog {{ .. }}`, and implement \
             that",
            name = kind.attribute()
        );
        errors.at(&item, message);
    }
    item.extend(errors.into_tokens());
    item
}

/// The trait, and where it can be told what they are, the client and the server with the methods
/// that were understood: impls and uses of them elsewhere have no part in the mistake.
pub(super) fn after(errors: Errors, item: Trait, model: Option<Interface>) -> TokenStream {
    let errors = errors.into_tokens();
    let the_trait = expand::the_trait(item);
    let rest = model.map(|model| expand::unregistered(&model));
    quote!(#errors #the_trait #rest)
}
