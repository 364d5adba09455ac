//! Which attributes of an item matter to what is generated from it?

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;
use syn::{Attribute, Ident, Meta};

use crate::common;
use crate::diagnostics::Errors;
use crate::interface::model::{Attrs, Kind};

/// Reads the attributes that generated items share with the item.
pub(super) fn shared(attrs: &[Attribute], errors: &mut Errors) -> Attrs {
    let named = |name| -> Vec<Attribute> {
        attrs.iter().filter(|attr| attr.path().is_ident(name)).cloned().collect()
    };
    for attr in attrs {
        check_cfg_attr(attr, errors);
    }
    Attrs {
        cfgs: named("cfg"),
        allows: attrs.iter().filter_map(allow).collect(),
        docs: named("doc"),
        deprecated: named("deprecated").pop(),
        documentation: common::docs(attrs),
        deprecation: common::deprecation(attrs, errors),
    }
}

fn allow(attr: &Attribute) -> Option<TokenStream> {
    match &attr.meta {
        Meta::List(list) if attr.path().is_ident("allow") || attr.path().is_ident("expect") => {
            let lints = &list.tokens;
            Some(quote!(#[allow(#lints)]))
        }
        _ => None,
    }
}

/// What `cfg_attr` holds is not known here, so it must hold nothing that matters here.
fn check_cfg_attr(attr: &Attribute, errors: &mut Errors) {
    for ident in conditional(attr) {
        if ["rpc", "ipc", "cfg", "deprecated"].iter().any(|name| ident == name) {
            let message = format!(
                "the schema cannot depend on a `cfg_attr`: #[{ident}] must always stand\n\
                 help: write two methods, each with its #[cfg(..)] and its #[{ident}(..)]"
            );
            errors.at(&ident, message);
        }
    }
}

/// The names of the attributes that a `cfg_attr` holds.
pub(crate) fn conditional(attr: &Attribute) -> Vec<Ident> {
    let Meta::List(list) = &attr.meta else { return Vec::new() };
    if !attr.path().is_ident("cfg_attr") {
        return Vec::new();
    }
    // The first part is the condition, which may well say `rpc = ".."`.
    let mut after_comma = false;
    let mut names = Vec::new();
    for token in list.tokens.clone() {
        match token {
            TokenTree::Punct(punct) => after_comma = punct.as_char() == ',',
            TokenTree::Ident(ident) if after_comma => {
                names.push(ident);
                after_comma = false;
            }
            _ => after_comma = false,
        }
    }
    names
}

/// Reports attributes that have no place on an interface.
pub(super) fn check_interface(kind: Kind, attrs: &[Attribute], errors: &mut Errors) {
    for attr in attrs {
        let Some(last) = attr.path().segments.last() else { continue };
        let name = last.ident.to_string();
        match name.as_str() {
            "async_trait" => errors.at(
                attr,
                "#[async_trait] is not needed\n\
                 help: remove it here and on the impls; write plain `async fn` in both",
            ),
            "rpc" | "ipc" => {
                let message = format!(
                    "#[{name}] is for methods\n\
                     help: options of the interface go into #[{}(..)]",
                    kind.attribute()
                );
                errors.at(attr, message);
            }
            "rpc_interface" | "ipc_interface" => errors.at(
                attr,
                "a trait is one interface\n\
                 help: remove one of the two attributes, or write two traits",
            ),
            _ => {}
        }
    }
}
