//! Can a type be written here?
//!
//! Only what no type could be meant by is refused here; whether a type can cross is for rustc to
//! find out, which sees through aliases.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, TypePath, TypeReference};

use crate::diagnostics::Errors;

/// Where a type stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Arg,
    Return,
}

/// The type without parentheses, also those that `macro_rules` puts around a `$ty`.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// Reports what cannot cross by its very form. True if there is nothing to report.
pub(super) fn check(ty: &Type, place: Place, errors: &mut Errors) -> bool {
    let before = errors.count();
    walk(ty, place, errors);
    errors.count() == before
}

fn walk(ty: &Type, place: Place, errors: &mut Errors) {
    match ty {
        Type::Group(ty) => walk(&ty.elem, place, errors),
        Type::Paren(ty) => walk(&ty.elem, place, errors),
        Type::Array(ty) => walk(&ty.elem, place, errors),
        Type::Slice(ty) => walk(&ty.elem, place, errors),
        Type::Tuple(ty) => ty.elems.iter().for_each(|elem| walk(elem, place, errors)),
        Type::Path(ty) => path(ty, place, errors),
        Type::Reference(ty) => reference(ty, place, errors),
        Type::ImplTrait(ty) => errors.at(
            ty,
            "the schema must name one concrete type, which `impl Trait` does not\n\
             help: write the type itself",
        ),
        Type::TraitObject(ty) => errors.at(
            ty,
            "a trait object cannot cross: its other end would not know what it is\n\
             help: use an enum of what it may be",
        ),
        Type::FnPtr(ty) => errors.at(
            ty,
            "a function cannot cross\n\
             help: to be called back, declare an #[ipc_interface] served by the other end",
        ),
        Type::Infer(ty) => errors.at(ty, "the schema must name the type\nhelp: write it here"),
        _ => {}
    }
}

fn path(ty: &TypePath, place: Place, errors: &mut Errors) {
    if let Some(qself) = &ty.qself {
        walk(&qself.ty, place, errors);
    }
    if let Some(first) = ty.path.segments.first()
        && first.ident == "Self"
    {
        errors.at(
            ty,
            "`Self` is another type in each implementation, but the schema must name one\n\
             help: write the concrete type",
        );
    }
    for segment in &ty.path.segments {
        let PathArguments::AngleBracketed(args) = &segment.arguments else { continue };
        for arg in &args.args {
            match arg {
                GenericArgument::Type(arg) => walk(arg, place, errors),
                GenericArgument::AssocType(assoc) => walk(&assoc.ty, place, errors),
                GenericArgument::Lifetime(lifetime) if lifetime.ident != "static" => errors.at(
                    lifetime,
                    "a type that borrows cannot cross: what arrives is decoded, and owns its data\n\
                     help: use an owned type, such as `Cow<'static, str>` or `String`",
                ),
                _ => {}
            }
        }
    }
}

fn reference(ty: &TypeReference, place: Place, errors: &mut Errors) {
    let owned = owned(&ty.elem);
    let message = match place {
        Place::Arg => format!(
            "only a whole argument can be borrowed (`&str`, `&[T]`, `&T`), not a part of one\n\
             help: own it: `{owned}`"
        ),
        Place::Return => {
            format!("a reply is decoded by its caller, so it owns its data\nhelp: return `{owned}`")
        }
    };
    errors.at(ty, message);
}

/// What to write in place of a reference.
fn owned(elem: &Type) -> String {
    match bare(elem) {
        Type::Slice(slice) => format!("Vec<{}>", text(&slice.elem)),
        Type::Path(path) if path.path.is_ident("str") => "String".to_owned(),
        elem => text(elem),
    }
}

/// The source of a type, near enough for a hint.
fn text(ty: &Type) -> String {
    let tokens = ty.to_token_stream().to_string();
    tokens.replace(" < ", "<").replace(" >", ">").replace(" :: ", "::").replace(" ,", ",")
}
