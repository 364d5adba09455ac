//! What did the user write?

use syn::meta::ParseNestedMeta;
use syn::{Attribute, Data, DeriveInput, ExprPath, LitStr, Path, Token, Type};

use self::attribute::Directions;
pub(super) use self::attribute::Rules;
use self::options::Place;
pub(super) use self::options::{As, Since};
use crate::diagnostics::Errors;

mod attribute;
mod options;

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
    /// The name that is written: by a struct with a `tag`.
    pub(super) rename: Option<String>,
    pub(super) rename_all: Rules,
    pub(super) rename_all_fields: Rules,
    pub(super) tag: Option<Keyed<String>>,
    pub(super) content: Option<String>,
    pub(super) untagged: Option<Path>,
    pub(super) transparent: Option<Path>,
    pub(super) deny_unknown_fields: Option<Path>,
    pub(super) default: Option<StandIn>,
    pub(super) from: Option<Type>,
    pub(super) try_from: Option<Type>,
    pub(super) into: Option<Type>,
    pub(super) remote: Option<Keyed<Path>>,
    /// Every `bound`, also those of variants and fields.
    pub(super) bounds: Vec<LitStr>,
    /// `#[wire(crate = ..)]`.
    pub(super) runtime: Option<Path>,
    /// `#[wire(overlapping)]`.
    pub(super) overlapping: Option<Path>,
}

#[derive(Default)]
pub(super) struct VariantAttrs {
    pub(super) names: Names,
    pub(super) rename_all: Rules,
    pub(super) skip_write: bool,
    pub(super) skip_read: bool,
    pub(super) other: Option<Path>,
    pub(super) untagged: Option<Path>,
    pub(super) functions: Functions,
    pub(super) mirror: Option<As>,
    pub(super) status: Option<u16>,
    pub(super) since: Option<String>,
}

#[derive(Default)]
pub(super) struct FieldAttrs {
    pub(super) names: Names,
    pub(super) default: Option<StandIn>,
    pub(super) skip_write: Option<Path>,
    pub(super) skip_read: Option<Path>,
    pub(super) skip_write_if: Option<StandIn>,
    pub(super) flatten: Option<Path>,
    pub(super) getter: Option<Path>,
    pub(super) functions: Functions,
    pub(super) mirror: Option<As>,
    pub(super) since: Option<Since>,
}

/// `key = value`.
pub(super) struct Keyed<T> {
    pub(super) key: Path,
    pub(super) value: T,
}

/// `default`, or `default = "path"`: what stands in for what is absent.
pub(super) struct StandIn {
    pub(super) key: Path,
    pub(super) path: Option<ExprPath>,
}

/// The functions that stand in for serde's impls.
#[derive(Default)]
pub(super) struct Functions {
    /// The key of the one that writes.
    pub(super) write: Option<Path>,
    /// The key of the one that reads.
    pub(super) read: Option<Path>,
    /// `with = ".."`: where both are.
    pub(super) with: Option<ExprPath>,
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

const CONTAINER_KEYS: [&str; 16] = [
    "rename",
    "rename_all",
    "rename_all_fields",
    "tag",
    "content",
    "untagged",
    "transparent",
    "deny_unknown_fields",
    "default",
    "from",
    "try_from",
    "into",
    "remote",
    "bound",
    "crate",
    "expecting",
];

const VARIANT_KEYS: [&str; 12] = [
    "rename",
    "rename_all",
    "alias",
    "skip",
    "skip_serializing",
    "skip_deserializing",
    "other",
    "untagged",
    "with",
    "serialize_with",
    "deserialize_with",
    "bound",
];

const FIELD_KEYS: [&str; 13] = [
    "rename",
    "alias",
    "default",
    "skip",
    "skip_serializing",
    "skip_deserializing",
    "skip_serializing_if",
    "flatten",
    "with",
    "serialize_with",
    "deserialize_with",
    "getter",
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
            // Only the type's name in serde's data model, which JSON does not show but of a struct
            // with a `tag`.
            "rename" => {
                let names = attribute::directions(meta, errors)?.write;
                attrs.rename = names.first().map(LitStr::value).or(attrs.rename.take());
            }
            "crate" | "expecting" => drop(attribute::string(meta, errors)?),
            "rename_all" => attrs.rename_all.read(meta, errors)?,
            "rename_all_fields" => attrs.rename_all_fields.read(meta, errors)?,
            "tag" => attrs.tag = keyed(meta, text(meta, errors)?),
            "content" if is_enum => attrs.content = text(meta, errors)?,
            "untagged" if is_enum => attrs.untagged = Some(meta.path.clone()),
            "transparent" => attrs.transparent = Some(meta.path.clone()),
            "deny_unknown_fields" => attrs.deny_unknown_fields = Some(meta.path.clone()),
            "default" => attrs.default = Some(default(meta, errors)?),
            "from" => attrs.from = attribute::code(meta, errors)?,
            "try_from" => attrs.try_from = attribute::code(meta, errors)?,
            "into" => attrs.into = attribute::code(meta, errors)?,
            "remote" => attrs.remote = keyed(meta, attribute::code(meta, errors)?),
            "bound" => bound(meta, &mut attrs.bounds, errors)?,
            _ => attribute::refuse_serde(key, meta, &CONTAINER_KEYS, errors)?,
        }
        Ok(())
    });
    options::each(&item.attrs, Place::Container, errors, |key, meta, errors| {
        match key {
            "overlapping" => attrs.overlapping = Some(meta.path.clone()),
            _ => attrs.runtime = options::runtime(meta, errors)?,
        }
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
            "other" => attrs.other = Some(meta.path.clone()),
            "untagged" => attrs.untagged = Some(meta.path.clone()),
            "bound" => bound(meta, bounds, errors)?,
            _ if attrs.functions.take(key, meta, errors)? => {}
            _ => attribute::refuse_serde(key, meta, &VARIANT_KEYS, errors)?,
        }
        Ok(())
    });
    options::each(&syntax.attrs, Place::Variant, errors, |key, meta, errors| {
        match key {
            "as" => attrs.mirror = options::mirror(meta, errors)?,
            "status" => attrs.status = options::status(meta, errors)?,
            _ => attrs.since = options::since(meta, errors)?.map(|since| since.version),
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
            "default" => attrs.default = Some(default(meta, errors)?),
            "skip" => (attrs.skip_write, attrs.skip_read) = (here(), here()),
            "skip_serializing" => attrs.skip_write = here(),
            "skip_deserializing" => attrs.skip_read = here(),
            "skip_serializing_if" => attrs.skip_write_if = Some(default(meta, errors)?),
            "flatten" => attrs.flatten = here(),
            "getter" => {
                attrs.getter = here();
                attribute::string(meta, errors)?;
            }
            "bound" => bound(meta, bounds, errors)?,
            _ if attrs.functions.take(key, meta, errors)? => {}
            _ => attribute::refuse_serde(key, meta, &FIELD_KEYS, errors)?,
        }
        Ok(())
    });
    options::each(attributes, Place::Field, errors, |key, meta, errors| {
        match key {
            "as" => attrs.mirror = options::mirror(meta, errors)?,
            _ => attrs.since = options::since(meta, errors)?,
        }
        Ok(())
    });
    attrs
}

impl Functions {
    /// Reads the value if this key names functions.
    fn take(
        &mut self,
        key: &str,
        meta: &ParseNestedMeta,
        errors: &mut Errors,
    ) -> syn::Result<bool> {
        let here = || Some(meta.path.clone());
        match key {
            "with" => {
                (self.write, self.read) = (here(), here());
                self.with = attribute::code(meta, errors)?;
            }
            "serialize_with" => {
                self.write = here();
                attribute::string(meta, errors)?;
            }
            "deserialize_with" => {
                self.read = here();
                attribute::string(meta, errors)?;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }
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

fn text(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<String>> {
    Ok(attribute::string(meta, errors)?.map(|text| text.value()))
}

fn keyed<T>(meta: &ParseNestedMeta, value: Option<T>) -> Option<Keyed<T>> {
    value.map(|value| Keyed { key: meta.path.clone(), value })
}

fn default(meta: &ParseNestedMeta, errors: &mut Errors) -> syn::Result<StandIn> {
    let path = if meta.input.peek(Token![=]) { attribute::code(meta, errors)? } else { None };
    Ok(StandIn { key: meta.path.clone(), path })
}

fn bound(meta: &ParseNestedMeta, bounds: &mut Vec<LitStr>, errors: &mut Errors) -> syn::Result<()> {
    let Directions { write, read } = attribute::directions(meta, errors)?;
    bounds.extend(write.into_iter().chain(read));
    Ok(())
}
