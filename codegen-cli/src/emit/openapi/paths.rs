//! What is a method in terms of HTTP?

use traitwire_schema::walk::Schema;
use traitwire_schema::{Access, Arg, Interface, Method, Reply, Type};

use super::errors::{Responses, headers};
use crate::emit::direction::Way;
use crate::emit::docs as about;
use crate::emit::json_schema::docs::{self, Docs};
use crate::emit::json_schema::ordered::{Json, Object};
use crate::emit::json_schema::types::{Schemas, typed};
use crate::emit::newtypes::{behind, is_bytes};

/// How the reply of a stream reads; OpenAPI 3.1 has no words for events.
const EVENTS: &str = "A stream of events (`text/event-stream`). An event without a name has an item as \
                      JSON in its data; `x-traitwire-item` is the schema of an item. The last event \
                      is `end`, or `failed` with a problem document as its data. A stream that stops \
                      without either was cut.";

/// An interface in its series, as `v1` in `Catalog/v1`.
pub(super) struct Series<'a> {
    pub(super) interface: &'a Interface,
    pub(super) name: String,
}

/// The path item of a method.
pub(super) fn path_item(
    series: &Series<'_>,
    method: &Method,
    schemas: &mut Schemas<'_>,
    responses: &mut Responses,
) -> Object {
    let place = format!("`{}/{}`", series.interface.name, method.name);
    let docs = docs::read(&method.docs, &place, &method.source).unwrap_or_else(|problem| {
        schemas.problems.push(problem);
        Docs::default()
    });
    let (request, reply) = docs::examples(method, &place, &docs, &mut schemas.problems);
    let id = operation_id(series, method);
    let head = |id: String| head(series, method, &docs, id);
    let success = success(method, reply, schemas);
    let failures = responses.of(method, schemas);
    let replies = Object::new().with("200", success).with_all(failures);
    let mut item = Object::new();
    if method.readonly {
        let mut get = head(format!("get_{id}"));
        get.put_some("parameters", parameters(method, request.as_ref(), schemas));
        item.put("get", finish(get, method, &replies));
    }
    let post = head(id).with("requestBody", body(method, request, schemas));
    item.with("post", finish(post, method, &replies))
}

/// The name of an operation, which generators make a function of. It has the series in it, so that it
/// stays what it is when another series comes to stand beside it.
pub(super) fn operation_id(series: &Series<'_>, method: &Method) -> String {
    format!("{}_{}_{}", series.interface.name, series.name, method.name).replace(['.', '-'], "_")
}

/// What an operation says before its parameters.
///
/// The headers that a call may have (`X-Request-Id`, `Traitwire-Timeout`, `Traitwire-Need`) are not
/// among the parameters: each would be an argument more of every generated function, and none is
/// needed. The description of the document names them.
fn head(series: &Series<'_>, method: &Method, docs: &Docs, id: String) -> Object {
    let interface = series.interface;
    let access = match &method.access {
        Access::Scope(scope) => Some(format!("Needs the scope `{scope}`.")),
        Access::Public => Some("Public: needs no credentials.".to_owned()),
        Access::Authenticated => None,
    };
    let deprecated = method.deprecated.as_ref().or(interface.deprecated.as_ref());
    let more = [about::since(method.since.as_deref()), access, about::deprecation(deprecated)];
    let mut head = Object::new().with("tags", vec![&*interface.name]).with("operationId", id);
    head.put_some("summary", docs::summary(&docs.text));
    head.put_some("description", docs::join(&docs.text, more.into_iter().flatten()));
    if deprecated.is_some() {
        head.put("deprecated", true);
    }
    head
}

/// An operation with what it says after its parameters.
fn finish(mut operation: Object, method: &Method, replies: &Object) -> Object {
    operation.put("responses", replies.clone());
    match &method.access {
        Access::Public => operation.put("security", Vec::<Json>::new()),
        // In 3.1 any scheme may list roles.
        Access::Scope(scope) => {
            let scheme = Object::new().with("bearer", vec![&**scope]);
            operation.put("security", vec![scheme]);
        }
        Access::Authenticated => {}
    }
    operation.put_some("x-traitwire-since", method.since.as_deref().unwrap_or_default());
    if method.readonly || method.idempotent {
        operation.put("x-traitwire-idempotent", true);
    }
    operation
}

/// The body of a POST. It is always required, also where all arguments may be left out: a request
/// without a content type is refused, and clients send one only with a body.
fn body(method: &Method, example: Option<Json>, schemas: &mut Schemas<'_>) -> Object {
    let arguments = schemas.arguments(&method.args, Way::In);
    let mut json = Object::new().with("schema", arguments);
    if let Some(example) = example {
        json.put("example", example);
    }
    let mut content = Object::new().with("application/json", json);
    if let [arg] = &*method.args
        && is_bytes(schemas.schema, &arg.ty)
    {
        content.put("application/octet-stream", octets());
    }
    Object::new().with("required", true).with("content", content)
}

/// The query of a GET.
fn parameters(method: &Method, example: Option<&Json>, schemas: &mut Schemas<'_>) -> Vec<Object> {
    method.args.iter().map(|arg| parameter(arg, example, schemas)).collect()
}

fn parameter(arg: &Arg, example: Option<&Json>, schemas: &mut Schemas<'_>) -> Object {
    let mut parameter = Object::new().with("name", &*arg.name).with("in", "query");
    if !schemas.schema.reads_absence(&arg.ty) {
        parameter.put("required", true);
    }
    // To say `None`, it is left out.
    let present = match &arg.ty {
        Type::Option(inner) => &**inner,
        ty => ty,
    };
    let schema = schemas.of(present, Way::In);
    let example = match example {
        Some(Json::Object(arguments)) => arguments.get(&arg.name).cloned(),
        _ => None,
    };
    let mut value = Object::new().with("schema", schema);
    if let Some(example) = example {
        value.put("example", example);
    }
    // A number or a flag is the same as text and as JSON, and more clients can send it as text.
    if schemas.schema.is_text(&arg.ty) || is_scalar(schemas.schema, present) {
        parameter.with_all(value)
    } else {
        parameter.with("content", Object::new().with("application/json", value))
    }
}

/// What ends a call well.
fn success(method: &Method, example: Option<Json>, schemas: &mut Schemas<'_>) -> Object {
    let (text, content) = match &method.reply {
        Reply::Stream(item) => {
            let mut events = Object::new()
                .with("schema", typed("string"))
                .with("x-traitwire-item", schemas.of(item, Way::Out));
            if let Some(example) = example {
                let item = example.to_string();
                let lines: String = item.lines().map(str::trim).collect();
                let text = format!("data: {lines}\n\nevent: end\ndata: {{}}\n\n");
                events.put("example", text);
            }
            (EVENTS, Object::new().with("text/event-stream", events))
        }
        Reply::Value(ty) => {
            let mut json = Object::new().with("schema", schemas.of(ty, Way::Out));
            if let Some(example) = example {
                json.put("example", example);
            }
            let mut content = Object::new().with("application/json", json);
            // Only where `Accept` names it. A newtype of bytes comes as JSON.
            if *ty == Type::Bytes {
                content.put("application/octet-stream", octets());
            }
            let text = if *ty == Type::Unit { "Done." } else { "The reply." };
            (text, content)
        }
        Reply::None => ("Done.", Object::new()),
    };
    let mut response = Object::new().with("description", text).with("headers", headers());
    response.put_some("content", content);
    response
}

/// Bytes as they are. JSON Schema has no type for them, so there is none.
fn octets() -> Object {
    let schema = Object::new().with("contentMediaType", "application/octet-stream");
    Object::new().with("schema", schema)
}

/// Whether every value of a type is a number or a flag.
fn is_scalar(schema: &Schema, ty: &Type) -> bool {
    matches!(behind(schema, ty), Some(Type::Bool | Type::Int(_) | Type::F32 | Type::F64))
}
