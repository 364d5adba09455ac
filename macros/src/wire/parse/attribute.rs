//! How is an attribute read so that one mistake hides no other?

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
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

/// `key = ".."`, where the text is a path or a type. What cannot be read is serde's to report.
pub(super) fn code<T: Parse>(
    meta: &ParseNestedMeta,
    errors: &mut Errors,
) -> syn::Result<Option<T>> {
    let text = string(meta, errors)?;
    let code = text.and_then(|text| text.parse().ok());
    if code.is_none() {
        errors.reported_elsewhere();
    }
    Ok(code)
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
pub(crate) struct Rules {
    pub(crate) write: Option<RenameRule>,
    pub(crate) read: Option<RenameRule>,
}

impl Rules {
    /// These, and where they say nothing, those.
    pub(crate) fn or(self, others: Rules) -> Rules {
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

/// `#[serde(..)]` keys of types that cannot cross, and the way out.
const UNSUPPORTED: [(&str, &str); 3] = [
    ("borrow", "own the data, for what arrives is decoded: `String`, `traitwire::Bytes`"),
    ("field_identifier", IDENTIFIER),
    ("variant_identifier", IDENTIFIER),
];

const IDENTIFIER: &str = "such an enum helps to write a Deserialize by hand; it is nothing to send";

/// Refuses a `#[serde(..)]` key. `known` are the keys that would do at this place.
pub(super) fn refuse_serde(
    key: &str,
    meta: &ParseNestedMeta,
    known: &[&str],
    errors: &mut Errors,
) -> syn::Result<()> {
    if let Some((_, help)) = UNSUPPORTED.iter().find(|(unsupported, _)| *unsupported == key) {
        let message = format!("`{key}` does not go with #[derive(Wire)]");
        refuse(&meta.path, &message, Some(help), errors);
    } else {
        let help = did_you_mean(key, known.iter().copied());
        let help = help.map(|near| format!("did you mean `{near}`?"));
        let message = format!("#[derive(Wire)] does not know the serde attribute `{key}`");
        refuse(&meta.path, &message, help.as_deref(), errors);
    }
    skip_value(meta)
}

pub(super) fn refuse(path: &Path, message: &str, help: Option<&str>, errors: &mut Errors) {
    match help {
        Some(help) => errors.at(path, format_args!("{message}\nhelp: {help}")),
        None => errors.at(path, message),
    }
}
