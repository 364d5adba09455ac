//! How does generated code write the definition of a type in few tokens?
//!
//! What stands on every type of an interfaces crate is paid for in each of its builds. A function that
//! makes the definition is checked faster than a constant, which the compiler would also evaluate; a
//! call faster than the expression that it stands for; and what has no destructor faster than what has
//! one. So parts are `Copy` and borrow, and what most have in common is not written at all.

use crate::__private::{list, source, text};
use crate::schema::{
    Absent, Body, Compute, Deprecation, Enum, Field, Link, List, Named, Presence, Read, ReadName,
    Shape, Source, Struct, Tagging, Text, Type, TypeDef, TypeId, Value, Variant, Write,
};

/// The use of a type without arguments.
pub const fn named(module: &'static str, name: &'static str, def: fn() -> TypeDef) -> Type {
    applied(module, name, &[], def)
}

/// The use of a type.
pub const fn applied(
    module: &'static str,
    name: &'static str,
    args: &'static [Type],
    def: fn() -> TypeDef,
) -> Type {
    let id = TypeId { module: text(module), name: text(name) };
    Type::Named(Named { id, args: list(args), def: Link(Some(def)) })
}

/// What is written, and what is read.
pub const fn split(write: &'static Type, read: &'static Type) -> Type {
    Type::Split { write: crate::schema::Ref::Static(write), read: crate::schema::Ref::Static(read) }
}

/// What is said of a type as a whole.
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute that stands or does not")]
#[derive(Clone, Copy)]
pub struct Head<'a> {
    module: &'static str,
    name: &'static str,
    docs: &'static str,
    file: &'static str,
    package: Option<&'static str>,
    line: u32,
    column: u32,
    params: &'a [&'static str],
    deprecated: Option<Deprecated>,
    transparent: bool,
    deny_unknown_fields: bool,
    open: bool,
    overlapping: bool,
}

/// A type that has a name, docs and a place.
pub fn head(
    module: &'static str,
    name: &'static str,
    docs: &'static str,
    file: &'static str,
    package: Option<&'static str>,
    line: u32,
    column: u32,
) -> Head<'static> {
    Head {
        module,
        name,
        docs,
        file,
        package,
        line,
        column,
        params: &[],
        deprecated: None,
        transparent: false,
        deny_unknown_fields: false,
        open: false,
        overlapping: false,
    }
}

impl<'a> Head<'a> {
    /// The names of its type parameters.
    #[must_use]
    pub fn params(self, params: &'a [&'static str]) -> Self {
        Head { params, ..self }
    }

    /// `#[deprecated]`.
    #[must_use]
    pub fn deprecated(self, since: Option<&'static str>, note: Option<&'static str>) -> Self {
        Head { deprecated: Some(Deprecated { since, note }), ..self }
    }

    /// It is its only field.
    #[must_use]
    pub fn transparent(self) -> Self {
        Head { transparent: true, ..self }
    }

    /// A reader refuses members that it does not know.
    #[must_use]
    pub fn deny_unknown_fields(self) -> Self {
        Head { deny_unknown_fields: true, ..self }
    }

    /// Later versions may add variants.
    #[must_use]
    pub fn open(self) -> Self {
        Head { open: true, ..self }
    }

    /// Of variants that share values, the first that fits is meant.
    #[must_use]
    pub fn overlapping(self) -> Self {
        Head { overlapping: true, ..self }
    }

    fn define(self, body: Body) -> TypeDef {
        TypeDef {
            id: TypeId { module: text(self.module), name: text(self.name) },
            params: texts(self.params),
            body,
            docs: text(self.docs),
            deprecated: self.deprecated.map(Deprecated::deprecation),
            source: source(self.file, self.package, self.line, self.column),
        }
    }

    fn choice(self, tagging: Tagging, variants: &[Part<'_, Case<'_>>]) -> TypeDef {
        self.define(Body::Enum(Enum {
            tagging,
            variants: variants.iter().map(Part::variant).collect(),
            open: self.open,
            deny_unknown_fields: self.deny_unknown_fields,
            overlapping: self.overlapping,
        }))
    }
}

/// The definition of a struct.
pub fn structure(head: Head<'_>, content: Content<'_>) -> TypeDef {
    head.define(Body::Struct(Struct {
        shape: content.shape(),
        transparent: head.transparent,
        deny_unknown_fields: head.deny_unknown_fields,
    }))
}

/// The definition of an enum whose variants stand behind their names.
pub fn external(head: Head<'_>, variants: &[Part<'_, Case<'_>>]) -> TypeDef {
    head.choice(Tagging::External, variants)
}

/// The definition of an enum whose variants have their names in a member.
pub fn internal(head: Head<'_>, tag: &'static str, variants: &[Part<'_, Case<'_>>]) -> TypeDef {
    head.choice(Tagging::Internal { tag: text(tag) }, variants)
}

/// The definition of an enum whose variants stand beside their names.
pub fn adjacent(
    head: Head<'_>,
    tag: &'static str,
    content: &'static str,
    variants: &[Part<'_, Case<'_>>],
) -> TypeDef {
    head.choice(Tagging::Adjacent { tag: text(tag), content: text(content) }, variants)
}

/// The definition of an enum whose variants have no names.
pub fn untagged(head: Head<'_>, variants: &[Part<'_, Case<'_>>]) -> TypeDef {
    head.choice(Tagging::Untagged, variants)
}

/// What stands in a struct or a variant.
#[allow(missing_docs, reason = "the variants are those of the schema's `Shape`")]
#[derive(Clone, Copy)]
pub enum Content<'a> {
    Unit,
    Newtype(&'static Type),
    Tuple(&'a [&'static Type]),
    Fields(&'a [Part<'a, Member>]),
}

impl Content<'_> {
    fn shape(self) -> Shape {
        match self {
            Content::Unit => Shape::Unit,
            Content::Newtype(ty) => Shape::Newtype(ty.clone()),
            Content::Tuple(types) => Shape::Tuple(types.iter().map(|ty| (*ty).clone()).collect()),
            Content::Fields(fields) => Shape::Fields(fields.iter().map(Part::field).collect()),
        }
    }
}

/// A field or a variant, which is what it is `of`.
#[derive(Clone, Copy)]
pub struct Part<'a, Of> {
    of: Of,
    rust_name: &'static str,
    write: Option<&'static str>,
    read: Option<&'static str>,
    aliases: &'a [&'static str],
    since: Option<&'static str>,
    docs: &'static str,
    deprecated: Option<Deprecated>,
}

/// What only a field has.
#[derive(Clone, Copy)]
pub struct Member {
    ty: &'static Type,
    presence: Presence,
    absent: Absence,
    flatten: bool,
    line: u32,
    column: u32,
}

/// What only a variant has.
#[derive(Clone, Copy)]
pub struct Case<'a> {
    content: Content<'a>,
    status: Option<u16>,
    catch_all: bool,
    untagged: bool,
}

/// A field that is always written, and that its type may let be absent. Its file is that of the
/// definition.
pub fn member(
    rust_name: &'static str,
    name: &'static str,
    ty: &'static Type,
    docs: &'static str,
    line: u32,
    column: u32,
) -> Part<'static, Member> {
    let (presence, absent) = (Presence::Always, Absence::ByType);
    part(Member { ty, presence, absent, flatten: false, line, column }, rust_name, name, docs)
}

/// A variant.
pub fn variant<'a>(
    rust_name: &'static str,
    name: &'static str,
    content: Content<'a>,
    docs: &'static str,
) -> Part<'a, Case<'a>> {
    let of = Case { content, status: None, catch_all: false, untagged: false };
    part(of, rust_name, name, docs)
}

/// What has one name for writers and readers.
fn part<'a, Of>(
    of: Of,
    rust_name: &'static str,
    name: &'static str,
    docs: &'static str,
) -> Part<'a, Of> {
    Part {
        of,
        rust_name,
        write: Some(name),
        read: Some(name),
        aliases: &[],
        since: None,
        docs,
        deprecated: None,
    }
}

impl<'a, Of> Part<'a, Of> {
    /// A writer never writes it.
    #[must_use]
    pub fn unwritten(self) -> Self {
        Part { write: None, ..self }
    }

    /// A reader never reads it.
    #[must_use]
    pub fn unread(self) -> Self {
        Part { read: None, ..self }
    }

    /// A reader knows it by another name.
    #[must_use]
    pub fn read_as(self, name: &'static str) -> Self {
        Part { read: Some(name), ..self }
    }

    /// A reader also knows it by these.
    #[must_use]
    pub fn aliases(self, aliases: &'a [&'static str]) -> Self {
        Part { aliases, ..self }
    }

    /// The version of the interface that brought it.
    #[must_use]
    pub fn since(self, version: &'static str) -> Self {
        Part { since: Some(version), ..self }
    }

    /// `#[deprecated]`.
    #[must_use]
    pub fn deprecated(self, since: Option<&'static str>, note: Option<&'static str>) -> Self {
        Part { deprecated: Some(Deprecated { since, note }), ..self }
    }
}

impl Part<'_, Member> {
    /// Some values leave it out.
    #[must_use]
    pub fn skipped(mut self) -> Self {
        self.of.presence = Presence::Maybe;
        self
    }

    /// A reader refuses its absence, whatever its type.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.of.absent = Absence::Never;
        self
    }

    /// This stands in where it is absent.
    #[must_use]
    pub fn default(mut self, value: fn() -> Value) -> Self {
        self.of.absent = Absence::Default(value);
        self
    }

    /// A default stands in that is not known: it depends on type parameters, or functions of the user
    /// write it.
    #[must_use]
    pub fn default_unknown(mut self) -> Self {
        self.of.absent = Absence::Unknown;
        self
    }

    /// Its members stand among those of the surrounding object.
    #[must_use]
    pub fn flatten(mut self) -> Self {
        self.of.flatten = true;
        self
    }

    fn field(&self) -> Field {
        let Member { ty, presence, absent, flatten, line, column } = self.of;
        Field {
            rust_name: text(self.rust_name),
            ty: ty.clone(),
            write: self.write.map(|name| Write { name: text(name), presence }),
            read: self.read.map(|name| Read {
                name: text(name),
                aliases: texts(self.aliases),
                absent: absent.absent(),
            }),
            flatten,
            since: self.since.map(text),
            docs: text(self.docs),
            deprecated: self.deprecated.map(Deprecated::deprecation),
            source: Source { file: text(""), line, column },
        }
    }
}

impl Part<'_, Case<'_>> {
    /// The HTTP status of this declared error.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.of.status = Some(status);
        self
    }

    /// It stands for every name that a reader does not know.
    #[must_use]
    pub fn catch_all(mut self) -> Self {
        self.of.catch_all = true;
        self
    }

    /// It has no tag, though the others have.
    #[must_use]
    pub fn untagged(mut self) -> Self {
        self.of.untagged = true;
        self
    }

    fn variant(&self) -> Variant {
        let Case { content, status, catch_all, untagged } = self.of;
        Variant {
            rust_name: text(self.rust_name),
            write: self.write.map(text),
            read: self.read.map(|name| ReadName { name: text(name), aliases: texts(self.aliases) }),
            shape: content.shape(),
            status,
            catch_all,
            untagged,
            since: self.since.map(text),
            docs: text(self.docs),
            deprecated: self.deprecated.map(Deprecated::deprecation),
        }
    }
}

/// What a reader does where a field is absent.
#[derive(Clone, Copy)]
enum Absence {
    ByType,
    Never,
    Unknown,
    Default(fn() -> Value),
}

impl Absence {
    fn absent(self) -> Absent {
        match self {
            Absence::ByType => Absent::ByType,
            Absence::Never => Absent::Never,
            Absence::Unknown => Absent::Default(Value::Unknown),
            Absence::Default(value) => Absent::Default(Value::Computed(Compute(value))),
        }
    }
}

#[derive(Clone, Copy)]
struct Deprecated {
    since: Option<&'static str>,
    note: Option<&'static str>,
}

impl Deprecated {
    fn deprecation(self) -> Deprecation {
        Deprecation { since: self.since.map(text), note: self.note.map(text) }
    }
}

fn texts(texts: &[&'static str]) -> List<Text> {
    texts.iter().map(|one| text(one)).collect()
}
