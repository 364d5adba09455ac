//! What did the user write?

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, Expr, ExprLit, Lit, LitInt, LitStr, Path, Token};

use super::attribute::{self, Directions, Place, Rules};
use crate::diagnostics::Errors;

/// A struct or an enum with its attributes.
pub(super) struct Input<'a> {
    pub(super) item: &'a DeriveInput,
    pub(super) attrs: ContainerAttrs,
    pub(super) body: Body<'a>,
}

pub(super) enum Body<'a> {
    Struct(Fields<'a>),
    Enum(Vec<Variant<'a>>),
}

pub(super) struct Variant<'a> {
    pub(super) syntax: &'a syn::Variant,
    pub(super) attrs: VariantAttrs,
    pub(super) fields: Fields<'a>,
}

/// The fields of a struct or a variant.
pub(super) struct Fields<'a> {
    pub(super) syntax: &'a syn::Fields,
    pub(super) list: Vec<Field<'a>>,
}

pub(super) struct Field<'a> {
    pub(super) syntax: &'a syn::Field,
    pub(super) attrs: FieldAttrs,
}

/// The attributes of a struct or an enum.
#[derive(Default)]
pub(super) struct ContainerAttrs {
    pub(super) rename_all: Rules,
    pub(super) rename_all_fields: Rules,
    pub(super) tag: Option<String>,
    pub(super) content: Option<String>,
    pub(super) untagged: Option<Path>,
    pub(super) transparent: Option<Path>,
    pub(super) deny_unknown_fields: bool,
    pub(super) default: Option<Path>,
    /// Every `bound`, also those of variants and fields.
    pub(super) bounds: Vec<LitStr>,
    /// `#[wire(crate = ..)]`.
    pub(super) runtime: Option<Path>,
}

#[derive(Default)]
pub(super) struct VariantAttrs {
    pub(super) names: Names,
    pub(super) rename_all: Rules,
    pub(super) skip_write: bool,
    pub(super) skip_read: bool,
    pub(super) status: Option<u16>,
    pub(super) since: Option<String>,
}

#[derive(Default)]
pub(super) struct FieldAttrs {
    pub(super) names: Names,
    pub(super) default: Option<Path>,
    pub(super) skip_write: Option<Path>,
    pub(super) skip_read: Option<Path>,
    pub(super) skip_write_if: Option<Path>,
    pub(super) since: Option<Since>,
}

/// `since = ".."`.
pub(super) struct Since {
    pub(super) key: Path,
    pub(super) version: String,
}

/// The names that attributes give.
#[derive(Default)]
pub(super) struct Names {
    /// `rename`, or `rename(serialize = ..)`.
    pub(super) write: Option<String>,
    /// `rename`, or `rename(deserialize = ..)`. serde takes the first for the name and the others
    /// for aliases.
    pub(super) read: Vec<String>,
    pub(super) aliases: Vec<String>,
}

const CONTAINER_KEYS: [&str; 12] = [
    "rename",
    "rename_all",
    "rename_all_fields",
    "tag",
    "content",
    "untagged",
    "transparent",
    "deny_unknown_fields",
    "default",
    "bound",
    "crate",
    "expecting",
];

const VARIANT_KEYS: [&str; 7] =
    ["rename", "rename_all", "alias", "skip", "skip_serializing", "skip_deserializing", "bound"];

const FIELD_KEYS: [&str; 8] = [
    "rename",
    "alias",
    "default",
    "skip",
    "skip_serializing",
    "skip_deserializing",
    "skip_serializing_if",
    "bound",
];

/// Reads the item. What was wrong is left out.
pub(super) fn parse<'a>(item: &'a DeriveInput, errors: &mut Errors) -> Input<'a> {
    let mut attrs = container(item, errors);
    let body = match &item.data {
        Data::Enum(data) => Body::Enum(
            data.variants.iter().map(|syntax| variant(syntax, &mut attrs.bounds, errors)).collect(),
        ),
        Data::Struct(data) => Body::Struct(fields(&data.fields, &mut attrs.bounds, errors)),
        Data::Union(data) => unreachable!("refused before: {:?}", data.union_token.span),
    };
    Input { item, attrs, body }
}

fn container(item: &DeriveInput, errors: &mut Errors) -> ContainerAttrs {
    let mut attrs = ContainerAttrs::default();
    let is_enum = matches!(item.data, Data::Enum(_));
    attribute::each(&item.attrs, "serde", errors, |key, meta, errors| {
        match key {
            // Only the type's name in serde's data model, which JSON does not show.
            "rename" => drop(attribute::directions(meta, errors)?),
            "crate" | "expecting" => drop(attribute::string(meta, errors)?),
            "rename_all" => attrs.rename_all.read(meta, errors)?,
            "rename_all_fields" => attrs.rename_all_fields.read(meta, errors)?,
            "tag" if is_enum => attrs.tag = tag(meta, errors)?,
            "content" if is_enum => attrs.content = tag(meta, errors)?,
            "untagged" if is_enum => attrs.untagged = Some(meta.path.clone()),
            "transparent" => attrs.transparent = Some(meta.path.clone()),
            "deny_unknown_fields" => attrs.deny_unknown_fields = true,
            "default" => {
                attrs.default = Some(meta.path.clone());
                attribute::optional_string(meta, errors)?;
            }
            "bound" => bound(meta, &mut attrs.bounds, errors)?,
            _ => attribute::refuse_serde(key, meta, &CONTAINER_KEYS, errors)?,
        }
        Ok(())
    });
    attribute::each_wire(&item.attrs, Place::Container, errors, |_, meta, errors| {
        attrs.runtime = runtime(meta, errors)?;
        Ok(())
    });
    attrs
}

fn variant<'a>(
    syntax: &'a syn::Variant,
    bounds: &mut Vec<LitStr>,
    errors: &mut Errors,
) -> Variant<'a> {
    let mut attrs = VariantAttrs::default();
    attribute::each(&syntax.attrs, "serde", errors, |key, meta, errors| {
        match key {
            "rename" => attrs.names.rename(meta, errors)?,
            "alias" => attrs.names.alias(meta, errors)?,
            "rename_all" => attrs.rename_all.read(meta, errors)?,
            "skip" => (attrs.skip_write, attrs.skip_read) = (true, true),
            "skip_serializing" => attrs.skip_write = true,
            "skip_deserializing" => attrs.skip_read = true,
            "bound" => bound(meta, bounds, errors)?,
            _ => attribute::refuse_serde(key, meta, &VARIANT_KEYS, errors)?,
        }
        Ok(())
    });
    attribute::each_wire(&syntax.attrs, Place::Variant, errors, |key, meta, errors| {
        match key {
            "status" => attrs.status = status(meta, errors)?,
            _ => attrs.since = since(meta, errors)?.map(|since| since.version),
        }
        Ok(())
    });
    Variant { syntax, attrs, fields: fields(&syntax.fields, bounds, errors) }
}

fn fields<'a>(
    syntax: &'a syn::Fields,
    bounds: &mut Vec<LitStr>,
    errors: &mut Errors,
) -> Fields<'a> {
    let list = syntax
        .iter()
        .map(|syntax| Field { syntax, attrs: field(&syntax.attrs, bounds, errors) })
        .collect();
    Fields { syntax, list }
}

fn field(attributes: &[Attribute], bounds: &mut Vec<LitStr>, errors: &mut Errors) -> FieldAttrs {
    let mut attrs = FieldAttrs::default();
    attribute::each(attributes, "serde", errors, |key, meta, errors| {
        let here = || Some(meta.path.clone());
        match key {
            "rename" => attrs.names.rename(meta, errors)?,
            "alias" => attrs.names.alias(meta, errors)?,
            "default" => {
                attrs.default = here();
                attribute::optional_string(meta, errors)?;
            }
            "skip" => (attrs.skip_write, attrs.skip_read) = (here(), here()),
            "skip_serializing" => attrs.skip_write = here(),
            "skip_deserializing" => attrs.skip_read = here(),
            "skip_serializing_if" => {
                attrs.skip_write_if = here();
                attribute::string(meta, errors)?;
            }
            "bound" => bound(meta, bounds, errors)?,
            _ => attribute::refuse_serde(key, meta, &FIELD_KEYS, errors)?,
        }
        Ok(())
    });
    attribute::each_wire(attributes, Place::Field, errors, |_, meta, errors| {
        attrs.since = since(meta, errors)?;
        Ok(())
    });
    attrs
}

impl Names {
    fn rename(&mut self, meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
        let Directions { write, read } = attribute::directions(meta, errors)?;
        self.write = write.first().map(LitStr::value).or(self.write.take());
        self.read.extend(read.iter().map(LitStr::value));
        Ok(())
    }

    fn alias(&mut self, meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<()> {
        self.aliases.extend(attribute::string(meta, errors)?.map(|name| name.value()));
        Ok(())
    }
}

fn tag(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<String>> {
    Ok(attribute::string(meta, errors)?.map(|name| name.value()))
}

fn bound(meta: &ParseNestedMeta, bounds: &mut Vec<LitStr>, errors: &mut Errors) -> syn::Result<()> {
    let Directions { write, read } = attribute::directions(meta, errors)?;
    bounds.extend(write.into_iter().chain(read));
    Ok(())
}

/// `crate = path`.
fn runtime(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<Path>> {
    let value = meta.value()?;
    if value.peek(LitStr) {
        let text: LitStr = value.parse()?;
        let message = format!("write the path without quotes: `crate = {}`", text.value());
        errors.at(text, message);
        return Ok(None);
    }
    value.parse().map(Some)
}

/// `status = 404`. A declared error is an error, and not one that a fault or a proxy would mean:
/// what the number says beyond that is the author's to choose.
fn status(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<u16>> {
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
fn since(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<Since>> {
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
