//! How does what the user wrote become what it means?

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::ext::IdentExt;
use syn::{Attribute, Data, DeriveInput, Meta, Type};
use traitwire_schema::names::RenameRule;

use super::crossing::{Crossing, Described, Ways};
use super::model::{
    About, Absent, Body, Conversion, Definition, Field, Read, ReadName, Shape, Tagging, Variant,
    Write,
};
use super::parse::{self, ContainerAttrs, Input, Names, Rules, StandIn};
use crate::common;
use crate::diagnostics::Errors;
use crate::types::{is_phantom_to_serde, same};

/// Says what the type means, as far as it is allowed at all.
pub(super) fn define<'a>(input: &'a Input<'a>, errors: &mut Errors) -> Definition<'a> {
    let Input { item, attrs, body } = input;
    let read = attrs.from.as_ref().or(attrs.try_from.as_ref());
    let conversion = Conversion { write: attrs.into.as_ref(), read };
    Definition {
        item,
        runtime: attrs.runtime.as_ref(),
        body: match conversion {
            Conversion { write: Some(write), read: Some(read) } => converted(write, read),
            _ => self::body(item, attrs, body, errors),
        },
        conversion,
        remote: attrs.remote.as_ref().map(|remote| &remote.value),
        statuses: statuses(body),
        about: about(&item.attrs, errors),
        allowed: allowed(item),
    }
}

/// The body of a type that crosses as others do: it is a newtype of these.
fn converted<'a>(write: &'a Type, read: &'a Type) -> Body<'a> {
    let (write, read) = (Described::Own(write), Described::Own(read));
    let crossing = if same(write.ty(), read.ty()) {
        Crossing::One(write)
    } else {
        Crossing::Split { write, read }
    };
    let shape = Shape::Newtype(crossing);
    Body::Struct { tag: None, shape, transparent: true, deny_unknown_fields: false }
}

fn body<'a>(
    item: &DeriveInput,
    attrs: &'a ContainerAttrs,
    body: &'a parse::Body<'a>,
    errors: &mut Errors,
) -> Body<'a> {
    let deny_unknown_fields = attrs.deny_unknown_fields.is_some();
    match body {
        parse::Body::Struct(fields) => {
            let transparent = attrs.transparent.is_some();
            let shape = if transparent {
                transparent_shape(fields, errors)
            } else {
                let container = Container::of(item, attrs.default.as_ref());
                shape(fields, attrs.rename_all, container, errors)
            };
            let tag = attrs.tag.as_ref().filter(|_| !transparent).map(|tag| {
                let name = attrs.rename.clone();
                (tag.value.as_str(), name.unwrap_or_else(|| item.ident.unraw().to_string()))
            });
            Body::Struct { tag, shape, transparent, deny_unknown_fields }
        }
        parse::Body::Enum(list) => Body::Enum {
            tagging: tagging(attrs),
            variants: variants(item, list, attrs, errors),
            open: item.attrs.iter().any(|attr| attr.path().is_ident("non_exhaustive")),
            deny_unknown_fields,
            overlapping: attrs.overlapping.is_some(),
        },
    }
}

fn statuses<'a>(body: &'a parse::Body<'a>) -> Vec<(&'a Ident, u16)> {
    let parse::Body::Enum(variants) = body else { return Vec::new() };
    let status = |variant: &'a parse::Variant<'a>| {
        variant.attrs.status.map(|status| (&variant.syntax.ident, status))
    };
    variants.iter().filter_map(status).collect()
}

fn tagging(attrs: &ContainerAttrs) -> Tagging<'_> {
    match (attrs.tag.as_ref().map(|tag| tag.value.as_str()), &attrs.content) {
        _ if attrs.untagged.is_some() => Tagging::Untagged,
        (Some(tag), Some(content)) => Tagging::Adjacent { tag, content },
        (Some(tag), None) => Tagging::Internal { tag },
        (None, _) => Tagging::External,
    }
}

fn variants<'a>(
    item: &DeriveInput,
    variants: &'a [parse::Variant<'a>],
    container: &ContainerAttrs,
    errors: &mut Errors,
) -> Vec<Variant<'a>> {
    let one = |variant: &'a parse::Variant<'a>| {
        let parse::Variant { syntax, attrs, fields } = variant;
        let rust_name = syntax.ident.unraw().to_string();
        let (write, read) =
            names(&attrs.names, &rust_name, container.rename_all, RenameRule::apply_to_variant);
        let untagged = attrs.untagged.is_some() && container.untagged.is_none();
        let rules = attrs.rename_all.or(container.rename_all_fields);
        Variant {
            ident: &syntax.ident,
            write: (!attrs.skip_write).then_some(write),
            read: (!attrs.skip_read).then_some(read),
            shape: variant_shape(variant, fields, rules, Container::of(item, None), errors),
            status: attrs.status,
            catch_all: attrs.other.is_some() && !attrs.skip_read && !untagged,
            untagged,
            since: attrs.since.as_deref(),
            about: about(&syntax.attrs, errors),
        }
    };
    variants.iter().map(one).collect()
}

fn variant_shape<'a>(
    variant: &'a parse::Variant<'a>,
    fields: &'a parse::Fields<'a>,
    rules: Rules,
    container: Container<'a>,
    errors: &mut Errors,
) -> Shape<'a> {
    let attrs = &variant.attrs;
    let ways = Ways { write: !attrs.skip_write, read: !attrs.skip_read };
    // A variant that never crosses is listed, for serde counts it where names do not cross; what it
    // holds need not be able to.
    if !ways.write && !ways.read {
        return Shape::Unit;
    }
    let own = match &fields.list[..] {
        [field] if field.syntax.ident.is_none() => Some(field),
        _ => None,
    };
    let plain = |field: &&parse::Field| {
        let parse::FieldAttrs { functions, mirror, .. } = &field.attrs;
        functions.write.is_none() && functions.read.is_none() && mirror.is_none()
    };
    let own = own.filter(plain).map(|field| &field.syntax.ty);
    let functions = &attrs.functions;
    match Crossing::of_variant(own, functions, attrs.mirror.as_ref(), ways, errors) {
        Some(crossing) => Shape::Newtype(crossing),
        // What was wrong is reported, and the fields do not count.
        None if functions.write.is_some() || functions.read.is_some() => Shape::Unit,
        None => shape(fields, rules, container, errors),
    }
}

/// What fields need to know of the type that they stand in.
#[derive(Clone, Copy)]
struct Container<'a> {
    default: Option<&'a StandIn>,
    generic: bool,
}

impl<'a> Container<'a> {
    fn of(item: &DeriveInput, default: Option<&'a StandIn>) -> Self {
        Container { default, generic: item.generics.type_params().next().is_some() }
    }
}

fn shape<'a>(
    fields: &'a parse::Fields<'a>,
    rules: Rules,
    container: Container<'a>,
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
            Shape::Newtype(self::crossing(&fields.list[0], errors))
        }
        syn::Fields::Unnamed(_) => {
            Shape::Tuple(crossing.map(|field| self::crossing(field, errors)).collect())
        }
        syn::Fields::Named(_) => {
            Shape::Fields(crossing.filter_map(|one| field(one, rules, container, errors)).collect())
        }
    }
}

fn crossing<'a>(field: &'a parse::Field<'a>, errors: &mut Errors) -> Crossing<'a> {
    let parse::FieldAttrs { functions, mirror, skip_write, skip_read, .. } = &field.attrs;
    let ways = Ways { write: skip_write.is_none(), read: skip_read.is_none() };
    Crossing::of_field(&field.syntax.ty, functions, mirror.as_ref(), ways, errors)
}

/// The field that a transparent struct reads and writes as; what its attributes say of names and
/// presence does not matter to serde.
fn transparent_shape<'a>(fields: &'a parse::Fields<'a>, errors: &mut Errors) -> Shape<'a> {
    let mut candidates = fields.list.iter().filter(|field| is_written_transparently(field));
    let Some(field) = candidates.next() else { return Shape::Unit };
    let parse::Field { syntax, attrs } = field;
    let crossing = crossing(field, errors);
    let Some(ident) = &syntax.ident else { return Shape::Newtype(crossing) };
    let name = || ident.unraw().to_string();
    let read = ReadName { name: name(), aliases: Vec::new() };
    Shape::Fields(vec![Field {
        ident,
        crossing,
        write: Some(Write { name: name(), maybe: false, skips: None }),
        // A function is asked for what is absent, too: serde does not see the field around it.
        read: Some(Read { name: read, absent: Absent::ByType }),
        flatten: false,
        since: attrs.since.as_ref().map(|since| since.version.as_str()),
        about: about(&syntax.attrs, errors),
    }])
}

/// Whether serde takes this for the field of a transparent struct when it writes.
pub(super) fn is_written_transparently(field: &parse::Field) -> bool {
    !is_phantom_to_serde(&field.syntax.ty) && field.attrs.skip_write.is_none()
}

/// Whether serde takes this for the field of a transparent struct when it reads.
pub(super) fn is_read_transparently(field: &parse::Field) -> bool {
    !is_phantom_to_serde(&field.syntax.ty)
        && field.attrs.skip_read.is_none()
        && field.attrs.default.is_none()
}

fn field<'a>(
    field: &'a parse::Field<'a>,
    rules: Rules,
    container: Container<'a>,
    errors: &mut Errors,
) -> Option<Field<'a>> {
    let parse::Field { syntax, attrs } = field;
    let ident = syntax.ident.as_ref()?;
    let rust_name = ident.unraw().to_string();
    let (write, read) = names(&attrs.names, &rust_name, rules, RenameRule::apply_to_field);
    let maybe = attrs.skip_write_if.is_some();
    let skips = attrs.skip_write_if.as_ref().and_then(|skip| skip.path.as_ref());
    let crossing = crossing(field, errors);
    Some(Field {
        ident,
        crossing,
        write: attrs.skip_write.is_none().then_some(Write { name: write, maybe, skips }),
        read: attrs.skip_read.is_none().then(|| {
            let absent = absent(attrs, crossing, container);
            Read { name: read, absent }
        }),
        flatten: attrs.flatten.is_some(),
        since: attrs.since.as_ref().map(|since| since.version.as_str()),
        about: about(&syntax.attrs, errors),
    })
}

fn absent<'a>(
    attrs: &'a parse::FieldAttrs,
    crossing: Crossing<'a>,
    container: Container<'a>,
) -> Absent<'a> {
    // A flattened field is not absent: it is asked to make something of the members that are there,
    // and serde does not look at its default.
    if attrs.flatten.is_some() {
        return Absent::ByType;
    }
    let (own, default) = match (&attrs.default, container.default) {
        (Some(own), _) => (true, own),
        (None, Some(default)) => (false, default),
        (None, None) if attrs.functions.read.is_some() => return Absent::Never,
        (None, None) => return Absent::ByType,
    };
    match crossing.own() {
        Some(ty) if !container.generic => match (own, &default.path) {
            (true, None) => Absent::OfType(ty),
            (true, Some(path)) => Absent::OfFunction(ty, path),
            (false, path) => Absent::OfContainer(ty, path.as_ref()),
        },
        _ => Absent::Unknown,
    }
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
