//! What is an interface?
//!
//! Every part can be a constant (the macros write most so) and can be owned (a schema that was read
//! from JSON is). Text is [`Text`], a list is [`List`]; a nested type is a [`Ref`].

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

#[cfg(feature = "json")]
use serde::{Deserialize, Serialize};

#[cfg(feature = "json")]
use crate::document::is_default;

/// Text that is a constant or was read.
pub type Text = Cow<'static, str>;

/// A list that is a constant or was read.
pub type List<T> = Cow<'static, [T]>;

/// A value that is a constant or was read. `Cow` cannot hold a type inside itself; this can.
#[derive(Clone)]
pub enum Ref<T: 'static> {
    /// Borrowed from a constant.
    Static(&'static T),
    /// Read from a schema document.
    Owned(Box<T>),
}

impl<T> Deref for Ref<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Ref::Static(value) => value,
            Ref::Owned(value) => value,
        }
    }
}

impl<T> From<T> for Ref<T> {
    fn from(value: T) -> Self {
        Ref::Owned(Box::new(value))
    }
}

impl<T: PartialEq> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq> Eq for Ref<T> {}

impl<T: fmt::Debug> fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// An annotated trait.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Interface {
    /// The name on the wire: the trait's, unless `name = ".."` fixes another.
    pub name: Text,
    /// The trait's name in Rust.
    pub rust_name: Text,
    /// Loosely or tightly coupled.
    pub kind: InterfaceKind,
    /// Which end implements it. An RPC interface is always served by the backend.
    pub served_by: End,
    /// The semantic version that the author declares.
    pub version: Text,
    /// RPC: a request without a routing key is refused (`route = required`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub route_required: bool,
    /// IPC: handlers run one at a time (`serial`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub serial: bool,
    /// In the order of declaration.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub methods: List<Method>,
    /// The doc comment, without the leading space of each line.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub docs: Text,
    /// `#[deprecated]` on the trait.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deprecated: Option<Deprecation>,
    /// Where the trait stands.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub source: Source,
}

/// The two kinds of relationship between a frontend and a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum InterfaceKind {
    /// Loosely coupled: `#[rpc_interface]`.
    Rpc,
    /// Tightly coupled: `#[ipc_interface]`.
    Ipc,
}

/// An end of a relationship.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum End {
    /// The end that a person looks at; it starts every RPC call.
    Frontend,
    /// The end that does the work.
    Backend,
}

/// A method of an interface.
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute that stands or does not")]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Method {
    /// The name on the wire.
    pub name: Text,
    /// Former names under which a backend still answers (`alias = ".."`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub aliases: List<Text>,
    /// The name in Rust.
    pub rust_name: Text,
    /// What is sent, in the order of declaration. A `&Context` is not sent and not listed.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub args: List<Arg>,
    /// What comes back.
    pub reply: Reply,
    /// The declared error, if the method returns a `Result`.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub error: Option<Type>,
    /// Who may call it (RPC).
    pub access: Access,
    /// Changes nothing: also answers `GET`, may be cached and retried.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub readonly: bool,
    /// May be retried. Every read-only method is idempotent.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub idempotent: bool,
    /// How long a reply may be cached, as written in `cache = ".."`.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub cache: Option<Text>,
    /// The first version whose behaviour a caller needs.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub since: Option<Text>,
    /// IPC: the handler never runs in the reader's turn (`spawn`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub spawn: bool,
    /// IPC: the handler runs to its end even when its caller is gone (`detached`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub detached: bool,
    /// The doc comment.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub docs: Text,
    /// `#[deprecated]` on the method.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deprecated: Option<Deprecation>,
    /// Where the method stands.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub source: Source,
}

/// An argument of a method. Arguments are named on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Arg {
    /// The name on the wire.
    pub name: Text,
    /// The name in Rust.
    pub rust_name: Text,
    /// Its type; of a stream, the type of an item.
    pub ty: Type,
    /// IPC: an `Incoming<T>`, whose items follow the call.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub stream: bool,
}

/// What a method gives back.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Reply {
    /// Nothing at all, not even an acknowledgement: a notification (IPC).
    None,
    /// One value.
    Value(Type),
    /// Any number of items.
    Stream(Type),
}

/// Who may call a method.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Access {
    /// Any caller that the backend's authenticator accepts. The default.
    Authenticated,
    /// Everyone (`public`).
    Public,
    /// Callers that hold this scope (`scope = ".."`).
    Scope(Text),
}

/// A type as it crosses the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "json",
    derive(Serialize, Deserialize),
    serde(rename_all = "camelCase", from = "crate::document::TypeForm")
)]
pub enum Type {
    /// `bool`.
    Bool,
    /// `f32`.
    F32,
    /// `f64`.
    F64,
    /// `char`: a string of one Unicode scalar value.
    Char,
    /// Text.
    String,
    /// Bytes: base64 in JSON, raw where the encoding allows.
    Bytes,
    /// `()`: `null`.
    Unit,
    /// Any JSON value.
    Json,
    /// A real of 64 bits that need not be finite: in JSON `"NaN"`, `"Infinity"` and `"-Infinity"`
    /// stand beside numbers.
    Float,
    /// Text of a certain form, such as a date.
    Format(Format),
    /// Always this text.
    Literal(Text),
    /// An integer that is not 0.
    NonZero(Int),
    /// An integer that is no more than this.
    AtMost(Int, u64),
    /// Present or `null`.
    Option(Ref<Type>),
    /// Any number of values in order.
    Seq(Ref<Type>),
    /// Any number of different values; their order means nothing.
    Set(Ref<Type>),
    /// As many values as stated.
    Array(Ref<Type>, u64),
    /// Keys and values.
    Map(Ref<Type>, Ref<Type>),
    /// Values by position.
    Tuple(List<Type>),
    /// What is written and what is read are told apart: a conversion, or functions that somebody
    /// wrote, stand between. Both may be the same type; then the functions are all that is special.
    Split {
        /// What a writer writes.
        write: Ref<Type>,
        /// What a reader reads.
        read: Ref<Type>,
    },
    /// The n-th type parameter of the surrounding [`TypeDef`].
    Param(u16),
    /// A type that somebody defined.
    Named(Named),
    /// An integer.
    #[cfg_attr(feature = "json", serde(untagged))]
    Int(Int),
}

/// Text of a certain form.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Format {
    /// What it is called: a `format` of JSON Schema (`date-time`, `uuid`, `uri`) where there is one,
    /// else a name of ours (`semver`, `decimal`).
    pub name: Text,
    /// A regular expression (ECMA 262, without flags) that every text of the form meets, and that no
    /// text meets which a reader refuses. Empty where the format says it all, or where none could.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub pattern: Text,
    /// Whether a positional encoding can carry it. Some types ask the reader what comes next.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub positional: bool,
}

/// The integers of Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the variants are named after the types")]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "lowercase"))]
pub enum Int {
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
}

impl Int {
    /// The name in Rust.
    pub const fn name(self) -> &'static str {
        match self {
            Int::I8 => "i8",
            Int::I16 => "i16",
            Int::I32 => "i32",
            Int::I64 => "i64",
            Int::I128 => "i128",
            Int::Isize => "isize",
            Int::U8 => "u8",
            Int::U16 => "u16",
            Int::U32 => "u32",
            Int::U64 => "u64",
            Int::U128 => "u128",
            Int::Usize => "usize",
        }
    }

    /// Width in bits; the platform's `isize` and `usize` cross as 64.
    pub const fn bits(self) -> u8 {
        match self {
            Int::I8 | Int::U8 => 8,
            Int::I16 | Int::U16 => 16,
            Int::I32 | Int::U32 => 32,
            Int::I64 | Int::U64 | Int::Isize | Int::Usize => 64,
            Int::I128 | Int::U128 => 128,
        }
    }

    /// Whether negative values exist.
    pub const fn signed(self) -> bool {
        matches!(self, Int::I8 | Int::I16 | Int::I32 | Int::I64 | Int::I128 | Int::Isize)
    }
}

/// A use of a defined type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Named {
    /// Which definition.
    pub id: TypeId,
    /// What its parameters stand for, in order.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub args: List<Type>,
    /// The definition itself, while it is at hand.
    #[cfg_attr(feature = "json", serde(skip))]
    pub def: Link,
}

/// Leads from the use of a type to its definition without evaluating it, so that recursive types
/// can be constants. Empty in a schema that was read; there [`Schema::types`] has the definition.
/// All links are equal, for what they lead to is named by [`Named::id`].
///
/// [`Schema::types`]: crate::walk::Schema::types
#[derive(Clone, Copy, Default)]
pub struct Link(pub Option<fn() -> TypeDef>);

impl Link {
    /// The definition, which is made once and kept.
    pub fn get(self) -> Option<&'static TypeDef> {
        // By their functions: two of one address give the same, and one of two addresses is merely
        // asked twice.
        type Known = BTreeMap<fn() -> TypeDef, &'static TypeDef>;
        static KNOWN: Mutex<Known> = Mutex::new(BTreeMap::new());
        let def = self.0?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        Some(known.entry(def).or_insert_with(|| Box::leak(Box::new(def()))))
    }
}

impl PartialEq for Link {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Link {}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Link(..)" } else { "Link(none)" })
    }
}

/// What tells a type from all others: the path of its definition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId {
    /// The path of its module, which begins with the crate.
    pub module: Text,
    /// Its name in Rust.
    pub name: Text,
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}", self.module, self.name)
    }
}

/// The definition of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct TypeDef {
    /// Where it is defined.
    #[cfg_attr(feature = "json", serde(skip, default = "crate::document::no_id"))]
    pub id: TypeId,
    /// The names of its type parameters, to which [`Type::Param`] refers by position.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub params: List<Text>,
    /// What it consists of.
    pub body: Body,
    /// The doc comment.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub docs: Text,
    /// `#[deprecated]` on the type.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deprecated: Option<Deprecation>,
    /// Where it stands.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub source: Source,
}

/// What a defined type consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Body {
    /// A struct.
    Struct(Struct),
    /// An enum.
    Enum(Enum),
}

/// A struct.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Struct {
    /// Its fields.
    pub shape: Shape,
    /// `#[serde(transparent)]`: it reads and writes as its only field does, absence included.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub transparent: bool,
    /// A reader refuses members that it does not know.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deny_unknown_fields: bool,
}

/// An enum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Enum {
    /// How a value says which variant it is.
    pub tagging: Tagging,
    /// In the order of declaration, which decides where nothing is tagged.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub variants: List<Variant>,
    /// `#[non_exhaustive]`: later versions may add variants. See [`Enum::is_open`].
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub open: bool,
    /// A reader refuses members that it does not know.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deny_unknown_fields: bool,
    /// Variants without a tag may share values, and the first that fits is meant
    /// (`#[wire(overlapping)]`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub overlapping: bool,
}

impl Enum {
    /// Whether a value may be of a variant that is not listed: later versions may add variants, or a
    /// reader takes every other name for one that catches all.
    pub fn is_open(&self) -> bool {
        self.open || self.variants.iter().any(|variant| self.catches_all(variant))
    }

    /// Whether this variant stands for those that a reader does not know: `#[serde(other)]`, or a last
    /// one of any JSON (or of any text, where all others are names) that is not tagged.
    pub fn catches_all(&self, variant: &Variant) -> bool {
        variant.catch_all
            || (variant.untagged
                && match &variant.shape {
                    Shape::Newtype(Type::Json) => true,
                    Shape::Newtype(Type::String) => {
                        self.tagging == Tagging::External
                            && self.variants.iter().all(|other| {
                                other.shape == Shape::Unit || std::ptr::eq(other, variant)
                            })
                    }
                    _ => false,
                })
    }
}

/// How a value of an enum says which variant it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Tagging {
    /// `"Name"` or `{"Name": content}`.
    External,
    /// `{"tag": "Name", ..content}`.
    Internal {
        /// The member that holds the name.
        tag: Text,
    },
    /// `{"tag": "Name", "content": content}`.
    Adjacent {
        /// The member that holds the name.
        tag: Text,
        /// The member that holds the content.
        content: Text,
    },
    /// The content alone; the first variant that it fits is taken.
    Untagged,
}

/// A variant of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Variant {
    /// The name in Rust.
    pub rust_name: Text,
    /// The name that a writer uses; `None` if it is never written.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub write: Option<Text>,
    /// What a reader accepts; `None` if it is never read.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub read: Option<ReadName>,
    /// Its fields.
    pub shape: Shape,
    /// As a declared error: the HTTP status (`#[wire(status = 404)]`), 422 unless given.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub status: Option<u16>,
    /// Stands for every name that the reader does not know (`#[serde(other)]`).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub catch_all: bool,
    /// Has no tag though the others have: it is tried when none of them fits
    /// (`#[serde(untagged)]` on the variant).
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub untagged: bool,
    /// The version of the interface that brought it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub since: Option<Text>,
    /// The doc comment.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub docs: Text,
    /// `#[deprecated]` on the variant.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deprecated: Option<Deprecation>,
}

/// A name that a reader accepts, and others that it takes for the same.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct ReadName {
    /// The name.
    pub name: Text,
    /// Other names for it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub aliases: List<Text>,
}

/// The fields of a struct or a variant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Shape {
    /// None, and no brackets.
    Unit,
    /// One unnamed field: reads and writes as that field does.
    Newtype(Type),
    /// Unnamed fields: an array.
    Tuple(List<Type>),
    /// Named fields: an object. Fields that never cross are not listed.
    Fields(List<Field>),
}

/// A named field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Field {
    /// The name in Rust.
    pub rust_name: Text,
    /// Its type.
    pub ty: Type,
    /// How a writer treats it; `None` if it is never written.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub write: Option<Write>,
    /// How a reader treats it; `None` if it is never read.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub read: Option<Read>,
    /// Its members stand among those of the surrounding object.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub flatten: bool,
    /// The version of the interface that brought it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub since: Option<Text>,
    /// The doc comment.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub docs: Text,
    /// `#[deprecated]` on the field.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub deprecated: Option<Deprecation>,
    /// Where it stands.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub source: Source,
}

/// How a writer treats a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Write {
    /// The name.
    pub name: Text,
    /// Whether it is always there.
    pub presence: Presence,
}

/// Whether a writer always writes a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Presence {
    /// In every value.
    Always,
    /// Some values leave it out (`skip_serializing_if`).
    Maybe,
}

/// How a reader treats a field.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Read {
    /// The name.
    pub name: Text,
    /// Other names for it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub aliases: List<Text>,
    /// What happens when it is not there.
    pub absent: Absent,
}

/// What a reader does when a field is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Absent {
    /// The type decides: `None` where the resolved type is an option, an error otherwise
    /// ([`Schema::reads_absence`]). The type may be a parameter, so this cannot be settled earlier.
    ///
    /// [`Schema::reads_absence`]: crate::walk::Schema::reads_absence
    ByType,
    /// An error, whatever the type: a function that somebody wrote reads the field.
    Never,
    /// A default stands in.
    Default(Value),
}

/// A value, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub enum Value {
    /// It differs from time to time, depends on a type parameter, or has no JSON.
    Unknown,
    /// Its JSON.
    Json(Text),
    /// Its JSON, of a default that a writer never leaves out, though it leaves out others: these would
    /// come back as the default.
    Kept(Text),
    /// What this gives: in a constant, for a value is no constant. [`Schema::collect`] asks it.
    ///
    /// [`Schema::collect`]: crate::walk::Schema::collect
    #[cfg_attr(feature = "json", serde(skip))]
    Computed(Compute),
}

/// Gives a value. All are equal, as their results are not known before they are asked.
#[derive(Clone, Copy)]
pub struct Compute(pub fn() -> Value);

impl Value {
    /// The value, asked for if need be.
    #[must_use]
    pub fn settle(&self) -> Value {
        match self {
            Value::Computed(Compute(compute)) => compute(),
            known => known.clone(),
        }
    }

    /// Its JSON, as far as it is known.
    pub fn json(&self) -> Option<&str> {
        match self {
            Value::Json(json) | Value::Kept(json) => Some(json),
            Value::Unknown | Value::Computed(_) => None,
        }
    }
}

impl PartialEq for Compute {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Compute {}

impl fmt::Debug for Compute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compute(..)")
    }
}

/// `#[deprecated]`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Deprecation {
    /// Since which version.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub since: Option<Text>,
    /// What to use instead.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub note: Option<Text>,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "camelCase"))]
pub struct Source {
    /// The file, as the compiler names it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub file: Text,
    /// From 1; 0 if unknown.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub line: u32,
    /// From 1; 0 if unknown.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "is_default"))]
    pub column: u32,
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::tests::{def, plain};

    #[test]
    fn a_definition_is_made_once() {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let link = Link(Some(|| {
            MADE.fetch_add(1, Ordering::Relaxed);
            def("Once", &[], plain(Shape::Unit))
        }));
        let first = link.get().unwrap();
        assert!(std::ptr::eq(first, link.get().unwrap()));
        assert_eq!(MADE.load(Ordering::Relaxed), 1);
        assert_eq!(Link(None).get(), None);
    }
}
