//! `#[derive(Wire)]`: from a type and its serde attributes to a constant that describes it.
//!
//! | module | the question it answers |
//! |---|---|
//! | `parse` | What did the user write? |
//! | `define` | How does it become what it means? |
//! | `crossing` | What crosses in place of a field's own type? |
//! | `model` | What does the type mean on the wire? |
//! | `generics` | What do type parameters stand for in a definition? |
//! | `validate` | Is it allowed? |
//! | `expand` | What follows from it? |

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use crate::diagnostics::Errors;

mod crossing;
mod define;
mod expand;
mod generics;
mod model;
mod parse;
mod validate;

pub(crate) fn derive(item: TokenStream) -> TokenStream {
    let item: DeriveInput = match syn::parse2(item) {
        Ok(item) => item,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::default();
    if let Data::Union(data) = &item.data {
        errors.at(data.union_token, "a union cannot cross the wire\nhelp: use an enum");
        return errors.into_tokens();
    }
    let input = parse::parse(&item, &mut errors);
    let definition = define::define(&input, &mut errors);
    validate::check(&input, &definition, &mut errors);
    if errors.is_empty() {
        expand::expand(&definition)
    } else {
        let mut tokens = errors.into_tokens();
        tokens.extend(expand::fallback(&definition));
        tokens
    }
}

#[cfg(test)]
mod tests;
