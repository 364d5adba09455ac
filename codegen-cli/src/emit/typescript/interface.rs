//! What do an interface and its descriptor look like?

use traitwire_schema::{Interface, InterfaceKind, Method, Reply, Type};

use super::Plan;
use super::codecs::{Codecs, Place};
use super::direction::Way;
use super::docs::Comment;
use super::names::{InterfaceNames, method_name};
use super::text::{property, string};
use super::types::{Member, Ts, Uses, Writer};
use super::write::{Doc, concat, join, list};
use crate::emit::check::series;
use crate::emit::newtypes::is_bytes;

/// The interface with the methods, as people read it.
pub(super) fn methods(
    plan: &Plan<'_>,
    interface: &Interface,
    names: &InterfaceNames,
    uses: &mut Uses,
) -> Doc {
    let comment = Comment::new(&interface.docs).deprecated(interface.deprecated.as_ref());
    let methods: Vec<Doc> = interface
        .methods
        .iter()
        .map(|method| concat![Doc::Hard, signature(plan, interface, method, uses)])
        .collect();
    let head = format!("export interface {} {{", names.methods);
    let body = Doc::Concat(methods).indent();
    let end = if interface.methods.is_empty() { Doc::nil() } else { Doc::Hard };
    concat![comment.doc(), head, body, end, "}"]
}

fn signature(plan: &Plan<'_>, interface: &Interface, method: &Method, uses: &mut Uses) -> Doc {
    let is_handler = Way::of_args(interface) == Way::Out;
    let mut comment = Comment::new(&method.docs)
        .since(method.since.as_deref())
        .deprecated(method.deprecated.as_ref());
    // A type that stands in a comment only would be an import that nothing uses.
    if is_handler && let Some(Type::Named(error)) = &method.error {
        let name = plan.names.of_type(&error.id, Way::of_replies(interface), &plan.directions);
        comment.tag(&format!("@throws {{DeclaredError}} with {name}"));
    }
    let mut writer = Writer::new(plan, Way::of_replies(interface), &[], uses);
    let error = method.error.as_ref().filter(|_| !is_handler).map(|error| writer.ty(error));
    let returns = match &method.reply {
        Reply::None => Ts::word("void"),
        Reply::Value(ty) => {
            let value = reply(&mut writer, ty);
            if is_handler {
                Ts::union([Ts::Apply("Promise".to_owned(), vec![value.clone()]), value])
            } else {
                outcome(uses, "Call", value, error)
            }
        }
        Reply::Stream(ty) => {
            let item = reply(&mut writer, ty);
            if is_handler {
                Ts::Apply("AsyncIterable".to_owned(), vec![item])
            } else {
                outcome(uses, "Stream", item, error)
            }
        }
    };
    let mut params = vec![args(plan, interface, method, uses)];
    if is_handler {
        params.push("context: { readonly signal: AbortSignal }".into());
    } else if method.reply != Reply::None {
        params.push(format!("options?: {}", uses.runtime_type("CallOptions")).into());
    }
    let name = property(&method_name(&method.name));
    concat![comment.doc(), name, list("(", params, ")"), ": ", returns.doc(), ";"]
}

/// `()` is nothing to a caller.
fn reply(writer: &mut Writer<'_, '_>, ty: &Type) -> Ts {
    if *ty == Type::Unit { Ts::word("void") } else { writer.ty(ty) }
}

fn outcome(uses: &mut Uses, name: &'static str, value: Ts, error: Option<Ts>) -> Ts {
    let mut args = vec![value];
    args.extend(error);
    Ts::Apply(uses.runtime_type(name), args)
}

fn args(plan: &Plan<'_>, interface: &Interface, method: &Method, uses: &mut Uses) -> Doc {
    let way = Way::of_args(interface);
    if method.args.is_empty() {
        let mark = if way == Way::In { "?" } else { "" };
        return format!("args{mark}: {}", uses.runtime_type("NoArgs")).into();
    }
    let mut all_optional = true;
    let mut members = Vec::new();
    let mut writer = Writer::new(plan, way, &[], uses);
    for arg in method.args.iter() {
        let mut ty = writer.ty(&arg.ty);
        let mut optional = false;
        if arg.stream {
            ty = Ts::Apply("AsyncIterable".to_owned(), vec![ty]);
        } else if way == Way::In && plan.schema.reads_absence(&arg.ty) {
            optional = true;
            ty = Ts::union([ty, Ts::word("undefined")]);
        }
        all_optional &= optional;
        members.push(Member::named(&Comment::default(), &arg.name, optional, ty));
    }
    let mark = if all_optional { "?" } else { "" };
    concat![format!("args{mark}: "), Ts::Object(members).doc()]
}

/// What the runtime has to know of an interface.
pub(super) fn descriptor(
    codecs: &mut Codecs<'_, '_>,
    interface: &Interface,
    names: &InterfaceNames,
    descriptor: &str,
) -> Doc {
    let series = series(interface);
    let mut members = vec![
        format!("name: {}", string(&interface.name)).into(),
        format!("series: {}", string(&series)).into(),
        format!("version: {}", string(&interface.version)).into(),
    ];
    let methods: Vec<Doc> = interface
        .methods
        .iter()
        .map(|method| {
            let name = property(&method_name(&method.name));
            concat![name, ": ", entry(codecs, interface, method)]
        })
        .collect();
    members.push(concat!["methods: ", block(methods)]);
    let kind = codecs.uses.runtime_type("Interface");
    let comment = Comment::new(&format!("What the runtime knows of {{@link {}}}.", names.methods));
    let head = format!("export const {descriptor}: {kind}<{}> = ", names.methods);
    concat![comment.doc(), head, block(members), ";"]
}

/// An object with each member on a line of its own.
fn block(members: Vec<Doc>) -> Doc {
    if members.is_empty() {
        return "{}".into();
    }
    let members = join(members, &concat![",", Doc::Hard]);
    concat!["{", concat![Doc::Hard, members, ","].indent(), Doc::Hard, "}"]
}

fn entry(codecs: &mut Codecs<'_, '_>, interface: &Interface, method: &Method) -> Doc {
    // What has no shape was refused before.
    let fingerprint = codecs.plan.schema.method_fingerprint(method);
    let fingerprint = fingerprint.map(|fingerprint| fingerprint.to_string()).unwrap_or_default();
    let mut members: Vec<Doc> = vec![
        format!("name: {}", string(&method.name)).into(),
        format!("fingerprint: {}", string(&fingerprint)).into(),
    ];
    if let Some(since) = &method.since {
        members.push(format!("since: {}", string(since)).into());
    }
    if matches!(method.reply, Reply::Stream(_)) {
        members.push(codecs.uses.runtime_value("stream").into());
    }
    if method.readonly {
        members.push("readonly: true".into());
    } else if method.idempotent {
        members.push("idempotent: true".into());
    }
    let at = Place::top(Way::of_args(interface));
    match &method.args[..] {
        [arg] if is_bytes(codecs.plan.schema, &arg.ty) => {
            members.push(format!("octetsArg: {}", string(&arg.name)).into());
        }
        args => {
            let mut with = Vec::new();
            for arg in args {
                if let Some(codec) = codecs.ty(&arg.ty, at) {
                    with.push((arg.name.to_string(), codec));
                }
            }
            if let Some(args) = codecs.fields(with, at) {
                members.push(concat!["args: ", args]);
            }
        }
    }
    // A backend sends the bytes of a newtype as JSON, but takes them in either form.
    if method.reply == Reply::Value(Type::Bytes) {
        members.push("octetsReply: true".into());
    }
    let at = Place::top(Way::of_replies(interface));
    if matches!(method.reply, Reply::Value(Type::Unit) | Reply::Stream(Type::Unit)) {
        members.push(concat!["reply: ", codecs.uses.runtime_value("unit")]);
    } else if let Reply::Value(ty) | Reply::Stream(ty) = &method.reply
        && let Some(reply) = codecs.ty(ty, at)
    {
        members.push(concat!["reply: ", reply]);
    }
    if let Some(error) = method.error.as_ref().and_then(|error| codecs.ty(error, at)) {
        members.push(concat!["error: ", error]);
    }
    super::write::braced(members)
}

/// Whether an interface has a descriptor.
pub(super) fn is_rpc(interface: &Interface) -> bool {
    interface.kind == InterfaceKind::Rpc
}
