//! Which attributes go together?

use syn::{Fields, PathArguments};

use crate::diagnostics::Errors;
use crate::wire::define;
use crate::wire::parse::{self, ContainerAttrs, Field, FieldAttrs, Input, Variant};

pub(super) fn check(input: &Input, errors: &mut Errors) {
    if is_refused_by_serde(input) {
        errors.reported_elsewhere();
    }
    check_transparent(input, errors);
    check_remote(input, errors);
    check_unknown_fields(input, errors);
}

/// What serde refuses by itself.
fn is_refused_by_serde(input: &Input) -> bool {
    let attrs = &input.attrs;
    let tags_at_odds = match (&attrs.tag, &attrs.content) {
        (None, Some(_)) => true,
        (Some(tag), Some(content)) if tag.value == *content => true,
        (tag, content) => attrs.untagged.is_some() && (tag.is_some() || content.is_some()),
    };
    tags_at_odds
        || (attrs.from.is_some() && attrs.try_from.is_some())
        || match &input.body {
            parse::Body::Struct(fields) => is_misplaced_on_struct(attrs, fields),
            parse::Body::Enum(variants) => is_misplaced_on_enum(attrs, variants),
        }
}

fn is_misplaced_on_struct(attrs: &ContainerAttrs, fields: &parse::Fields) -> bool {
    let ContainerAttrs { tag, default, rename_all_fields, remote, .. } = attrs;
    let has_names = matches!(fields.syntax, Fields::Named(_));
    (default.is_some() && matches!(fields.syntax, Fields::Unit))
        || rename_all_fields.write.is_some()
        || rename_all_fields.read.is_some()
        || (tag.is_some() && !has_names)
        || fields.list.iter().any(|Field { attrs, .. }| {
            (attrs.flatten.is_some() && !has_names) || (attrs.getter.is_some() && remote.is_none())
        })
}

fn is_misplaced_on_enum(attrs: &ContainerAttrs, variants: &[Variant]) -> bool {
    let ContainerAttrs { tag, content, untagged, default, .. } = attrs;
    let is_internal = tag.is_some() && content.is_none();
    let last_tagged = variants.iter().rposition(|variant| variant.attrs.untagged.is_none());
    default.is_some()
        || variants.iter().enumerate().any(|(at, Variant { attrs, fields, .. })| {
            let has_names = matches!(fields.syntax, Fields::Named(_));
            let is_unit = matches!(fields.syntax, Fields::Unit);
            let is_last = at + 1 == variants.len();
            (is_internal && is_tuple(fields.syntax))
                || (attrs.other.is_some() && (!is_unit || !is_last || untagged.is_some()))
                || (attrs.untagged.is_some() && last_tagged.is_some_and(|last| at < last))
                || (attrs.functions.write.is_some() && attrs.skip_write)
                || (attrs.functions.read.is_some() && attrs.skip_read)
                || fields.list.iter().any(|field| {
                    (field.attrs.flatten.is_some() && !has_names)
                        || field.attrs.getter.is_some()
                        || is_skipped_despite(attrs, &field.attrs)
                })
        })
}

/// Functions of a variant take all of its fields.
fn is_skipped_despite(variant: &parse::VariantAttrs, field: &FieldAttrs) -> bool {
    let functions = &variant.functions;
    (functions.write.is_some() && (field.skip_write.is_some() || field.skip_write_if.is_some()))
        || (functions.read.is_some() && field.skip_read.is_some())
}

/// The mirror of a type of another crate.
fn check_remote(input: &Input, errors: &mut Errors) {
    let Some(remote) = &input.attrs.remote else { return };
    if remote.value.is_ident("Self") {
        errors.at(
            &remote.key,
            "`remote = \"Self\"` leaves Serialize and Deserialize to be written by hand, and \
             #[derive(Wire)] cannot see what they do\n\
             help: derive all three on a type of its own, and convert: #[serde(from = \"..\", into = \
             \"..\")]",
        );
    }
    if let parse::Body::Enum(variants) = &input.body
        && let Some(variant) = variants.iter().find(|variant| variant.attrs.status.is_some())
    {
        errors.at(
            &variant.syntax.ident,
            "a mirror is no declared error, so no variant of it has a status\n\
             help: declare an error of your own that holds the foreign type",
        );
    }
    let last = remote.value.segments.last();
    let has_arguments = last.is_some_and(|last| !matches!(last.arguments, PathArguments::None));
    if has_arguments && !input.item.generics.params.is_empty() {
        errors.reported_elsewhere();
    }
}

/// A reader that refuses what it does not know, where it cannot know all that is written.
fn check_unknown_fields(input: &Input, errors: &mut Errors) {
    let ContainerAttrs { deny_unknown_fields, from, try_from, transparent, tag, .. } = &input.attrs;
    let Some(deny) = deny_unknown_fields else { return };
    // Neither is then read by its fields.
    if from.is_some() || try_from.is_some() || transparent.is_some() {
        return;
    }
    let mut check_flatten = |fields: &parse::Fields| {
        for Field { attrs, .. } in &fields.list {
            if let (Some(flatten), None) = (&attrs.flatten, &attrs.skip_read) {
                errors.at(
                    flatten,
                    "`flatten` and `deny_unknown_fields` do not go together: serde cannot tell which \
                     members the flattened field would have taken\n\
                     help: remove one of the two",
                );
            }
        }
    };
    match &input.body {
        parse::Body::Struct(fields) => {
            check_flatten(fields);
            if tag.is_some() {
                errors.at(
                    deny,
                    "serde writes the tag of a struct, but does not know it as a member when it \
                     reads: with `deny_unknown_fields` it would refuse what it wrote\n\
                     help: remove one of the two, or use an enum of one variant",
                );
            }
        }
        parse::Body::Enum(variants) => {
            for variant in variants {
                check_flatten(&variant.fields);
            }
        }
    }
}

fn is_tuple(fields: &Fields) -> bool {
    matches!(fields, Fields::Unnamed(_)) && fields.len() != 1
}

fn check_transparent(input: &Input, errors: &mut Errors) {
    let ContainerAttrs { transparent, from, try_from, into, .. } = &input.attrs;
    let Some(transparent) = transparent else { return };
    if from.is_some() || try_from.is_some() || into.is_some() {
        errors.reported_elsewhere();
    }
    let parse::Body::Struct(fields) = &input.body else {
        return errors.reported_elsewhere();
    };
    let chosen = |is: fn(&Field) -> bool| {
        let mut chosen = fields.list.iter().enumerate().filter(|(_, field)| is(field));
        let first = chosen.next().map(|(index, _)| index);
        first.filter(|_| chosen.next().is_none())
    };
    let written = chosen(define::is_written_transparently);
    let read = chosen(define::is_read_transparently);
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
