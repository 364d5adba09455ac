//! What does a method take and give?

use proc_macro2::Span;
use quote::quote_spanned;
use syn::{GenericArgument, Ident, PathArguments, ReturnType, Type, TypeImplTrait, TypeParamBound};
use traitwire_schema::names::RenameRule;

use super::syntax::{Argument, Ending, Function, Pattern};
use super::types::{self, Place, bare};
use super::wire_name;
use crate::diagnostics::Errors;
use crate::interface::model::{Arg, Kind, Notified, Passing, Reply, Signature};

/// serde and `Wire` know tuples up to this length, and a dispatcher decodes a tuple.
const MAX_ARGS: usize = 12;

/// Reads the signature; None after a mistake in it.
pub(super) fn signature(
    kind: Kind,
    notify: Option<Span>,
    rename: Option<RenameRule>,
    method: &Function,
    errors: &mut Errors,
) -> Option<Signature> {
    let before = errors.count();
    check_modifiers(method, errors);
    if method.generics.lifetimes().next().is_some() {
        // Every use of a lifetime below would be one more message about the same mistake.
        return None;
    }
    check_receiver(method, errors);
    let (context, args) = inputs(kind, rename, method, errors);
    if let (Some(_), Some(arg)) = (notify, args.iter().find(|arg| arg.is_stream())) {
        errors.at(
            &arg.ty,
            "a notification is over when it is sent: no stream can follow it\n\
             help: remove `notify` and write `async fn`",
        );
    }
    let reply = match notify {
        Some(_) => Some(Reply::None(notified(method, errors))),
        None => output(kind, method, errors),
    };
    (errors.count() == before).then_some(Signature { context, args, reply: reply? })
}

fn check_modifiers(method: &Function, errors: &mut Errors) {
    if let Some(token) = &method.const_token {
        errors.at(
            token,
            "a call crosses to another program, so no method is `const`\nhelp: remove it",
        );
    }
    if let Some(token) = &method.unsafe_token {
        errors.at(
            token,
            "what a caller must uphold cannot be left to one in another program\n\
             help: remove `unsafe` and check the arguments in the handler",
        );
    }
    if let Some(abi) = &method.abi {
        errors.at(abi, "a remote method has no ABI of its own\nhelp: remove `extern`");
    }
    if let Some(variadic) = &method.inputs.variadic {
        errors.at(variadic, "every argument needs a name and a type\nhelp: take a `Vec`");
    }
    if !method.generics.params.is_empty() {
        let message = format!(
            "the method `{}` is generic, but the schema must name concrete types\n\
             help: name the types; arguments are borrowed without a lifetime: `&str`, `&[T]`, `&T`",
            method.ident
        );
        errors.at(&method.generics, message);
    }
    if let Some(clause) = &method.generics.where_clause {
        errors.at(clause, "a remote method has no `where` clause\nhelp: remove it");
    }
    if let Ending::Body(body) = &method.end {
        let message = format!(
            "the method `{}` has a body, but every backend implements all methods\n\
             help: end it with `;` and move the body into the impl",
            method.ident
        );
        errors.at(body, message);
    }
}

fn check_receiver(method: &Function, errors: &mut Errors) {
    let Some(receiver) = &method.inputs.receiver else {
        let message = format!(
            "the method `{}` has no `&self`: a call reaches an implementation\n\
             help: {}(&self, ..)",
            method.ident, method.ident
        );
        errors.at(&method.ident, message);
        return;
    };
    match (&receiver.reference, receiver.mut_token) {
        (Some((_, None)), None) => {}
        (Some(_), Some(_)) => errors.at(
            receiver,
            "calls run concurrently, so none of them has the implementation for itself\n\
             help: take `&self`, and keep state behind a lock or a channel",
        ),
        (Some((_, Some(lifetime))), None) => {
            errors.at(lifetime, "a remote method has no lifetimes\nhelp: take `&self`");
        }
        (None, _) => errors.at(
            receiver,
            "an implementation is shared by all calls, so none of them can take it\n\
             help: take `&self`",
        ),
    }
}

fn inputs(
    kind: Kind,
    rename: Option<RenameRule>,
    method: &Function,
    errors: &mut Errors,
) -> (Option<Type>, Vec<Arg>) {
    let mut context = None;
    let mut args = Vec::new();
    for (position, input) in method.inputs.args.iter().enumerate() {
        if let Some(attr) = input.attrs.first() {
            errors.at(attr, "an argument has no attributes here\nhelp: remove it");
        }
        match context_type(input) {
            Some(ty) if position == 0 => context = Some(ty.clone()),
            Some(_) => errors.at(
                input,
                "a `&Context` is not sent, and stands before all that is\n\
                 help: make it the first argument after `&self`",
            ),
            None => args.extend(arg(kind, rename, input, errors)),
        }
    }
    if let Some(second) = args.iter().filter(|arg| arg.is_stream()).nth(1) {
        errors.at(
            &second.ty,
            "one stream goes with a call, and this method takes another already\n\
             help: take one stream of an enum of what its items may be, or take a `Vec`",
        );
    }
    if args.len() > MAX_ARGS {
        let message = format!(
            "the method `{}` has {} arguments, but at most {MAX_ARGS} can be sent\n\
             help: gather some in a struct with #[derive(Wire)]",
            method.ident,
            args.len()
        );
        errors.at(&args[MAX_ARGS].ident, message);
    }
    (context, args)
}

/// The `Context` of `&Context`. That it is traitwire's is for rustc to find out.
fn context_type(input: &Argument) -> Option<&Type> {
    let Type::Reference(reference) = bare(&input.ty) else { return None };
    let Type::Path(path) = bare(&reference.elem) else { return None };
    let last = path.path.segments.last()?;
    (last.ident == "Context" && last.arguments.is_none()).then_some(&*reference.elem)
}

fn arg(
    kind: Kind,
    rename: Option<RenameRule>,
    input: &Argument,
    errors: &mut Errors,
) -> Option<Arg> {
    let ident = arg_ident(&input.pattern, errors);
    let passing = passing(kind, bare(&input.ty), errors);
    let ident = ident?;
    let name = wire_name(&ident, rename);
    Some(Arg { ident, name, ty: input.ty.clone(), passing: passing? })
}

fn arg_ident(pattern: &Pattern, errors: &mut Errors) -> Option<Ident> {
    match pattern {
        Pattern::Name(ident) => return Some(ident.clone()),
        Pattern::Mut(token, _) => {
            errors.at(token, "a declaration has no `mut`\nhelp: write it in the impl");
        }
        Pattern::Other(pattern) => errors.at(
            pattern,
            "arguments are named on the wire, so each needs a plain name\nhelp: `name: Type`",
        ),
    }
    None
}

fn passing(kind: Kind, ty: &Type, errors: &mut Errors) -> Option<Passing> {
    if let Type::Reference(reference) = ty {
        let elem = bare(&reference.elem);
        if let Some(token) = &reference.mutability {
            errors.at(
                token,
                "what a handler changes in its arguments does not travel back\n\
                 help: borrow without `mut`, and return what has changed",
            );
            return None;
        }
        if let Some(lifetime) = &reference.lifetime {
            errors.at(
                lifetime,
                "an argument is lent for the time of the call, which needs no lifetime\n\
                 help: remove it",
            );
            return None;
        }
        if incoming_item(elem).is_some() {
            errors.at(ty, "a stream is used up by its reader\nhelp: take `Incoming<..>` by value");
            return None;
        }
        return types::check(elem, Place::Arg, errors)
            .then(|| Passing::Borrowed((*reference.elem).clone()));
    }
    if let Some(item) = incoming_item(ty) {
        if kind == Kind::Rpc {
            errors.at(
                ty,
                "RPC takes no stream as an argument: its requests are single messages\n\
                 help: declare the method in an #[ipc_interface], or take a `Vec`",
            );
            return None;
        }
        return types::check(item, Place::Arg, errors).then(|| Passing::Incoming(item.clone()));
    }
    types::check(ty, Place::Arg, errors).then_some(Passing::Owned)
}

/// The `T` of `Incoming<T>`. That it is traitwire's is for rustc to find out.
fn incoming_item(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(args) = &last.arguments else { return None };
    match args.args.first()? {
        GenericArgument::Type(item) if last.ident == "Incoming" && args.args.len() == 1 => {
            Some(item)
        }
        _ => None,
    }
}

/// A notification has no reply, but its handler may await something.
fn notified(method: &Function, errors: &mut Errors) -> Notified {
    if let ReturnType::Type(_, ty) = &method.output {
        errors.at(ty, "a notification has no reply\nhelp: remove the return type, or `notify`");
    }
    if method.async_token.is_some() { Notified::Awaited } else { Notified::AtOnce }
}

fn output(kind: Kind, method: &Function, errors: &mut Errors) -> Option<Reply> {
    match (&method.async_token, &method.output) {
        (Some(_), ReturnType::Default) => {
            Some(Reply::Value(Type::Verbatim(quote_spanned!(method.ident.span()=> ()))))
        }
        (Some(token), ReturnType::Type(_, ty)) => match bare(ty) {
            Type::ImplTrait(ty) if stream_bound(ty).is_some() => {
                errors.at(
                    token,
                    "a method that returns a stream is not `async`: the stream is there at once, \
                     its items are awaited\n\
                     help: remove `async`",
                );
                None
            }
            bare => types::check(bare, Place::Return, errors).then(|| Reply::Value((**ty).clone())),
        },
        (None, ReturnType::Type(_, ty)) => match bare(ty) {
            Type::ImplTrait(ty) if stream_bound(ty).is_some() => stream(ty, errors),
            _ => not_async(kind, method, errors),
        },
        (None, ReturnType::Default) => not_async(kind, method, errors),
    }
}

fn not_async(kind: Kind, method: &Function, errors: &mut Errors) -> Option<Reply> {
    let name = &method.ident;
    let message = match kind {
        Kind::Rpc => format!(
            "the remote method `{name}` must be `async`: the call crosses the network\n\
             help: `async fn {name}(..)`, or for many items \
             `fn {name}(..) -> impl Stream<Item = ..> + Send`"
        ),
        Kind::Ipc => format!(
            "the remote method `{name}` must be `async`: the call crosses to the peer\n\
             help: `async fn {name}(..)`, or for many items \
             `fn {name}(..) -> impl Stream<Item = ..> + Send`, or #[ipc(notify)] where no reply is \
             needed"
        ),
    };
    errors.at(name, message);
    None
}

/// The bound `Stream<..>` of an `impl Stream<..> + ..`.
fn stream_bound(ty: &TypeImplTrait) -> Option<&syn::PathSegment> {
    ty.bounds.iter().find_map(|bound| last_segment(bound).filter(|last| last.ident == "Stream"))
}

fn last_segment(bound: &TypeParamBound) -> Option<&syn::PathSegment> {
    match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last(),
        _ => None,
    }
}

fn stream(ty: &TypeImplTrait, errors: &mut Errors) -> Option<Reply> {
    let bound = stream_bound(ty)?;
    let item = match &bound.arguments {
        PathArguments::AngleBracketed(args) => args.args.iter().find_map(|arg| match arg {
            GenericArgument::AssocType(assoc) if assoc.ident == "Item" => Some(&assoc.ty),
            _ => None,
        }),
        _ => None,
    };
    let Some(item) = item else {
        errors.at(bound, "a stream says what its items are\nhelp: `Stream<Item = ..>`");
        return None;
    };
    if !ty.bounds.iter().any(|bound| last_segment(bound).is_some_and(|last| last.ident == "Send")) {
        errors.at(
            ty,
            "a stream must be `Send`: the backend polls it from any thread\nhelp: add `+ Send`",
        );
        return None;
    }
    types::check(item, Place::Return, errors).then(|| Reply::Stream(item.clone()))
}
