//! Does each name on the wire mean one thing?

use std::collections::HashMap;

use syn::Ident;

use crate::diagnostics::Errors;
use crate::wire::model::{Body, Definition, Field, ReadName, Shape, Tagging};
use crate::wire::parse::Input;

/// Two things under one name: a reader could not tell them apart.
pub(super) fn check(input: &Input, definition: &Definition, errors: &mut Errors) {
    match &definition.body {
        Body::Struct { transparent: true, .. } => {}
        Body::Struct { tag, shape, .. } => {
            check_tag(input, tag.as_ref().map(|(tag, _)| *tag), shape, errors);
            check_field_names(shape, None, errors);
        }
        Body::Enum { tagging, variants, .. } => {
            if !matches!(tagging, Tagging::Untagged) {
                let mut names = Taken::default();
                for variant in variants.iter().filter(|variant| !variant.untagged) {
                    let read = variant.read.iter().flat_map(ReadName::all);
                    names.take(variant.ident, variant.write.as_deref(), read, errors);
                }
            }
            for variant in variants {
                let tag = match tagging {
                    Tagging::Internal { tag } if !variant.untagged => Some(*tag),
                    _ => None,
                };
                check_field_names(&variant.shape, tag, errors);
            }
        }
    }
}

/// A struct writes its tag as a member.
fn check_tag(input: &Input, tag: Option<&str>, shape: &Shape, errors: &mut Errors) {
    let (Some(tag), Shape::Fields(fields), Some(attr)) = (tag, shape, &input.attrs.tag) else {
        return;
    };
    let is_tag = |field: &&Field| {
        !field.flatten && field.write.as_ref().is_some_and(|write| write.name == tag)
    };
    if let Some(field) = fields.iter().find(is_tag) {
        let message = format!(
            "the tag \"{tag}\" is also the name of `{}`, and serde would write both\n\
             help: rename one of them, or remove the tag",
            field.ident
        );
        errors.at(&attr.key, message);
    }
}

fn check_field_names(shape: &Shape, tag: Option<&str>, errors: &mut Errors) {
    let Shape::Fields(fields) = shape else { return };
    let mut names = Taken::default();
    // A flattened field has no name on the wire.
    for field in fields.iter().filter(|field| !field.flatten) {
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
