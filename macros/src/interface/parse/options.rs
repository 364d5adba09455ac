//! Which options has an interface, and which a method?

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Ident, LitStr, Meta, Path};
use traitwire_schema::names::{self, RenameRule};

use super::entries::{self, Entry, Seen};
use crate::diagnostics::Errors;
use crate::interface::model::{End, Kind, MethodOptions};

/// What stands in `#[rpc_interface(..)]` or `#[ipc_interface(..)]`.
#[derive(Default)]
pub(super) struct InterfaceOptions {
    pub(super) runtime: Option<Path>,
    pub(super) version: Option<semver::Version>,
    pub(super) name: Option<LitStr>,
    pub(super) rename_all: Option<RenameRule>,
    pub(super) route_required: bool,
    pub(super) served_by: Option<End>,
    pub(super) serial: bool,
}

pub(super) fn interface(
    kind: Kind,
    tokens: TokenStream,
    ident: &Ident,
    errors: &mut Errors,
) -> InterfaceOptions {
    let mut options = InterfaceOptions::default();
    let mut seen = Seen::default();
    let Some(entries) = entries::parse(tokens, errors) else { return options };
    for entry in entries {
        if seen.first(&entry.key, errors) {
            interface_entry(kind, &entry, &mut options, errors);
        }
        seen.probably(&entry.key, ["version", "served_by"]);
    }
    check_required(kind, &seen, ident, errors);
    options
}

fn check_required(kind: Kind, seen: &Seen, ident: &Ident, errors: &mut Errors) {
    if !seen.has("version") {
        let (what, more) = match kind {
            Kind::Rpc => ("RPC", ""),
            Kind::Ipc => ("IPC", ", .."),
        };
        let message = format!(
            "the {what} interface `{ident}` has no version\n\
             help: #[{}(version = \"1.0.0\"{more})]",
            kind.attribute()
        );
        errors.at_span(Span::call_site(), message);
    }
    if kind == Kind::Ipc && !seen.has("served_by") {
        let message = format!(
            "the IPC interface `{ident}` does not say which end implements it\n\
             help: served_by = backend, or served_by = frontend"
        );
        errors.at_span(Span::call_site(), message);
    }
}

fn interface_entry(kind: Kind, entry: &Entry, options: &mut InterfaceOptions, errors: &mut Errors) {
    match (kind, entry.key.to_string().as_str()) {
        (_, "version") => options.version = version(entry, errors),
        (_, "name") => options.name = entry.text("Catalog", errors),
        (_, "rename_all") => options.rename_all = rename_all(entry, errors),
        (_, "crate") => options.runtime = entry.path(errors),
        (Kind::Rpc, "route") => {
            options.route_required = entry.word(&["required"], errors).is_some();
        }
        (Kind::Ipc, "served_by") => {
            options.served_by = match entry.word(&["backend", "frontend"], errors) {
                Some("frontend") => Some(End::Frontend),
                Some(_) => Some(End::Backend),
                None => None,
            };
        }
        (Kind::Ipc, "serial") => {
            entry.flag(errors);
            options.serial = true;
        }
        (Kind::Rpc, "served_by") => errors.at(
            &entry.key,
            "an RPC interface is always served by the backend: only a frontend starts RPC calls\n\
             help: remove `served_by`; calls that a backend starts go into an \
             #[ipc_interface(version = \"..\", served_by = frontend)]",
        ),
        (Kind::Rpc, "serial") => errors.at(
            &entry.key,
            "`serial` is for IPC: an RPC backend keeps no state that calls could disturb\n\
             help: remove it, or declare an #[ipc_interface]",
        ),
        (Kind::Ipc, "route") => errors.at(
            &entry.key,
            "`route` is for RPC: the messages of a pair have one way to go\nhelp: remove it",
        ),
        (Kind::Rpc, _) => {
            entry.unknown("option", &["version", "name", "rename_all", "route", "crate"], errors);
        }
        (Kind::Ipc, _) => entry.unknown(
            "option",
            &["version", "served_by", "name", "rename_all", "serial", "crate"],
            errors,
        ),
    }
}

fn version(entry: &Entry, errors: &mut Errors) -> Option<semver::Version> {
    let text = entry.text("1.0.0", errors)?;
    let parsed = semver::Version::parse(&text.value());
    parsed.map_err(|error| errors.at(&text, not_a_version("version", &text, &error))).ok()
}

/// What is wrong with a version, and what was probably meant.
pub(crate) fn not_a_version(key: &str, text: &LitStr, error: &semver::Error) -> String {
    let text = text.value();
    let meant = [format!("{text}.0"), format!("{text}.0.0")];
    match meant.iter().find(|meant| semver::Version::parse(meant).is_ok()) {
        Some(meant) => format!(
            "`{text}` is not a semantic version\n\
             help: write major, minor and patch: {key} = \"{meant}\""
        ),
        None => format!(
            "`{text}` is not a semantic version: {error}\n\
             help: write major, minor and patch: {key} = \"1.2.0\""
        ),
    }
}

fn rename_all(entry: &Entry, errors: &mut Errors) -> Option<RenameRule> {
    let text = entry.text("camelCase", errors)?;
    let rule = RenameRule::parse(&text.value());
    if rule.is_none() {
        let all = RenameRule::ALL.map(|(name, _)| name);
        let hint = names::did_you_mean(&text.value(), all).map_or_else(
            || format!("\nhelp: there are {}", all.map(|name| format!("\"{name}\"")).join(", ")),
            |near| format!("; did you mean \"{near}\"?"),
        );
        let message = format!("no naming case `{}`{hint}", text.value());
        errors.at(text, message);
    }
    rule
}

const RPC_OPTIONS: [&str; 7] =
    ["readonly", "idempotent", "public", "scope", "since", "alias", "cache"];
const IPC_OPTIONS: [&str; 5] = ["notify", "since", "alias", "spawn", "detached"];

/// Reads all `#[rpc(..)]` or `#[ipc(..)]` of a method.
pub(super) fn method(kind: Kind, attrs: &[Attribute], errors: &mut Errors) -> MethodOptions {
    let mut options = MethodOptions::default();
    let mut seen = Seen::default();
    for attr in attrs {
        if attr.path().is_ident(kind.other().helper()) {
            let message = format!(
                "#[{}] is for methods of an #[{}], and this is an #[{}]\n\
                 help: write #[{}(..)]",
                kind.other().helper(),
                kind.other().attribute(),
                kind.attribute(),
                kind.helper()
            );
            errors.at(attr, message);
        } else if attr.path().is_ident(kind.helper()) {
            for entry in method_entries(kind, attr, errors) {
                if entry.key == "alias" || seen.first(&entry.key, errors) {
                    method_entry(kind, &entry, &mut options, errors);
                }
            }
        }
    }
    options
}

fn method_entries(kind: Kind, attr: &Attribute, errors: &mut Errors) -> Vec<Entry> {
    if let Meta::List(list) = &attr.meta {
        return entries::parse(list.tokens.clone(), errors).unwrap_or_default();
    }
    let (helper, example) = match kind {
        Kind::Rpc => ("rpc", "readonly"),
        Kind::Ipc => ("ipc", "notify"),
    };
    errors.at(attr, format!("#[{helper}] says nothing\nhelp: #[{helper}({example})]"));
    Vec::new()
}

fn method_entry(kind: Kind, entry: &Entry, options: &mut MethodOptions, errors: &mut Errors) {
    let key = entry.key.to_string();
    match (kind, key.as_str()) {
        (_, "since") => options.since = entry.text("1.1.0", errors),
        (_, "alias") => options.aliases.extend(entry.text("former_name", errors)),
        (Kind::Rpc, "scope") => options.scope = entry.text("models:write", errors),
        (Kind::Rpc, "cache") => options.cache = entry.text("60s", errors),
        (Kind::Rpc, "readonly") => options.readonly = Some(flag(entry, errors)),
        (Kind::Rpc, "idempotent") => options.idempotent = Some(flag(entry, errors)),
        (Kind::Rpc, "public") => options.public = Some(flag(entry, errors)),
        (Kind::Ipc, "notify") => options.notify = Some(flag(entry, errors)),
        (Kind::Ipc, "spawn") => options.spawn = Some(flag(entry, errors)),
        (Kind::Ipc, "detached") => options.detached = Some(flag(entry, errors)),
        (Kind::Rpc, "notify") => errors.at(
            &entry.key,
            "an RPC method always replies, if only with `()`: the backend cannot notify, nor be \
             notified\n\
             help: remove `notify`, or declare the method in an #[ipc_interface]",
        ),
        (Kind::Rpc, "spawn" | "detached") => errors.at(
            &entry.key,
            format!(
                "`{key}` is for IPC: no RPC handler runs in the turn of a reader, or outlives its \
                 caller\n\
                 help: remove it, or declare the method in an #[ipc_interface]"
            ),
        ),
        (Kind::Ipc, "public" | "scope") => errors.at(
            &entry.key,
            format!(
                "`{key}` is for RPC: a pair settles who the peer is in its handshake\n\
                 help: remove it, or check the peer in the handler"
            ),
        ),
        (Kind::Ipc, "readonly" | "idempotent" | "cache") => errors.at(
            &entry.key,
            format!(
                "`{key}` is for RPC: a call to the peer of a pair is neither retried nor cached\n\
                 help: remove it"
            ),
        ),
        (Kind::Rpc, _) => entry.unknown("method option", &RPC_OPTIONS, errors),
        (Kind::Ipc, _) => entry.unknown("method option", &IPC_OPTIONS, errors),
    }
}

fn flag(entry: &Entry, errors: &mut Errors) -> Span {
    entry.flag(errors);
    entry.key.span()
}
