//! What stands inside of a type, as it is written?

use quote::ToTokens;
use syn::{GenericArgument, Path, PathArguments, Type, TypePath};

/// The first answer for this type or a type that stands inside of it.
pub(crate) fn find<'t, R>(
    ty: &'t Type,
    answer: &mut dyn FnMut(&'t Type) -> Option<R>,
) -> Option<R> {
    if let found @ Some(_) = answer(ty) {
        return found;
    }
    match ty {
        Type::Array(array) => find(&array.elem, answer),
        Type::Group(group) => find(&group.elem, answer),
        Type::Paren(paren) => find(&paren.elem, answer),
        Type::Slice(slice) => find(&slice.elem, answer),
        Type::Tuple(tuple) => tuple.elems.iter().find_map(|elem| find(elem, answer)),
        Type::Path(TypePath { qself, path, .. }) => {
            let qself = qself.as_ref().and_then(|qself| find(&qself.ty, answer));
            qself.or_else(|| type_args(path).into_iter().find_map(|arg| find(arg, answer)))
        }
        _ => None,
    }
}

/// The types in the angle brackets of a path.
pub(crate) fn type_args(path: &Path) -> Vec<&Type> {
    let mut types = Vec::new();
    for segment in &path.segments {
        let PathArguments::AngleBracketed(args) = &segment.arguments else { continue };
        for arg in &args.args {
            if let GenericArgument::Type(ty) = arg {
                types.push(ty);
            }
        }
    }
    types
}

/// Whether this is a `PhantomData`. serde goes by the last name of the type, not by what it is; so
/// must we.
pub(crate) fn is_phantom_to_serde(mut ty: &Type) -> bool {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident == "PhantomData")
        }
        _ => false,
    }
}

/// Whether both are written alike.
pub(crate) fn same(one: &Type, other: &Type) -> bool {
    let text = |ty: &Type| ty.to_token_stream().to_string();
    text(one) == text(other)
}
