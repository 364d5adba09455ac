//! What crosses in place of a field's own type?

use quote::ToTokens;
use syn::{ExprPath, Path, PathArguments, Type};

use super::parse::{As, Functions};
use crate::diagnostics::Errors;

/// What crosses for a field, or for the content of a variant.
#[derive(Clone, Copy)]
pub(super) enum Crossing<'a> {
    One(Described<'a>),
    /// A writer and a reader go different ways, or ways of their own.
    Split {
        write: Described<'a>,
        read: Described<'a>,
    },
}

/// A type, and who says what crosses for it.
#[derive(Clone, Copy)]
pub(super) enum Described<'a> {
    /// Its own `Wire`.
    Own(&'a Type),
    /// `Mirror`, for it stands in `#[wire(as = ..)]`.
    Mirror(&'a Type),
}

impl<'a> Described<'a> {
    pub(super) fn ty(self) -> &'a Type {
        match self {
            Described::Own(ty) | Described::Mirror(ty) => ty,
        }
    }
}

/// Whether something is written, and whether it is read.
#[derive(Clone, Copy)]
pub(super) struct Ways {
    pub(super) write: bool,
    pub(super) read: bool,
}

impl<'a> Crossing<'a> {
    /// The types that it names.
    pub(super) fn types(self) -> Vec<&'a Type> {
        match self {
            Crossing::One(described) => vec![described.ty()],
            Crossing::Split { write, read } if std::ptr::eq(write.ty(), read.ty()) => {
                vec![write.ty()]
            }
            Crossing::Split { write, read } => vec![write.ty(), read.ty()],
        }
    }

    /// The type itself, if nothing stands between it and the wire.
    pub(super) fn own(self) -> Option<&'a Type> {
        match self {
            Crossing::One(Described::Own(ty)) => Some(ty),
            _ => None,
        }
    }

    /// What crosses for a field of this type.
    pub(super) fn of_field(
        own: &'a Type,
        functions: &Functions,
        mirror: Option<&'a As>,
        ways: Ways,
        errors: &mut Errors,
    ) -> Crossing<'a> {
        let own = Described::Own(own);
        let Some(mirror) = mirror else {
            functions.ask_for_mirror(ways, errors);
            return Crossing::One(own);
        };
        let described = Described::Mirror(&mirror.ty);
        if functions.are_those_of(&mirror.ty) {
            return Crossing::One(described);
        }
        split(described, Some(own), functions, ways)
    }

    /// What crosses for the content of a variant that has functions; `own` is its only field,
    /// if it has one without functions.
    pub(super) fn of_variant(
        own: Option<&'a Type>,
        functions: &Functions,
        mirror: Option<&'a As>,
        ways: Ways,
        errors: &mut Errors,
    ) -> Option<Crossing<'a>> {
        if let (Some(As { key, .. }), None, None) = (mirror, &functions.write, &functions.read) {
            errors.at(
                key,
                "on a variant, `as` says what `#[serde(with = \"..\")]` reads and writes, and here is \
                 none\nhelp: put it on the field",
            );
            return None;
        }
        let one_way = match (&functions.write, &functions.read) {
            (Some(key), None) if ways.read => Some(key),
            (None, Some(key)) if ways.write => Some(key),
            (None, None) => return None,
            _ => None,
        };
        if let (Some(key), None) = (one_way, own) {
            errors.at(
                key,
                "this function stands for the whole content of the variant, but only one way: the \
                 other way has a shape of its own\n\
                 help: use `with`, which stands for both ways, or put the function on the fields",
            );
            return None;
        }
        let Some(mirror) = mirror else {
            functions.ask_for_mirror(ways, errors);
            return None;
        };
        let described = Described::Mirror(&mirror.ty);
        if functions.are_those_of(&mirror.ty) {
            return Some(Crossing::One(described));
        }
        Some(split(described, own.map(Described::Own), functions, ways))
    }
}

/// The mirror, but the own type one way if functions stand for the other way only. Where nothing
/// crosses that way, the own type need not be known.
fn split<'a>(
    mirror: Described<'a>,
    own: Option<Described<'a>>,
    functions: &Functions,
    ways: Ways,
) -> Crossing<'a> {
    match (own, &functions.write, &functions.read) {
        (Some(own), Some(_), None) if ways.read => Crossing::Split { write: mirror, read: own },
        (Some(own), None, Some(_)) if ways.write => Crossing::Split { write: own, read: mirror },
        _ => Crossing::Split { write: mirror, read: mirror },
    }
}

impl Functions {
    /// Only who wrote the functions can say what crosses.
    fn ask_for_mirror(&self, ways: Ways, errors: &mut Errors) {
        let write = self.write.as_ref().filter(|_| ways.write);
        let read = self.read.as_ref().filter(|_| ways.read);
        let mut ask = |key: &Path, does: &str| {
            let message = format!(
                "`{key}` names a function of yours, so #[derive(Wire)] cannot see what it {does}\n\
                 help: say the type that crosses: #[wire(as = String)]",
                key = key.to_token_stream()
            );
            errors.at(key, message);
        };
        match (write, read) {
            (Some(key), Some(_)) if key.is_ident("with") => ask(key, "writes and reads"),
            (write, read) => {
                if let Some(key) = write {
                    ask(key, "writes");
                }
                if let Some(key) = read {
                    ask(key, "reads");
                }
            }
        }
    }

    /// Whether these are the functions that serde derives for a mirror beside
    /// `#[serde(remote = "..")]`: then it is known what they do.
    fn are_those_of(&self, mut mirror: &Type) -> bool {
        while let Type::Group(group) = mirror {
            mirror = &group.elem;
        }
        match (&self.with, mirror) {
            (Some(ExprPath { qself: None, path: with, .. }), Type::Path(mirror)) => {
                mirror.qself.is_none() && names_same(with, &mirror.path)
            }
            _ => false,
        }
    }
}

/// Whether the path of a module or type is that of the type, be it with `::` before its arguments or
/// without them.
fn names_same(module: &Path, ty: &Path) -> bool {
    let args = |arguments: &PathArguments| match arguments {
        PathArguments::AngleBracketed(args) => {
            Some(args.args.to_token_stream().to_string()).filter(|args| !args.is_empty())
        }
        _ => None,
    };
    module.leading_colon.is_some() == ty.leading_colon.is_some()
        && module.segments.len() == ty.segments.len()
        && module.segments.iter().zip(&ty.segments).all(|(one, other)| {
            let given = args(&one.arguments);
            one.ident == other.ident && (given.is_none() || given == args(&other.arguments))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_is_found_behind_its_functions() {
        let same = |with: &str, mirror: &str| {
            let with = syn::parse_str(with).unwrap();
            let functions = Functions { with: Some(with), write: None, read: None };
            functions.are_those_of(&syn::parse_str(mirror).unwrap())
        };
        assert!(same("Def", "Def"));
        assert!(same("a::Def", "a::Def"));
        assert!(same("Def", "Def<T>"));
        assert!(same("Def::<T>", "Def<T>"));
        for (with, mirror) in [
            ("def", "Def"),
            ("a::Def", "Def"),
            ("::a::Def", "a::Def"),
            ("Def::<u8>", "Def<u16>"),
            ("Def", "Vec<Def>"),
            ("Def", "(Def,)"),
        ] {
            assert!(!same(with, mirror), "{with}, {mirror}");
        }
    }
}
