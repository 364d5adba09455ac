//! What stands in `#[wire(..)]`?

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Expr, ExprLit, Lit, LitInt, LitStr, Path, Token, Type};
use traitwire_schema::names::did_you_mean;

use super::attribute::{self, refuse, skip_value};
use crate::diagnostics::Errors;

/// `since = ".."`.
pub(crate) struct Since {
    pub(crate) key: Path,
    pub(crate) version: String,
}

/// `as = ..`.
pub(crate) struct As {
    pub(crate) key: Path,
    pub(crate) ty: Type,
}

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Container,
    Variant,
    Field,
}

/// The keys of `#[wire(..)]`, where each may stand, and how to say so.
const WIRE: [(&str, &[Place], &str); 5] = [
    ("as", &[Place::Variant, Place::Field], "on a field, or on a variant beside `with`"),
    ("crate", &[Place::Container], "on the struct or enum"),
    ("overlapping", &[Place::Container], "on an enum with variants that have no tag"),
    ("status", &[Place::Variant], "on a variant of an enum"),
    ("since", &[Place::Variant, Place::Field], "on a field or a variant"),
];

/// Reads every key of `#[wire(..)]` that may stand here; an error for all others.
pub(super) fn each(
    attrs: &[Attribute],
    place: Place,
    errors: &mut Errors,
    mut read: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<()>,
) {
    let mut seen = Vec::new();
    attribute::each(attrs, "wire", errors, |key, meta, errors| {
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

/// `crate = path`.
pub(super) fn runtime(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<Path>> {
    let value = meta.value()?;
    if value.peek(LitStr) {
        let text: LitStr = value.parse()?;
        let message = format!("write the path without quotes: `crate = {}`", text.value());
        errors.at(text, message);
        return Ok(None);
    }
    value.parse().map(Some)
}

/// `as = Type`.
pub(super) fn mirror(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<As>> {
    let value = meta.value()?;
    if value.peek(LitStr) {
        let text: LitStr = value.parse()?;
        let message = format!("write the type without quotes: `as = {}`", text.value());
        errors.at(text, message);
        return Ok(None);
    }
    Ok(Some(As { key: meta.path.clone(), ty: value.parse()? }))
}

/// `status = 404`. A declared error is an error, and not one that a fault or a proxy would mean:
/// what the number says beyond that is the author's to choose.
pub(super) fn status(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<u16>> {
    let value: Expr = meta.value()?.parse()?;
    let number = match &value {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => LitInt::base10_parse(number).ok(),
        _ => None,
    };
    let status = number.filter(|status| (400..=599).contains(status));
    if status.is_none() {
        errors.at(
            value,
            "the status of a declared error is a number from 400 to 599\n\
             help: #[wire(status = 404)]; without it a declared error is answered with 422",
        );
    }
    Ok(status)
}

/// `since = "1.2.0"`.
pub(super) fn since(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<Since>> {
    let value = meta.input.lookahead1();
    if !value.peek(Token![=]) {
        return Err(value.error());
    }
    let value: Expr = meta.value()?.parse()?;
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &value
        && is_version(&text.value())
    {
        return Ok(Some(Since { key: meta.path.clone(), version: text.value() }));
    }
    errors.at(
        value,
        "`since` takes a version of the interface with all its three parts\n\
         help: #[wire(since = \"1.2.0\")]",
    );
    Ok(None)
}

/// Whether this is `x.y.z`: a release, as pre-releases bring nothing that can be relied on.
fn is_version(text: &str) -> bool {
    let is_number = |part: &str| part.parse::<u64>().is_ok_and(|number| number.to_string() == part);
    let mut parts = text.split('.');
    parts.by_ref().take(3).filter(|part| is_number(part)).count() == 3 && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers() {
        for version in ["0.0.0", "1.2.0", "10.20.30"] {
            assert!(is_version(version), "{version}");
        }
        for version in
            ["", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "1.2.0-rc.1", "+1.2.3", "1..2"]
        {
            assert!(!is_version(version), "{version}");
        }
    }
}
