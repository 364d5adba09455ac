//! Is it allowed? Rules about parts that are each well formed.

use proc_macro2::Span;
use syn::LitStr;
use traitwire_schema::names;

use super::model::{Arg, Attrs, Interface, Method, MethodOptions, Name, Notified, Reply};
use super::parse::not_a_version;
use crate::diagnostics::Errors;

pub(super) fn interface(interface: &Interface, errors: &mut Errors) {
    interface_name(interface, errors);
    unique_methods(interface, errors);
    for method in &interface.methods {
        method_names(method, errors);
        unique_args(&method.signature.args, errors);
        since(interface, method, errors);
        access(&method.options, errors);
        cache(method, errors);
        spawn(method, errors);
    }
}

fn interface_name(interface: &Interface, errors: &mut Errors) {
    let Name { text, span } = &interface.name;
    if let Err(rule) = names::check_interface_name(text) {
        let message = format!(
            "the interface's name `{text}` {rule}; it stands in URLs\nhelp: #[{}(name = \"..\")]",
            interface.kind.attribute()
        );
        errors.at_span(*span, message);
    }
}

fn method_names(method: &Method, errors: &mut Errors) {
    method_name(&method.name.text, method.name.span, errors);
    for alias in &method.options.aliases {
        method_name(&alias.value(), alias.span(), errors);
    }
    for arg in &method.signature.args {
        let Name { text, span } = &arg.name;
        if let Err(rule) = names::check_arg_name(text) {
            let message = format!(
                "the argument's name on the wire, `{text}`, {rule}\nhelp: choose another name"
            );
            errors.at_span(*span, message);
        }
    }
}

fn method_name(text: &str, span: Span, errors: &mut Errors) {
    if let Err(rule) = names::check_method_name(text) {
        let message = format!(
            "the method's name on the wire, `{text}`, {rule}; it stands in URLs\n\
             help: choose another name"
        );
        errors.at_span(span, message);
    }
}

/// Names and former names of all methods, each answering for one.
fn unique_methods(interface: &Interface, errors: &mut Errors) {
    let mut owners = Vec::new();
    for method in &interface.methods {
        own(&mut owners, method, &method.name.text, method.name.span, errors);
    }
    for method in &interface.methods {
        for alias in &method.options.aliases {
            own(&mut owners, method, &alias.value(), alias.span(), errors);
        }
    }
}

fn own<'a>(
    owners: &mut Vec<(String, &'a Method)>,
    method: &'a Method,
    name: &str,
    span: Span,
    errors: &mut Errors,
) {
    let clash = owners
        .iter()
        .find(|(owned, other)| owned == name && may_coexist(&other.attrs, &method.attrs));
    if let Some((_, other)) = clash {
        let message = if std::ptr::eq(*other, method) {
            format!("the method is called `{name}` already\nhelp: remove this alias")
        } else {
            format!(
                "`{name}` on the wire is the method `{}` already\nhelp: choose another name",
                other.ident
            )
        };
        errors.at_span(span, message);
    }
    owners.push((name.to_owned(), method));
}

/// Two items that both depend on a `#[cfg]` may exclude each other; if not, rustc or the runtime
/// finds out.
fn may_coexist(a: &Attrs, b: &Attrs) -> bool {
    a.cfgs.is_empty() || b.cfgs.is_empty() || std::ptr::eq(a, b)
}

fn unique_args(args: &[Arg], errors: &mut Errors) {
    for (n, arg) in args.iter().enumerate() {
        let clash = args[..n].iter().rfind(|other| other.name.text == arg.name.text);
        if let Some(other) = clash
            && other.ident != arg.ident
        {
            let message = format!(
                "`{}` on the wire is the argument `{}` already\nhelp: choose another name",
                arg.name.text, other.ident
            );
            errors.at_span(arg.name.span, message);
        }
    }
}

fn since(interface: &Interface, method: &Method, errors: &mut Errors) {
    let Some(text) = &method.options.since else { return };
    let since = match semver::Version::parse(&text.value()) {
        Ok(since) => since,
        Err(error) => {
            errors.at(text, not_a_version("since", text, &error));
            return;
        }
    };
    let Some(version) = &interface.version else { return };
    if since.cmp_precedence(version).is_gt() {
        let message = format!(
            "`{}` cannot be there since {since}: the interface is at {version}\n\
             help: raise the interface's version, or lower this one",
            method.ident
        );
        errors.at(text, message);
    } else if series(&since) != series(version) {
        let message = format!(
            "`since` counts within the interface's own series, {}, to which {since} does not \
             belong\n\
             help: remove it: every version of that series has the method",
            series(version)
        );
        errors.at(text, message);
    }
}

/// Versions of one series are compatible: `v1`, `v0.3`, `v0.0.2`.
fn series(version: &semver::Version) -> String {
    match (version.major, version.minor, version.patch) {
        (0, 0, patch) => format!("v0.0.{patch}"),
        (0, minor, _) => format!("v0.{minor}"),
        (major, _, _) => format!("v{major}"),
    }
}

fn access(options: &MethodOptions, errors: &mut Errors) {
    let Some(scope) = &options.scope else { return };
    if options.public.is_some() {
        errors.at(
            scope,
            "`public` lets everyone in, `scope` only who holds it\nhelp: remove one of the two",
        );
    }
    if let Some(rule) = broken_scope(&scope.value()) {
        let message = format!("a scope {rule}\nhelp: scope = \"models:write\"");
        errors.at(scope, message);
    }
}

/// A scope is one token of OAuth's space-separated list (RFC 6749 §3.3).
fn broken_scope(scope: &str) -> Option<&'static str> {
    if scope.is_empty() {
        return Some("is not empty");
    }
    let allowed = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
    (!scope.chars().all(allowed))
        .then_some("has visible ASCII characters only, neither spaces, `\"` nor `\\`")
}

fn cache(method: &Method, errors: &mut Errors) {
    let Some(cache) = &method.options.cache else { return };
    if method.options.readonly.is_none() {
        errors.at(
            cache,
            "only a reply of a `readonly` method can be cached: others change something\n\
             help: add `readonly`, or remove `cache`",
        );
    }
    if let Reply::Stream(_) = method.signature.reply {
        errors.at(cache, "a stream is not cached\nhelp: remove `cache`");
    }
    if !is_duration(cache) {
        let message = format!(
            "`{}` is not a time\n\
             help: a whole number of seconds, minutes, hours or days: \"60s\", \"5m\", \"1h\", \"7d\"",
            cache.value()
        );
        errors.at(cache, message);
    }
}

fn is_duration(text: &LitStr) -> bool {
    let text = text.value();
    let number = text.strip_suffix(['s', 'm', 'h', 'd']).unwrap_or_default();
    number.bytes().all(|byte| byte.is_ascii_digit()) && number.parse::<u32>().is_ok()
}

/// A plain `fn` has no future that could be polled elsewhere.
fn spawn(method: &Method, errors: &mut Errors) {
    if let (Some(spawn), Reply::None(Notified::AtOnce)) =
        (method.options.spawn, &method.signature.reply)
    {
        errors.at_span(
            spawn,
            "a plain `fn` runs where its message is read, and to its end\n\
             help: write `async fn`, or remove `spawn`",
        );
    }
}
