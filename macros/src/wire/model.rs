//! What does the type mean on the wire?

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Meta, Path, Type};
use traitwire_schema::names::RenameRule;

use super::attribute::Rules;
use super::generics;
use super::parse::{self, ContainerAttrs, Input, Names};
use crate::common::{self, Deprecation};
use crate::diagnostics::Errors;

/// A type as the schema sees it: names are the wire's, and what never crosses is left out.
pub(super) struct Definition<'a> {
    pub(super) item: &'a DeriveInput,
    /// Where generated code finds the runtime.
    pub(super) runtime: Option<&'a Path>,
    pub(super) body: Body<'a>,
    pub(super) about: About,
    /// The lints that the user allows anywhere on the item. The expansion repeats the user's types,
    /// so it has to repeat these.
    pub(super) allowed: Vec<TokenStream>,
}

/// What the user says about an item to people.
pub(super) struct About {
    pub(super) docs: String,
    pub(super) deprecated: Option<Deprecation>,
}

pub(super) enum Body<'a> {
    Struct { shape: Shape<'a>, transparent: bool, deny_unknown_fields: bool },
    Enum { tagging: Tagging<'a>, variants: Vec<Variant<'a>>, open: bool, deny_unknown_fields: bool },
}

pub(super) enum Tagging<'a> {
    External,
    Internal { tag: &'a str },
    Adjacent { tag: &'a str, content: &'a str },
    Untagged,
}

pub(super) struct Variant<'a> {
    pub(super) ident: &'a Ident,
    pub(super) write: Option<String>,
    pub(super) read: Option<ReadName>,
    pub(super) shape: Shape<'a>,
    pub(super) status: Option<u16>,
    pub(super) since: Option<&'a str>,
    pub(super) about: About,
}

pub(super) enum Shape<'a> {
    Unit,
    Newtype(&'a Type),
    Tuple(Vec<&'a Type>),
    Fields(Vec<Field<'a>>),
}

pub(super) struct Field<'a> {
    pub(super) ident: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) write: Option<Write>,
    pub(super) read: Option<Read>,
    pub(super) since: Option<&'a str>,
    pub(super) about: About,
}

pub(super) struct Write {
    pub(super) name: String,
    /// Some values leave it out.
    pub(super) maybe: bool,
}

pub(super) struct Read {
    pub(super) name: ReadName,
    /// A default stands in where it is absent; else the type decides.
    pub(super) default: bool,
}

/// What a reader accepts.
pub(super) struct ReadName {
    pub(super) name: String,
    /// Other names for it, without the name itself.
    pub(super) aliases: Vec<String>,
}

impl ReadName {
    pub(super) fn all(&self) -> impl Iterator<Item = &str> + Clone {
        std::iter::once(&self.name).chain(&self.aliases).map(String::as_str)
    }
}

impl<'a> Definition<'a> {
    /// The types that it names.
    pub(super) fn types(&self) -> Vec<&'a Type> {
        match &self.body {
            Body::Struct { shape, .. } => shape.types(),
            Body::Enum { variants, .. } => {
                let mut types = Vec::new();
                for variant in variants {
                    types.append(&mut variant.shape.types());
                }
                types
            }
        }
    }
}

impl<'a> Shape<'a> {
    fn types(&self) -> Vec<&'a Type> {
        match self {
            Shape::Unit => Vec::new(),
            Shape::Newtype(ty) => vec![ty],
            Shape::Tuple(types) => types.clone(),
            Shape::Fields(fields) => fields.iter().map(|field| field.ty).collect(),
        }
    }
}

/// Says what the type means, as far as it is allowed at all.
pub(super) fn define<'a>(input: &'a Input<'a>, errors: &mut Errors) -> Definition<'a> {
    let Input { item, attrs, body } = input;
    let deny_unknown_fields = attrs.deny_unknown_fields;
    let body = match body {
        parse::Body::Struct(fields) => {
            let transparent = attrs.transparent.is_some();
            let shape = if transparent {
                transparent_shape(fields, errors)
            } else {
                shape(fields, attrs.rename_all, attrs.default.is_some(), errors)
            };
            Body::Struct { shape, transparent, deny_unknown_fields }
        }
        parse::Body::Enum(list) => Body::Enum {
            tagging: tagging(attrs),
            variants: variants(list, attrs, errors),
            open: item.attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive")),
            deny_unknown_fields,
        },
    };
    Definition {
        item,
        runtime: attrs.runtime.as_ref(),
        body,
        about: about(&item.attrs, errors),
        allowed: allowed(item),
    }
}

fn tagging(attrs: &ContainerAttrs) -> Tagging<'_> {
    match (&attrs.tag, &attrs.content) {
        _ if attrs.untagged.is_some() => Tagging::Untagged,
        (Some(tag), Some(content)) => Tagging::Adjacent { tag, content },
        (Some(tag), None) => Tagging::Internal { tag },
        (None, _) => Tagging::External,
    }
}

fn variants<'a>(
    variants: &'a [parse::Variant<'a>],
    container: &ContainerAttrs,
    errors: &mut Errors,
) -> Vec<Variant<'a>> {
    let one = |variant: &'a parse::Variant<'a>| {
        let parse::Variant { syntax, attrs, fields } = variant;
        let rust_name = syntax.ident.unraw().to_string();
        let (write, read) =
            names(&attrs.names, &rust_name, container.rename_all, RenameRule::apply_to_variant);
        Variant {
            ident: &syntax.ident,
            write: (!attrs.skip_write).then_some(write),
            read: (!attrs.skip_read).then_some(read),
            // A variant that never crosses is listed, for serde counts it where names do not cross;
            // what it holds need not be able to.
            shape: if attrs.skip_write && attrs.skip_read {
                Shape::Unit
            } else {
                shape(fields, attrs.rename_all.or(container.rename_all_fields), false, errors)
            },
            status: attrs.status,
            since: attrs.since.as_deref(),
            about: about(&syntax.attrs, errors),
        }
    };
    variants.iter().map(one).collect()
}

fn shape<'a>(
    fields: &'a parse::Fields<'a>,
    rules: Rules,
    default: bool,
    errors: &mut Errors,
) -> Shape<'a> {
    let crossing = fields.list.iter().filter(|field| {
        let attrs = &field.attrs;
        attrs.skip_write.is_none() || attrs.skip_read.is_none()
    });
    match fields.syntax {
        syn::Fields::Unit => Shape::Unit,
        // One field is a newtype to serde, whatever its attributes say.
        syn::Fields::Unnamed(unnamed) if unnamed.unnamed.len() == 1 => {
            Shape::Newtype(&unnamed.unnamed[0].ty)
        }
        syn::Fields::Unnamed(_) => Shape::Tuple(crossing.map(|field| &field.syntax.ty).collect()),
        syn::Fields::Named(_) => {
            Shape::Fields(crossing.filter_map(|one| field(one, rules, default, errors)).collect())
        }
    }
}

/// The field that a transparent struct reads and writes as; what its attributes say of names and
/// presence does not matter to serde.
fn transparent_shape<'a>(fields: &'a parse::Fields<'a>, errors: &mut Errors) -> Shape<'a> {
    let mut candidates = fields.list.iter().filter(|field| is_written_transparently(field));
    let Some(parse::Field { syntax, attrs }) = candidates.next() else { return Shape::Unit };
    let Some(ident) = &syntax.ident else { return Shape::Newtype(&syntax.ty) };
    let name = || ident.unraw().to_string();
    let read = ReadName { name: name(), aliases: Vec::new() };
    Shape::Fields(vec![Field {
        ident,
        ty: &syntax.ty,
        write: Some(Write { name: name(), maybe: false }),
        read: Some(Read { name: read, default: false }),
        since: attrs.since.as_ref().map(|since| since.version.as_str()),
        about: about(&syntax.attrs, errors),
    }])
}

/// Whether serde takes this for the field of a transparent struct when it writes.
pub(super) fn is_written_transparently(field: &parse::Field) -> bool {
    !generics::is_phantom_to_serde(&field.syntax.ty) && field.attrs.skip_write.is_none()
}

/// Whether serde takes this for the field of a transparent struct when it reads.
pub(super) fn is_read_transparently(field: &parse::Field) -> bool {
    !generics::is_phantom_to_serde(&field.syntax.ty)
        && field.attrs.skip_read.is_none()
        && field.attrs.default.is_none()
}

fn field<'a>(
    field: &'a parse::Field<'a>,
    rules: Rules,
    default: bool,
    errors: &mut Errors,
) -> Option<Field<'a>> {
    let parse::Field { syntax, attrs } = field;
    let ident = syntax.ident.as_ref()?;
    let rust_name = ident.unraw().to_string();
    let (write, read) = names(&attrs.names, &rust_name, rules, RenameRule::apply_to_field);
    let maybe = attrs.skip_write_if.is_some();
    let default = default || attrs.default.is_some();
    Some(Field {
        ident,
        ty: &syntax.ty,
        write: attrs.skip_write.is_none().then_some(Write { name: write, maybe }),
        read: attrs.skip_read.is_none().then_some(Read { name: read, default }),
        since: attrs.since.as_ref().map(|since| since.version.as_str()),
        about: about(&syntax.attrs, errors),
    })
}

/// The names on the wire: a `rename` is taken as it is, everything else goes by the rule.
fn names(
    names: &Names,
    rust_name: &str,
    rules: Rules,
    apply: fn(RenameRule, &str) -> String,
) -> (String, ReadName) {
    let by_rule = |rule: Option<RenameRule>| match rule {
        Some(rule) => apply(rule, rust_name),
        None => rust_name.to_owned(),
    };
    let write = names.write.clone().unwrap_or_else(|| by_rule(rules.write));
    let name = names.read.first().cloned().unwrap_or_else(|| by_rule(rules.read));
    let mut aliases = Vec::new();
    for alias in names.read.iter().skip(1).chain(&names.aliases) {
        if *alias != name && !aliases.contains(alias) {
            aliases.push(alias.clone());
        }
    }
    (write, ReadName { name, aliases })
}

fn about(attrs: &[Attribute], errors: &mut Errors) -> About {
    About { docs: common::docs(attrs), deprecated: common::deprecation(attrs, errors) }
}

/// What stands in `#[allow(..)]` and `#[expect(..)]` anywhere on the item. To name what the item itself
/// deprecates is allowed, too.
fn allowed(item: &DeriveInput) -> Vec<TokenStream> {
    let mut allowed = Vec::new();
    for attr in all_attrs(item) {
        match &attr.meta {
            Meta::List(list) if list.path.is_ident("allow") || list.path.is_ident("expect") => {
                allowed.push(list.tokens.clone());
            }
            meta if meta.path().is_ident("deprecated") => allowed.push(quote!(deprecated)),
            _ => {}
        }
    }
    allowed
}

fn all_attrs(item: &DeriveInput) -> Vec<&Attribute> {
    let mut attrs: Vec<&Attribute> = item.attrs.iter().collect();
    match &item.data {
        Data::Struct(data) => field_attrs(&data.fields, &mut attrs),
        Data::Enum(data) => {
            for variant in &data.variants {
                attrs.extend(&variant.attrs);
                field_attrs(&variant.fields, &mut attrs);
            }
        }
        Data::Union(_) => {}
    }
    attrs
}

fn field_attrs<'a>(fields: &'a syn::Fields, attrs: &mut Vec<&'a Attribute>) {
    for field in fields {
        attrs.extend(&field.attrs);
    }
}
