//! Is it allowed? All mistakes at once.

use std::collections::HashMap;

use syn::punctuated::Punctuated;
use syn::{Fields, GenericParam, Ident, Path, Token, Type, TypeParamBound, WherePredicate};

use super::generics::{self, Params};
use super::model::{self, Body, Definition, Shape, Tagging};
use super::parse::{self, ContainerAttrs, Field, Input};
use crate::diagnostics::Errors;

/// Finds what the type, its attributes and their combinations may not be.
pub(super) fn check(input: &Input, definition: &Definition, errors: &mut Errors) {
    check_parameters(definition, errors);
    check_bounds(input, errors);
    check_types(input, definition, errors);
    check_serde(input, errors);
    check_transparent(input, errors);
    check_unnamed_fields(input, errors);
    check_names(definition, errors);
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

fn check_types(input: &Input, definition: &Definition, errors: &mut Errors) {
    let params = Params::of(input.item);
    for ty in definition.types() {
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

/// What serde refuses by itself.
fn check_serde(input: &Input, errors: &mut Errors) {
    let ContainerAttrs { tag, content, untagged, default, rename_all_fields, .. } = &input.attrs;
    let tags_at_odds = match (tag, content) {
        (None, Some(_)) => true,
        (Some(tag), Some(content)) if tag == content => true,
        (tag, content) => untagged.is_some() && (tag.is_some() || content.is_some()),
    };
    let misplaced = match &input.body {
        parse::Body::Struct(fields) => {
            let no_fields = matches!(fields.syntax, Fields::Unit);
            (default.is_some() && no_fields)
                || rename_all_fields.write.is_some()
                || rename_all_fields.read.is_some()
        }
        parse::Body::Enum(variants) => {
            let is_internal = tag.is_some() && content.is_none();
            let has_tuple = variants.iter().any(|variant| is_tuple(variant.fields.syntax));
            default.is_some() || (is_internal && has_tuple)
        }
    };
    if tags_at_odds || misplaced {
        errors.reported_elsewhere();
    }
}

fn is_tuple(fields: &Fields) -> bool {
    matches!(fields, Fields::Unnamed(_)) && fields.len() != 1
}

fn check_transparent(input: &Input, errors: &mut Errors) {
    let Some(transparent) = &input.attrs.transparent else { return };
    let parse::Body::Struct(fields) = &input.body else {
        return errors.reported_elsewhere();
    };
    let chosen = |is: fn(&Field) -> bool| {
        let mut chosen = fields.list.iter().enumerate().filter(|(_, field)| is(field));
        let first = chosen.next().map(|(index, _)| index);
        first.filter(|_| chosen.next().is_none())
    };
    let written = chosen(model::is_written_transparently);
    let read = chosen(model::is_read_transparently);
    match (written, read) {
        (Some(written), Some(read)) if written == read => {}
        (Some(_), Some(_)) => errors.at(
            transparent,
            "`transparent` writes one field and reads another\n\
             help: leave the same field unskipped in both directions",
        ),
        _ => errors.reported_elsewhere(),
    }
}

/// Where fields have no names, an element that is there in one direction or in some values only
/// would move all that follow.
fn check_unnamed_fields(input: &Input, errors: &mut Errors) {
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
                errors.at(default, unnamed("default"));
            }
            check_elements(fields, errors);
        }
        parse::Body::Enum(variants) => {
            for variant in variants {
                check_elements(&variant.fields, errors);
            }
        }
    }
}

fn check_elements(fields: &parse::Fields, errors: &mut Errors) {
    let Fields::Unnamed(syntax) = fields.syntax else { return };
    for Field { attrs, .. } in &fields.list {
        let mut refuse = |key: Option<&Path>, name: &str| {
            if let Some(key) = key {
                errors.at(key, unnamed(name));
            }
        };
        refuse(attrs.skip_write_if.as_ref(), "skip_serializing_if");
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
            (None, None) => refuse(attrs.default.as_ref(), "default"),
        }
    }
}

fn unnamed(key: &str) -> String {
    format!(
        "`{key}` is not supported on fields without names: they are told apart by position, and \
         all that follow would move\nhelp: name the fields"
    )
}

/// Two things under one name: a reader could not tell them apart.
fn check_names(definition: &Definition, errors: &mut Errors) {
    match &definition.body {
        Body::Struct { transparent: true, .. } => {}
        Body::Struct { shape, .. } => check_field_names(shape, None, errors),
        Body::Enum { tagging, variants, .. } => {
            if !matches!(tagging, Tagging::Untagged) {
                let mut names = Taken::default();
                for variant in variants {
                    let read = variant.read.iter().flat_map(model::ReadName::all);
                    names.take(variant.ident, variant.write.as_deref(), read, errors);
                }
            }
            for variant in variants {
                let tag = match tagging {
                    Tagging::Internal { tag } => Some(*tag),
                    _ => None,
                };
                check_field_names(&variant.shape, tag, errors);
            }
        }
    }
}

fn check_field_names(shape: &Shape, tag: Option<&str>, errors: &mut Errors) {
    let Shape::Fields(fields) = shape else { return };
    let mut names = Taken::default();
    for field in fields {
        let write = field.write.as_ref().map(|write| write.name.as_str());
        let read = field.read.iter().flat_map(|read| read.name.all());
        if tag.is_some_and(|tag| write == Some(tag) || read.clone().any(|name| name == tag)) {
            errors.reported_elsewhere();
        }
        names.take(field.ident, write, read, errors);
    }
}

/// The names taken so far, and by whom.
#[derive(Default)]
struct Taken<'a> {
    written: HashMap<&'a str, &'a Ident>,
    read: HashMap<&'a str, &'a Ident>,
}

impl<'a> Taken<'a> {
    fn take(
        &mut self,
        ident: &'a Ident,
        write: Option<&'a str>,
        read: impl Iterator<Item = &'a str>,
        errors: &mut Errors,
    ) {
        let mut clash = None;
        if let Some(name) = write
            && let Some(first) = self.written.insert(name, ident)
        {
            clash = Some((name, first));
        }
        for name in read {
            if let Some(first) = self.read.insert(name, ident) {
                clash = clash.or(Some((name, first)));
            }
        }
        if let Some((name, first)) = clash {
            let message = format!(
                "`{ident}` has the name \"{name}\" on the wire, which `{first}` has already\n\
                 help: rename one of them: #[serde(rename = \"..\")]"
            );
            errors.at(ident, message);
        }
    }
}
