//! What did the user write?

mod attrs;
mod entries;
mod options;
mod signature;
mod syntax;
mod types;

use proc_macro2::TokenStream;
use syn::GenericParam;
use syn::ext::IdentExt;
use traitwire_schema::names::RenameRule;

pub(super) use self::attrs::conditional;
use self::options::InterfaceOptions;
pub(super) use self::options::not_a_version;
pub(super) use self::syntax::{Ending, Function, Member, Pattern, Trait, is_trait};
pub(super) use self::types::bare;
use crate::common;
use crate::diagnostics::Errors;
use crate::interface::model::{End, Interface, Kind, Method, Name};

/// Reads the trait. None if it has a shape of which nothing can be made, not even after a mistake.
pub(crate) fn interface(
    kind: Kind,
    options: TokenStream,
    item: &Trait,
    errors: &mut Errors,
) -> Option<Interface> {
    let options = options::interface(kind, options, &item.ident, errors);
    if rewritten_by_async_trait(item, errors) {
        return None;
    }
    let has_shape = check_shape(kind, item, errors);
    let methods = methods(kind, options.rename_all, item, errors);
    if !has_shape {
        return None;
    }
    Some(Interface {
        kind,
        runtime: common::runtime(options.runtime.as_ref()),
        vis: item.vis.clone(),
        ident: item.ident.clone(),
        attrs: attrs::shared(&item.attrs, errors),
        name: interface_name(&options, item),
        version: options.version,
        served_by: options.served_by.unwrap_or(End::Backend),
        route_required: options.route_required,
        serial: options.serial,
        methods,
    })
}

fn interface_name(options: &InterfaceOptions, item: &Trait) -> Name {
    match &options.name {
        Some(name) => Name { text: name.value(), span: name.span() },
        None => Name { text: item.ident.unraw().to_string(), span: item.ident.span() },
    }
}

/// `#[async_trait]` above has turned every method inside out; one message says it all.
fn rewritten_by_async_trait(item: &Trait, errors: &mut Errors) -> bool {
    let is_sign = |param: &GenericParam| match param {
        GenericParam::Lifetime(param) => param.lifetime.ident == "async_trait",
        _ => false,
    };
    let rewritten = item.members.iter().any(|member| match member {
        Member::Method(method) => method.generics.params.iter().any(is_sign),
        _ => false,
    });
    if rewritten {
        errors.at(
            &item.ident,
            "#[async_trait] is not needed and hides what the methods return\n\
             help: remove it from this trait and from its impls; write plain `async fn` in both",
        );
    }
    rewritten
}

/// Reports what a trait must not have. False if the rest of the expansion could not name the trait.
fn check_shape(kind: Kind, item: &Trait, errors: &mut Errors) -> bool {
    let mut has_shape = true;
    if !item.generics.params.is_empty() {
        has_shape = false;
        errors.at(
            &item.generics,
            "an interface is not generic: its schema must name concrete types\n\
             help: remove the parameters, or declare one interface for each type",
        );
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.at(clause, "an interface has no `where` clause\nhelp: remove it");
    }
    if let Some(token) = &item.unsafe_token {
        errors.at(token, "an interface is not `unsafe`\nhelp: remove `unsafe`");
    }
    if let Some(token) = &item.auto_token {
        errors.at(token, "an interface is not an `auto` trait\nhelp: remove `auto`");
    }
    attrs::check_interface(kind, &item.attrs, errors);
    for member in &item.members {
        match member {
            Member::Method(_) => {}
            Member::Type(ident, _) => {
                has_shape = false;
                errors.at(
                    ident,
                    "an interface has no associated types: its schema must name concrete types\n\
                     help: use the concrete type in the methods",
                );
            }
            Member::Const(ident, _) => errors.at(
                ident,
                "an interface has no associated constants: only calls cross\n\
                 help: move the constant out of the trait",
            ),
            Member::Other(member) => errors.at(
                member,
                "an interface consists of methods\n\
                 help: write the methods themselves; what a macro adds is not seen here",
            ),
        }
    }
    if item.members.is_empty() {
        let message = format!(
            "`{}` has no methods, so there is nothing to call\n\
             help: add one: `async fn ping(&self);`",
            item.ident
        );
        errors.at(&item.ident, message);
    }
    has_shape
}

/// The methods that were understood.
fn methods(
    kind: Kind,
    rename: Option<RenameRule>,
    item: &Trait,
    errors: &mut Errors,
) -> Vec<Method> {
    let methods = item.members.iter().filter_map(|member| match member {
        Member::Method(item) => method(kind, rename, item, errors),
        _ => None,
    });
    methods.collect()
}

fn method(
    kind: Kind,
    rename: Option<RenameRule>,
    item: &Function,
    errors: &mut Errors,
) -> Option<Method> {
    let options = options::method(kind, &item.attrs, errors);
    let attrs = attrs::shared(&item.attrs, errors);
    let signature = signature::signature(kind, options.notify, rename, item, errors)?;
    let ident = item.ident.clone();
    Some(Method { name: wire_name(&ident, rename), ident, attrs, options, signature })
}

/// The name on the wire of a method or an argument.
fn wire_name(ident: &syn::Ident, rename: Option<RenameRule>) -> Name {
    let text = ident.unraw().to_string();
    let text = match rename {
        Some(rule) => rule.apply_to_field(&text),
        None => text,
    };
    Name { text, span: ident.span() }
}
