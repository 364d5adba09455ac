//! How is an attribute read so that one mistake hides no other?

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Path, Token, parenthesized, token};
use traitwire_schema::names::{RenameRule, did_you_mean};

use crate::diagnostics::Errors;

/// Reads every `key ..` inside the attributes of this name.
pub(super) fn each(
    attrs: &[Attribute],
    name: &str,
    errors: &mut Errors,
    mut read: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    for attr in attrs.iter().filter(|attr| attr.path().is_ident(name)) {
        // `#[serde()]`, which is fine.
        if matches!(&attr.meta, Meta::List(list) if list.tokens.is_empty()) {
            continue;
        }
        let result = attr.parse_nested_meta(|meta| {
            let key = meta.path.to_token_stream().to_string().replace(' ', "");
            read(&key, &meta, errors)
        });
        errors.keep(result);
    }
}

/// Steps over `= ..` or `(..)`, so that what follows is still read.
pub(super) fn skip_value(meta: &ParseNestedMeta) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<Expr>()?;
    } else if meta.input.peek(token::Paren) {
        let content;
        parenthesized!(content in meta.input);
        content.parse::<TokenStream>()?;
    }
    Ok(())
}

/// `key = ".."`. Anything but a string is serde's to report.
pub(super) fn string(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<LitStr>> {
    let mut value: Expr = meta.value()?.parse()?;
    // What a `macro_rules!` macro passes on stands in an invisible group.
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = value {
        Ok(Some(text))
    } else {
        errors.reported_elsewhere();
        Ok(None)
    }
}

/// A path alone, or `key = ".."`: only whether it stands there matters.
pub(super) fn optional_string(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
    if meta.input.peek(Token![=]) {
        string(meta, errors)?;
    }
    Ok(())
}

/// What serde lets a user say of each direction.
#[derive(Default)]
pub(super) struct Directions {
    /// Of serializing.
    pub(super) write: Vec<LitStr>,
    /// Of deserializing.
    pub(super) read: Vec<LitStr>,
}

/// `key = ".."` for both directions, or `key(serialize = "..", deserialize = "..")`.
pub(super) fn directions(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Directions> {
    let mut directions = Directions::default();
    if !meta.input.peek(token::Paren) {
        let both = string(meta, errors)?;
        directions.write.extend(both.clone());
        directions.read.extend(both);
        return Ok(directions);
    }
    meta.parse_nested_meta(|meta| {
        if meta.path.is_ident("serialize") {
            directions.write.extend(string(&meta, errors)?);
        } else if meta.path.is_ident("deserialize") {
            directions.read.extend(string(&meta, errors)?);
        } else {
            skip_value(&meta)?;
            errors.reported_elsewhere();
        }
        Ok(())
    })?;
    Ok(directions)
}

/// The rules of a `rename_all`, by direction.
#[derive(Default, Clone, Copy)]
pub(super) struct Rules {
    pub(super) write: Option<RenameRule>,
    pub(super) read: Option<RenameRule>,
}

impl Rules {
    /// These, and where they say nothing, those.
    pub(super) fn or(self, others: Rules) -> Rules {
        Rules { write: self.write.or(others.write), read: self.read.or(others.read) }
    }

    /// Adds what `rename_all = ".."` says.
    pub(super) fn read(&mut self, meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
        let Directions { write, read } = directions(meta, errors)?;
        let mut last = |names: Vec<LitStr>| {
            let name = names.last()?;
            let rule = RenameRule::parse(&name.value());
            if rule.is_none() {
                errors.reported_elsewhere();
            }
            rule
        };
        let (write, read) = (last(write), last(read));
        *self = Rules { write, read }.or(*self);
        Ok(())
    }
}

/// `#[serde(..)]` keys that describe no wire shape that the schema knows yet, and the way out.
const UNSUPPORTED: [(&str, &str); 15] = [
    ("flatten", "list the members here, or keep them in a field of their own"),
    ("with", CONVERT),
    ("serialize_with", CONVERT),
    ("deserialize_with", CONVERT),
    ("from", CONVERT_TYPE),
    ("try_from", CONVERT_TYPE),
    ("into", CONVERT_TYPE),
    ("remote", "wrap the foreign type in a type of your own, and derive on that"),
    ("getter", "wrap the foreign type in a type of your own, and derive on that"),
    ("other", "remove it: a reader then refuses the names that it does not know"),
    ("untagged", "move the untagged variants to an enum of their own with #[serde(untagged)]"),
    ("borrow", "own the data, for what arrives is decoded: `String`, `Vec<u8>`"),
    ("tag", "give the struct a field that holds the name, or use an enum"),
    ("field_identifier", IDENTIFIER),
    ("variant_identifier", IDENTIFIER),
];

const CONVERT: &str =
    "give the field the type that crosses, such as `String`, and convert it in your code";
const CONVERT_TYPE: &str =
    "derive Wire on the type that crosses, use that in the interface, and convert in your code";
const IDENTIFIER: &str = "such an enum helps to write a Deserialize by hand; it is nothing to send";

/// Refuses a `#[serde(..)]` key. `known` are the keys that would do at this place.
pub(super) fn refuse_serde(
    key: &str,
    meta: &ParseNestedMeta,
    known: &[&str],
    errors: &mut Errors,
) -> syn::Result<()> {
    if let Some((_, help)) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == key) {
        let message = format!("`{key}` is not supported by #[derive(Wire)] yet");
        refuse(&meta.path, &message, Some(help), errors);
    } else {
        let help = did_you_mean(key, known.iter().copied());
        let help = help.map(|near| format!("did you mean `{near}`?"));
        let message = format!("#[derive(Wire)] does not know the serde attribute `{key}`");
        refuse(&meta.path, &message, help.as_deref(), errors);
    }
    skip_value(meta)
}

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Container,
    Variant,
    Field,
}

/// The keys of `#[wire(..)]`, where each may stand, and how to say so.
const WIRE: [(&str, &[Place], &str); 3] = [
    ("crate", &[Place::Container], "on the struct or enum"),
    ("status", &[Place::Variant], "on a variant of an enum"),
    ("since", &[Place::Variant, Place::Field], "on a field or a variant"),
];

/// Reads every key of `#[wire(..)]` that may stand here; an error for all others.
pub(super) fn each_wire(
    attrs: &[Attribute],
    place: Place,
    errors: &mut Errors,
    mut read: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    let mut seen = Vec::new();
    each(attrs, "wire", errors, |key, meta, errors| {
        if !wire_key(key, meta, place, errors)? {
            return Ok(());
        }
        if seen.iter().any(|one| one == key) {
            errors.at(&meta.path, format_args!("`{key}` is given twice"));
        }
        seen.push(key.to_owned());
        read(key, meta, errors)
    });
}

fn wire_key(
    key: &str,
    meta: &ParseNestedMeta,
    place: Place,
    errors: &mut Errors,
) -> syn::Result<bool> {
    match WIRE.iter().find(|(known, ..)| *known == key) {
        Some((_, places, _)) if places.contains(&place) => return Ok(true),
        Some((_, _, right_place)) => {
            let message = format!("`{key}` does not belong here");
            refuse(&meta.path, &message, Some(&format!("it goes {right_place}")), errors);
        }
        None => {
            let here = WIRE.iter().filter(|(_, places, _)| places.contains(&place));
            let known: Vec<&str> = here.map(|(known, ..)| *known).collect();
            let help = match did_you_mean(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("#[wire(..)] knows `{}` here", known.join("`, `")),
            };
            refuse(&meta.path, &format!("unknown option `{key}`"), Some(&help), errors);
        }
    }
    skip_value(meta)?;
    Ok(false)
}

fn refuse(path: &Path, message: &str, help: Option<&str>, errors: &mut Errors) {
    match help {
        Some(help) => errors.at(path, format_args!("{message}\nhelp: {help}")),
        None => errors.at(path, message),
    }
}
