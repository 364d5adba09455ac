//! How can a call end other than well, in terms of HTTP?
//!
//! A declared error has the status of its variant, so each status lists exactly its variants. A fault
//! may have the same status; `code` tells them apart.

use std::collections::BTreeMap;

use traitwire_schema::{Access, Body, Method, Type};

use crate::emit::direction::Way;
use crate::emit::json_schema::Dialect;
use crate::emit::json_schema::ordered::Object;
use crate::emit::json_schema::types::{Schemas, typed};
use crate::emit::json_schema::variants;

/// The codes of the faults that a backend sends. They are listed, and not left open as an open enum
/// is, so that a program can tell a declared error from a fault by `code`. A client that refuses a code
/// of later times still has a failed call.
pub(super) const CODES: [&str; 10] = [
    "unauthenticated",
    "permission_denied",
    "invalid_argument",
    "too_large",
    "unimplemented",
    "incompatible",
    "overloaded",
    "deadline_exceeded",
    "cancelled",
    "internal",
];

/// Statuses of faults that an operation lists, with the name of the response and what happened. All
/// others are met by `default`.
const LISTED: [(u16, &str, &str); 6] = [
    (400, "InvalidArgument", "The arguments or a header were not understood."),
    (401, "Unauthenticated", "The caller did not say who it is, or not credibly."),
    (403, "PermissionDenied", "The caller lacks the scope that the method needs."),
    (412, "Incompatible", "The backend serves another series of versions, or an older version."),
    (500, "Internal", "The backend failed in a way that it does not declare; its log says how."),
    (504, "DeadlineExceeded", "The call took longer than it was given."),
];

/// Statuses of faults that are not listed for their own sake.
const OTHERS: [(u16, &str); 7] = [
    (404, "the backend has no such interface or method"),
    (405, "the path does not answer this method of HTTP"),
    (413, "the request or the reply is over a limit"),
    (414, "the URL is over a limit"),
    (415, "the media type is none that the method reads"),
    (499, "the caller gave up"),
    (503, "the backend has too much to do"),
];

const FAULT: &str = "TraitwireFault";
const INCOMPATIBILITY: &str = "TraitwireIncompatibility";

/// The names of schemas that every document has.
pub(in crate::emit) const RESERVED: [&str; 2] = [FAULT, INCOMPATIBILITY];

/// `components/responses`, as they are asked for.
#[derive(Debug, Default)]
pub(super) struct Responses(BTreeMap<String, Object>);

impl Responses {
    /// What can end a call of a method besides its reply, by status.
    pub(super) fn of(&mut self, method: &Method, schemas: &mut Schemas<'_>) -> Object {
        let mut by_status: BTreeMap<u16, String> = BTreeMap::new();
        let public = method.access == Access::Public;
        for (status, name, text) in LISTED {
            let applies = match status {
                401 => !public,
                403 => matches!(method.access, Access::Scope(_)),
                _ => true,
            };
            if applies {
                self.0.entry(name.to_owned()).or_insert_with(|| problem(text, reference(FAULT)));
                by_status.insert(status, name.to_owned());
            }
        }
        let mut default = "Fault".to_owned();
        if let Some(error) = &method.error {
            let error_name = schemas.names.word(error);
            for (status, (of, schema)) in by_statuses(error, schemas) {
                let name = format!("{error_name}_{status}");
                let fault = applying_fault(status, by_status.contains_key(&status));
                self.0.entry(name.clone()).or_insert_with(|| declared(status, &of, schema, fault));
                by_status.insert(status, name);
            }
            if is_open(error, schemas) {
                default = format!("{error_name}_default");
                let whole = schemas.of(error, Way::Out);
                self.0.entry(default.clone()).or_insert_with(|| {
                    let arms = vec![declared_problem(None, whole), reference(FAULT)];
                    problem(
                        "Any other fault, or a declared error that a later version has added.",
                        Object::new().with("oneOf", arms),
                    )
                });
            }
        }
        if default == "Fault" {
            let text = "Any other fault.";
            self.0.entry(default.clone()).or_insert_with(|| problem(text, reference(FAULT)));
        }
        let link =
            |name: &str| Object::new().with("$ref", format!("#/components/responses/{name}"));
        let mut responses = Object::new();
        for (status, name) in by_status {
            responses.put(status.to_string(), link(&name));
        }
        responses.with("default", link(&default))
    }

    /// `components/responses`, by name.
    pub(super) fn into_components(self) -> Object {
        self.0.into_iter().fold(Object::new(), |all, (name, response)| all.with(name, response))
    }
}

/// The names of an error's variants and their schema, by status.
fn by_statuses(error: &Type, schemas: &mut Schemas<'_>) -> BTreeMap<u16, (String, Object)> {
    let schema = schemas.schema;
    let (named, body) = match error {
        Type::Named(named) => match schema.def(&named.id).map(|def| &def.body) {
            Some(Body::Enum(body)) => (named, body),
            _ => {
                return BTreeMap::from([(422, (String::new(), schemas.of(error, Way::Out)))]);
            }
        },
        _ => return BTreeMap::from([(422, (String::new(), schemas.of(error, Way::Out)))]),
    };
    let mut by_status: BTreeMap<u16, Vec<_>> = BTreeMap::new();
    for called in variants::called(body, Way::Out) {
        by_status.entry(called.0.status.unwrap_or(422)).or_default().push(called);
    }
    by_status
        .into_iter()
        .map(|(status, variants)| {
            let listed: Vec<String> =
                variants.iter().map(|(_, name)| format!("`{name}`")).collect();
            let schema = schemas.one_of(body, named, &variants, Way::Out);
            (status, (listed.join(", "), schema))
        })
        .collect()
}

fn is_open(error: &Type, schemas: &Schemas<'_>) -> bool {
    let Type::Named(named) = error else { return false };
    let body = schemas.schema.def(&named.id).map(|def| &def.body);
    matches!(body, Some(Body::Enum(body)) if body.is_open())
}

/// What a fault of this status says, if the method can end with one.
fn applying_fault(status: u16, listed: bool) -> Option<String> {
    let known = LISTED.iter().find(|(known, ..)| *known == status && listed);
    let known = known.map(|(_, _, text)| {
        let mut text = text.trim_end_matches('.').to_owned();
        text[..1].make_ascii_lowercase();
        text
    });
    known.or_else(|| {
        let other = OTHERS.iter().find(|(known, _)| *known == status)?;
        Some(other.1.to_owned())
    })
}

fn declared(status: u16, variants: &str, schema: Object, fault: Option<String>) -> Object {
    let mut text = match variants {
        "" => "The declared error".to_owned(),
        variants => format!("The declared error: {variants}"),
    };
    let own = declared_problem(Some(status), schema);
    let schema = match fault {
        Some(fault) => {
            text = format!("{text}. Or a fault: {fault}");
            Object::new().with("oneOf", vec![own, reference(FAULT)])
        }
        None => own,
    };
    problem(&format!("{text}."), schema)
}

fn declared_problem(status: Option<u16>, error: Object) -> Object {
    let mut number = typed("integer");
    match status {
        Some(status) => number.put("const", u64::from(status)),
        None => number.extend(Object::new().with("minimum", 400).with("maximum", 599)),
    }
    let properties = Object::new()
        .with("type", constant("urn:traitwire:declared"))
        .with("title", typed("string"))
        .with("status", number)
        .with("code", constant("declared"))
        .with("executed", constant("maybe"))
        .with("error", error);
    typed("object")
        .with("properties", properties)
        .with("required", vec!["type", "title", "status", "code", "executed", "error"])
}

fn reference(name: &str) -> Object {
    Object::new().with("$ref", format!("{}{name}", Dialect::OpenApi.definitions()))
}

fn constant(text: &str) -> Object {
    typed("string").with("const", text)
}

/// A response whose body is a problem document.
fn problem(text: &str, schema: Object) -> Object {
    let content = Object::new().with("schema", schema);
    Object::new()
        .with("description", text)
        .with("headers", headers())
        .with("content", Object::new().with("application/problem+json", content))
}

/// The headers of every response.
pub(super) fn headers() -> Object {
    let link = |name: &str| Object::new().with("$ref", format!("#/components/headers/{name}"));
    Object::new()
        .with("X-Request-Id", link("X-Request-Id"))
        .with("Traitwire-Offer", link("Traitwire-Offer"))
}

/// `components/headers`.
pub(super) fn header_components() -> Object {
    let header =
        |text: &str| Object::new().with("description", text).with("schema", typed("string"));
    Object::new()
        .with(
            "X-Request-Id",
            header("The request in the backend's log: the id that was sent, or a new one."),
        )
        .with("Traitwire-Offer", header("The version of the interface that the backend serves."))
}

/// The schemas of faults, by name.
pub(super) fn fault_schemas() -> [(&'static str, Object); 2] {
    let text = |text: &str| typed("string").with("description", text);
    let executed = typed("string").with("enum", vec!["no", "maybe"]).with(
        "description",
        "Whether the handler may have run. After `no`, a call can be repeated.",
    );
    let properties = Object::new()
        .with("type", text("`urn:traitwire:` and the code."))
        .with("title", text("The code in words."))
        .with("status", typed("integer").with("description", "The status of the response."))
        .with(
            "code",
            typed("string")
                .with("enum", CODES.to_vec())
                .with("description", "What went wrong, for programs."),
        )
        .with("executed", executed)
        .with("detail", text("What went wrong, for people."))
        .with("path", text("Where in the arguments the value stands that was not understood."))
        .with("incompatibility", reference(INCOMPATIBILITY));
    let fault = Object::new()
        .with("description", "Why a call has neither a reply nor a declared error (RFC 9457).")
        .with_all(typed("object"))
        .with("properties", properties)
        .with("required", vec!["type", "title", "status", "code", "executed"]);
    let reasons = vec!["other_series", "newer_needed", "prerelease"];
    let fixes = vec!["upgrade_frontend", "upgrade_backend", "use_same_version"];
    let properties = Object::new()
        .with("interface", text("The interface."))
        .with("method", text("The method, unless the interface as a whole was refused."))
        .with("need", text("The version that the call needs."))
        .with(
            "offers",
            typed("array")
                .with("items", typed("string"))
                .with("description", "The versions that the backend offers, one of each series."),
        )
        .with("reason", text("Why they do not go together.").with("examples", reasons))
        .with("fix", text("What would help.").with("examples", fixes))
        .with(
            "retryable",
            typed("boolean")
                .with("description", "Whether the same call may succeed later without a change."),
        );
    let incompatibility = Object::new()
        .with("description", "What differs between a caller and a backend that cannot talk.")
        .with_all(typed("object"))
        .with("properties", properties)
        .with("required", vec!["interface", "need", "offers", "reason", "fix", "retryable"]);
    [(FAULT, fault), (INCOMPATIBILITY, incompatibility)]
}
