//! What may generated code touch? Not for use by hand: it changes without notice.

pub use futures_core::Stream;
pub use inventory;
pub use serde::Serialize;
pub use serde::de::DeserializeOwned;
pub use traitwire_schema as schema;

pub use crate::call::{Call, StreamCall};
pub use crate::context::Context;
pub use crate::default::{default_json, default_of, default_skipped};
pub use crate::definition::{
    Case, Content, Head, Member, Part, adjacent, applied, external, head, internal, member, named,
    split, structure, untagged, variant,
};
pub use crate::error::Fault;
pub use crate::ipc;
pub use crate::rpc::args::{Args, Arguments, Lend};
pub use crate::rpc::channel::{Channel, Stub};
pub use crate::rpc::codec::DecodeError;
pub use crate::rpc::dispatch::{Dispatch, Invocation, Items, Outcome};
pub use crate::rpc::returned::{Declare, DeclaredError, Plain, Returned};
pub use crate::wire::{Mirror, Param, Wire};
pub use std::sync::Arc;
pub use std::vec::Vec;

/// An interface that some crate of the program declares; `traitwire generate` lists them all.
pub struct Entry(pub fn() -> &'static schema::Interface);

inventory::collect!(Entry);

/// A constant text.
pub const fn text(text: &'static str) -> schema::Text {
    schema::Text::Borrowed(text)
}

/// A constant list.
pub const fn list<T: Clone>(items: &'static [T]) -> schema::List<T> {
    schema::List::Borrowed(items)
}

/// A constant place in the source.
pub const fn source(
    file: &'static str,
    package: Option<&'static str>,
    line: u32,
    column: u32,
) -> schema::Source {
    schema::Source { file: text(within(file, package)), line, column }
}

/// The file without the folder of its package. A crate from elsewhere is compiled by its absolute
/// path, which is nobody's business and differs from machine to machine.
const fn within(file: &'static str, package: Option<&'static str>) -> &'static str {
    let Some(package) = package else { return file };
    let (path, folder) = (file.as_bytes(), package.as_bytes());
    if path.len() <= folder.len() + 1 {
        return file;
    }
    let mut i = 0;
    while i < folder.len() {
        if path[i] != folder[i] {
            return file;
        }
        i += 1;
    }
    if path[i] != b'/' && path[i] != b'\\' {
        return file;
    }
    file.split_at(i + 1).1
}

/// Fails to compile, at the span of its argument, for a type that cannot cross.
pub const fn assert_wire<T: Wire>() {}

/// Fails to compile, at the span of its argument, for a type that serde cannot write and read.
pub const fn assert_serde<T: Serialize + DeserializeOwned>() {}

/// Fails to compile, at the span of its argument, for a type that a method cannot return.
pub const fn assert_returned<R: Returned>() {}

/// Fails to compile for the content of an internally tagged variant that serde could only refuse at
/// run time: the tag stands among the members of an object, and this is none.
#[track_caller]
pub const fn assert_tagged<T: Mirror>() {
    check_tagged(const { &T::MIRRORED });
}

#[track_caller]
const fn check_tagged(ty: &schema::Type) {
    use schema::Type;
    match ty {
        Type::Unit | Type::Json | Type::Map(..) | Type::Named(_) | Type::Param(_) => {}
        Type::Split { write: schema::Ref::Static(write), read: schema::Ref::Static(read) } => {
            check_tagged(write);
            check_tagged(read);
        }
        _ => panic!(
            "`#[serde(tag = \"..\")]` puts the tag among the members of an object, but this type is \
             not written as one; help: name the field, or add `content = \"..\"` beside `tag`"
        ),
    }
}

/// Stands for `Context` where a method takes one: whatever else is called so has it not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not traitwire's `Context`",
    label = "a leading `&Context` is what a handler knows of its call, and is not sent",
    note = "if it is to be sent, call the type something else or make it the second argument"
)]
pub trait TakesContext {
    /// The context itself.
    fn take(cx: &Context) -> &Self;
}

impl TakesContext for Context {
    fn take(cx: &Context) -> &Context {
        cx
    }
}

/// Stands for `Incoming<T>` where a method takes one: whatever else is called so has it not.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not traitwire's `Incoming`",
    label = "an `Incoming<..>` is a stream that the caller sends",
    note = "if one value is to be sent, call its type something else"
)]
pub trait TakesIncoming<T> {
    /// The stream itself.
    fn take(items: crate::Incoming<T>) -> Self;
}

impl<T> TakesIncoming<T> for crate::Incoming<T> {
    fn take(items: crate::Incoming<T>) -> Self {
        items
    }
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn a_file_is_named_within_its_package() {
        let package = Some("/home/ann/shapes");
        assert_eq!(within("/home/ann/shapes/src/lib.rs", package), "src/lib.rs");
        for other in ["interfaces/src/lib.rs", "/home/ann/shapes2/src/lib.rs", "/home/ann/shapes/"]
        {
            assert_eq!(within(other, package), other);
        }
        assert_eq!(within("/home/ann/shapes/src/lib.rs", None), "/home/ann/shapes/src/lib.rs");
    }
}
