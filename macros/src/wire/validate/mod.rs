//! Is it allowed? All mistakes at once.

use syn::punctuated::Punctuated;
use syn::{GenericParam, Token, TypeParamBound, WherePredicate};

use super::generics::{self, Params};
use super::model::Definition;
use super::parse::{self, Input};
use crate::diagnostics::Errors;

mod elements;
mod names;
mod recursion;
mod serde;
mod types;

/// Finds what the type, its attributes and their combinations may not be.
pub(super) fn check(input: &Input, definition: &Definition, errors: &mut Errors) {
    check_parameters(definition, errors);
    check_bounds(input, errors);
    check_overlapping(input, errors);
    types::check(definition, errors);
    serde::check(input, errors);
    // Where others cross in place of the type, its fields do not matter.
    if !definition.conversion.is_full() {
        elements::check(input, errors);
        names::check(input, definition, errors);
    }
}

/// Only what has no tag can overlap.
fn check_overlapping(input: &Input, errors: &mut Errors) {
    let Some(overlapping) = &input.attrs.overlapping else { return };
    let has_untagged = match &input.body {
        parse::Body::Struct(_) => false,
        parse::Body::Enum(variants) => {
            input.attrs.untagged.is_some()
                || variants.iter().any(|variant| variant.attrs.untagged.is_some())
        }
    };
    if !has_untagged {
        errors.at(
            overlapping,
            "`overlapping` does not belong here: only variants without a tag can overlap\n\
             help: remove it",
        );
    }
}

fn check_parameters(definition: &Definition, errors: &mut Errors) {
    // A lifetime is there for references; the message at these says more.
    let borrows = definition.types().into_iter().any(|ty| generics::reference(ty).is_some());
    for param in &definition.item.generics.params {
        match param {
            GenericParam::Lifetime(param) if !borrows => errors.at(
                param,
                "a type with a lifetime cannot cross the wire, for what arrives is decoded\n\
                 help: own the data: `String`, `Vec<T>`, `Cow<'static, str>`",
            ),
            GenericParam::Const(param) => errors.at(
                param,
                "#[derive(Wire)] does not support const parameters yet\n\
                 help: write the number out, or use a `Vec`",
            ),
            GenericParam::Lifetime(_) | GenericParam::Type(_) => {}
        }
    }
}

const UNKNOWN_BOUND: &str = "this bound on a type parameter is not supported by #[derive(Wire)] \
    yet\nhelp: put the bound on the functions that need it, not on the type\n\
    help: supported are serde's traits, `Wire`, `Clone`, `Copy`, `Debug`, `Display`, `Default`, \
    `PartialEq`, `Eq`, `PartialOrd`, `Ord`, `Hash`, `Send`, `Sync`, `Sized` and `'static`";

fn check_bounds(input: &Input, errors: &mut Errors) {
    for bound in Params::of(input.item).unknown_bounds() {
        errors.at(bound, UNKNOWN_BOUND);
    }
    // `#[serde(bound = "..")]` speaks of the impls of serde; those that the schema needs are found
    // by the compiler as long as the stand-ins of the parameters have what is asked.
    for bound in &input.attrs.bounds {
        type Predicates = Punctuated<WherePredicate, Token![,]>;
        match bound.parse_with(Predicates::parse_terminated) {
            Ok(predicates) if predicates.iter().all(asks_known_bounds) => {}
            Ok(_) => errors.at(bound, UNKNOWN_BOUND),
            Err(_) => errors.reported_elsewhere(),
        }
    }
}

fn asks_known_bounds(predicate: &WherePredicate) -> bool {
    match predicate {
        WherePredicate::Type(predicate) => predicate.bounds.iter().all(|bound| {
            // `T: 'de` and the like concern what borrows, and nothing here does.
            matches!(bound, TypeParamBound::Lifetime(_)) || generics::is_known(bound)
        }),
        _ => true,
    }
}
