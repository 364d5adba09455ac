//! May a field without a name have these attributes?

use syn::{Fields, Path};

use crate::diagnostics::Errors;
use crate::wire::parse::{self, Field, Input};

/// Where fields have no names, an element that is there in one direction or in some values only
/// would move all that follow.
pub(super) fn check(input: &Input, errors: &mut Errors) {
    match &input.body {
        // What attributes say of the elements does not matter to serde.
        parse::Body::Struct(fields) if input.attrs.transparent.is_some() => {
            if matches!(fields.syntax, Fields::Unnamed(_)) {
                let since = fields.list.iter().filter_map(|field| field.attrs.since.as_ref());
                since.for_each(|since| errors.at(&since.key, unnamed("since")));
            }
        }
        parse::Body::Struct(fields) => {
            if matches!(fields.syntax, Fields::Unnamed(_))
                && let Some(default) = &input.attrs.default
            {
                errors.at(&default.key, unnamed("default"));
            }
            check_elements(fields, errors);
        }
        parse::Body::Enum(variants) => {
            for variant in variants.iter().filter(|variant| !has_functions(variant)) {
                check_elements(&variant.fields, errors);
            }
        }
    }
}

/// Functions stand for all fields.
fn has_functions(variant: &parse::Variant) -> bool {
    let functions = &variant.attrs.functions;
    functions.write.is_some() || functions.read.is_some()
}

fn check_elements(fields: &parse::Fields, errors: &mut Errors) {
    let Fields::Unnamed(syntax) = fields.syntax else { return };
    for Field { attrs, .. } in &fields.list {
        let mut refuse = |key: Option<&Path>, name: &str| {
            if let Some(key) = key {
                errors.at(key, unnamed(name));
            }
        };
        refuse(attrs.skip_write_if.as_ref().map(|skip| &skip.key), "skip_serializing_if");
        refuse(attrs.since.as_ref().map(|since| &since.key), "since");
        match (&attrs.skip_write, &attrs.skip_read) {
            (Some(skip), Some(_)) => {
                if syntax.unnamed.len() == 1 {
                    errors.at(
                        skip,
                        "the only field of a tuple cannot be skipped: to serde this is a newtype, \
                         which is its field\nhelp: remove the field, or name it",
                    );
                }
            }
            (Some(skip), None) => refuse(Some(skip), "skip_serializing"),
            (None, Some(skip)) => refuse(Some(skip), "skip_deserializing"),
            // On a skipped field `default` says what stands in for it, which is fine.
            (None, None) => refuse(attrs.default.as_ref().map(|default| &default.key), "default"),
        }
    }
}

fn unnamed(key: &str) -> String {
    format!(
        "`{key}` is not supported on fields without names: they are told apart by position, and \
         all that follow would move\nhelp: name the fields"
    )
}
