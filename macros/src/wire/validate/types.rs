//! Can its types cross, as far as their form tells?

use syn::Type;

use super::recursion;
use crate::diagnostics::Errors;
use crate::wire::generics::{self, Params};
use crate::wire::model::Definition;

pub(super) fn check(definition: &Definition, errors: &mut Errors) {
    let params = Params::of(definition.item);
    let types = definition.types();
    recursion::check(&types, &params, definition.item, errors);
    check_one_way(definition, errors);
    for ty in types {
        if let Some(reference) = generics::reference(ty) {
            errors.at(reference, borrowed(reference));
        } else if let Some(projection) = params.projection(ty) {
            errors.at(
                projection,
                "#[derive(Wire)] does not support associated types of type parameters yet\n\
                 help: make the associated type a parameter of its own",
            );
        }
    }
}

/// What converts one way only is described by the other type itself at each use, so that one must
/// come to an end.
fn check_one_way(definition: &Definition, errors: &mut Errors) {
    if definition.conversion.is_full() {
        return;
    }
    for ty in definition.conversion.types() {
        if recursion::holds(ty, &definition.item.ident) {
            errors.at(
                ty,
                "a type that converts one way only cannot convert through one that holds it: the \
                 schema would have no end\n\
                 help: convert through a struct of its own that derives Wire, or convert both ways",
            );
        }
    }
}

fn borrowed(ty: &Type) -> String {
    let (written, owned) = match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => ("`&str`", "`String`"),
            Type::Slice(_) => ("a slice", "`Vec<T>`"),
            _ => ("a reference", "`Box<T>`, or the type itself"),
        },
        _ => ("a reference", "the type itself"),
    };
    format!(
        "{written} cannot cross the wire: what arrives is decoded, and has nothing to borrow from\n\
         help: own the data: {owned}"
    )
}
