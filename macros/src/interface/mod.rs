//! `#[rpc_interface]` and `#[ipc_interface]`: from a trait to its clients, servers and schema.
//!
//! | module | the question it answers |
//! |---|---|
//! | `parse` | What did the user write? |
//! | `model` | What does it mean? |
//! | `validate` | Is it allowed? |
//! | `expand` | What follows from it? |
//! | `fallback` | What is left after a mistake? |

mod expand;
mod fallback;
mod model;
mod parse;
mod validate;

#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;
use quote::quote;

use self::model::Kind;
use self::parse::Trait;
use crate::diagnostics::Errors;

pub(crate) fn rpc(options: TokenStream, item: TokenStream) -> TokenStream {
    interface(Kind::Rpc, options, item)
}

pub(crate) fn ipc(options: TokenStream, item: TokenStream) -> TokenStream {
    interface(Kind::Ipc, options, item)
}

fn interface(kind: Kind, options: TokenStream, item: TokenStream) -> TokenStream {
    let item: Trait = match syn::parse2(item.clone()) {
        Ok(item) => item,
        Err(error) => return fallback::not_a_trait(kind, error, item),
    };
    let mut errors = Errors::default();
    let model = parse::interface(kind, options, &item, &mut errors);
    if let Some(model) = &model {
        validate::interface(model, &mut errors);
    }
    match model {
        Some(model) if errors.is_empty() => {
            let the_trait = expand::the_trait(item);
            let rest = expand::interface(&model);
            quote!(#the_trait #rest)
        }
        model => fallback::after(errors, item, model),
    }
}
