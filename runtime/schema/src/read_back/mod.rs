//! Which values could serde not read back?
//!
//! Where a value is tagged, untagged or flattened, serde puts what it reads aside before it knows what
//! it is, and cannot put aside everything. Elsewhere two values have one JSON. Such types are refused
//! with the reason, so that no call finds out.
//!
//! | module | the question it answers |
//! |---|---|
//! | `forms` | What may the JSON of a type look like? |
//! | `overlap` | Which JSON of one type does another take? |
//! | `texts` | Which texts do two readers take for theirs? |
//! | `flatten` | Which members does a flattened field take from the others? |

mod flatten;
mod forms;
mod overlap;
mod texts;

use std::collections::HashSet;
use std::fmt;

use crate::closed::{self, Closed, Id, ShapeError, Types};
use crate::model::{
    Absent, Body, Enum, Field, Presence, Shape, Source, Struct, Tagging, Text, Type, TypeDef, Value,
};
use crate::walk::{Schema, method_types};

use forms::{Content, Side};

/// A place where a value would not come back as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The definition and the part of it: `Model.meta`, `Shape::Circle.at`; of a method:
    /// `Catalog/search`.
    pub path: String,
    /// Where that stands.
    pub source: Source,
    /// What is wrong there.
    pub trap: Trap,
}

/// Why serde could not read back what it wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trap {
    /// An option of what may be `null` itself.
    NestedOption,
    /// An integer of 128 bits behind a tag, an untagged enum or a flattened field.
    Wide,
    /// A map whose keys JSON cannot have.
    Key,
    /// A map whose keys are numbers or flags, behind a tag, an untagged enum or a flattened field.
    BufferedKey,
    /// What stands beside a tag, or is flattened, is not written as an object.
    NotAnObject,
    /// A field that is sometimes left out, and required where it is read.
    Skipped,
    /// The same of a flattened field.
    FlattenedSkipped,
    /// A field that is left out in some values, but not where it has the value that stands in for it.
    SkippedAltered {
        /// The JSON of what stands in.
        default: Text,
    },
    /// Two members of one object have one name.
    SameName {
        /// The name.
        name: Text,
    },
    /// A flattened type that denies unknown fields would see those of the others.
    FlattenedDenies,
    /// A flattened map, or what reads like one, also takes what another field wrote.
    FlattenedTakes {
        /// The other field: flattened, or not read by its own name.
        other: Text,
    },
    /// A flattened option whose content can be read from nothing at all: `None` would be `Some`.
    FlattenedOption,
    /// A variant without a tag, of which an earlier one takes every value.
    Unreachable {
        /// The earlier variant.
        earlier: Text,
    },
    /// A variant without a tag, of which an earlier one takes some values.
    Overlaps {
        /// The earlier variant.
        earlier: Text,
        /// Such a value.
        witness: String,
    },
    /// The type has no finite shape.
    NoShape(ShapeError),
}

impl Trap {
    /// The way out.
    pub fn help(&self) -> &'static str {
        match self {
            Trap::NestedOption => {
                "make the inner type an enum, or, on a field, let absence be the outer `None`: \
                 #[serde(default, skip_serializing_if = \"Option::is_none\", \
                 with = \"traitwire::double_option\")] #[wire(as = Option<T>)]"
            }
            Trap::Wide => "use 64 bits, a `String`, or keep the value outside of the tagged type",
            Trap::Key | Trap::BufferedKey => {
                "use a list of pairs, `Vec<(K, V)>`, or keys that are text"
            }
            Trap::NotAnObject => {
                "name the field, or add `content = \"..\"` beside `tag`; flatten structs and maps only, \
                 such as `serde_json::Map` for any members"
            }
            Trap::Skipped => "add #[serde(default)] to the field",
            Trap::SkippedAltered { .. } => {
                "leave out nothing but the default: let `skip_serializing_if` say so of the default \
                 alone, or make what it leaves out the default"
            }
            Trap::FlattenedSkipped => {
                "let the field be an `Option`, or give each member of its type #[serde(default)]"
            }
            Trap::SameName { .. } => "rename one of them: #[serde(rename = \"..\")]",
            Trap::FlattenedDenies => "remove `deny_unknown_fields` from the flattened type",
            Trap::FlattenedTakes { .. } => {
                "flatten structs only, and before the map; read every field that is written; or keep \
                 the map in a field of its own"
            }
            Trap::FlattenedOption => {
                "give the flattened type a field that is required, or flatten it without the option"
            }
            Trap::Unreachable { .. } => {
                "move it before the other, or give the enum a tag: #[serde(tag = \"type\")]"
            }
            Trap::Overlaps { .. } => {
                "give the enum a tag, change the order, or say that the first that fits is meant: \
                 #[wire(overlapping)]"
            }
            Trap::NoShape(_) => "give the types another shape",
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Trap::NestedOption => {
                "`Some` of what may be `null` cannot be told from `None`: both are `null`"
            }
            Trap::Wide => {
                "serde cannot read an integer of 128 bits behind a tag, in an untagged enum or in a \
                 flattened field"
            }
            Trap::Key => {
                "JSON cannot have these keys: a key is text, a number, a flag, an enum of names, or \
                 a newtype of one of these"
            }
            Trap::BufferedKey => {
                "serde cannot read keys that are numbers or flags behind a tag, in an untagged enum \
                 or in a flattened field"
            }
            Trap::NotAnObject => "this is not written as an object, and its members cannot be put \
                among those of another",
            Trap::Skipped => "it is sometimes left out, but its reader requires it",
            Trap::SkippedAltered { default } => {
                return write!(
                    f,
                    "`skip_serializing_if` leaves out other values than the default, which would come \
                     back as {default}"
                );
            }
            Trap::FlattenedSkipped => {
                "its members are sometimes left out, but its reader requires some of them"
            }
            Trap::SameName { name } => {
                return write!(f, "two members of one object are called {name:?}");
            }
            Trap::FlattenedDenies => {
                "a flattened type may not deny unknown fields, for it would see those of the others"
            }
            Trap::FlattenedTakes { other } => {
                return write!(f, "its reader also takes what `{other}` wrote");
            }
            Trap::FlattenedOption => {
                "the content can be read from no members at all, so that `None` would come back as \
                 `Some`"
            }
            Trap::Unreachable { earlier } => {
                return write!(f, "no value is read as this: all fit the earlier `{earlier}`");
            }
            Trap::Overlaps { earlier, witness } => {
                return write!(f, "{witness} is read as the earlier `{earlier}`");
            }
            Trap::NoShape(error) => return error.fmt(f),
        })
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path, self.trap)
    }
}

impl std::error::Error for Unreadable {}

impl Schema {
    /// Every place that the interfaces reach where a value would not come back as it was, or could not
    /// be read at all.
    ///
    /// ```
    /// use traitwire_schema::walk::Schema;
    ///
    /// assert_eq!(Schema::default().unreadable(), []);
    /// ```
    pub fn unreadable(&self) -> Vec<Unreadable> {
        let mut walk = Walk::new(self);
        for interface in &self.interfaces {
            for method in interface.methods.iter() {
                for ty in method_types(method) {
                    let path = format!("{}/{}", interface.name, method.name);
                    walk.start(ty, path, &method.source);
                }
            }
        }
        walk.run()
    }

    /// The same for one type.
    pub fn unreadable_in(&self, ty: &Type) -> Vec<Unreadable> {
        let mut walk = Walk::new(self);
        walk.start(ty, String::new(), &Source::default());
        walk.run()
    }
}

/// A place that is still to be visited.
#[derive(Clone)]
struct Place {
    id: Id,
    path: String,
    source: Source,
    /// Put aside before its type is known.
    buffered: bool,
}

struct Walk<'a> {
    types: Types<'a>,
    found: Vec<Unreadable>,
    seen: HashSet<(Id, bool)>,
    open: Vec<Place>,
    /// How often forms were compared for the enum at hand.
    steps: usize,
    /// How many types were looked into for the forms at hand.
    visits: usize,
}

/// A definition in use.
#[derive(Clone, Copy)]
struct Scope<'a, 'b> {
    def: &'a TypeDef,
    args: &'b [Id],
    buffered: bool,
}

impl<'a> Walk<'a> {
    fn new(schema: &'a Schema) -> Self {
        let (found, seen, open) = (Vec::new(), HashSet::new(), Vec::new());
        Walk { types: Types::new(schema), found, seen, open, steps: 0, visits: 0 }
    }

    fn start(&mut self, ty: &Type, path: String, source: &Source) {
        match self.types.close(ty, &[], None) {
            Ok(id) => self.open.push(Place { id, path, source: source.clone(), buffered: false }),
            Err(error) => self.report(path, source, Trap::NoShape(error)),
        }
    }

    fn run(mut self) -> Vec<Unreadable> {
        // The first that was started is visited first.
        self.open.reverse();
        while let Some(place) = self.open.pop() {
            if self.seen.insert((place.id, place.buffered)) {
                self.visit(&place);
            }
        }
        self.found
    }

    fn report(&mut self, path: String, source: &Source, trap: Trap) {
        let found = Unreadable { path, source: source.clone(), trap };
        // A generic type is visited once for each use.
        if !self.found.contains(&found) {
            self.found.push(found);
        }
    }

    fn visit(&mut self, place: &Place) {
        if let Some((def, args)) = self.types.def(place.id) {
            let scope = Scope { def, args: &args, buffered: place.buffered };
            return match &def.body {
                Body::Struct(body) => self.visit_struct(body, scope),
                Body::Enum(body) => self.visit_enum(body, scope),
            };
        }
        let closed = self.types.get(place.id).clone();
        let trap = match closed {
            Closed::Option(inner) if self.may_be_null(inner) => Some(Trap::NestedOption),
            Closed::Leaf(name) if place.buffered && name.ends_with("128") => Some(Trap::Wide),
            Closed::Map(key, _) => match self.is_key(key) {
                None => Some(Trap::Key),
                Some(false) if place.buffered => Some(Trap::BufferedKey),
                Some(_) => None,
            },
            _ => None,
        };
        if let Some(trap) = trap {
            self.report(place.path.clone(), &place.source, trap);
        }
        for id in closed::parts(&closed).into_iter().rev() {
            self.open.push(Place { id, ..place.clone() });
        }
    }

    fn visit_struct(&mut self, body: &'a Struct, scope: Scope<'a, '_>) {
        let path = scope.def.id.name.to_string();
        self.visit_shape(&path, &body.shape, scope);
        if let (Shape::Fields(fields), false) = (&body.shape, body.transparent) {
            self.check_fields(&path, None, fields, scope);
        }
    }

    fn visit_enum(&mut self, body: &'a Enum, scope: Scope<'a, '_>) {
        let name = &scope.def.id.name;
        let buffered = scope.buffered
            || body.tagging != Tagging::External
            || body.variants.iter().any(|variant| variant.untagged);
        let scope = Scope { buffered, ..scope };
        for variant in body.variants.iter().rev() {
            let path = format!("{name}::{}", variant.rust_name);
            self.visit_shape(&path, &variant.shape, scope);
            let tag = match &body.tagging {
                Tagging::Internal { tag } if !variant.untagged => Some(tag),
                _ => None,
            };
            match &variant.shape {
                Shape::Fields(fields) => self.check_fields(&path, tag, fields, scope),
                Shape::Newtype(ty) => {
                    if let Some(tag) = tag {
                        self.check_beside_tag(path, tag, ty, scope);
                    }
                }
                _ => {}
            }
        }
        self.check_overlaps(body, scope);
    }

    /// Goes on to what stands inside.
    fn visit_shape(&mut self, path: &str, shape: &'a Shape, scope: Scope<'a, '_>) {
        let inside: Vec<(String, &Type, &Source, bool)> = match shape {
            Shape::Unit => Vec::new(),
            Shape::Newtype(ty) => vec![(format!("{path}.0"), ty, &scope.def.source, false)],
            Shape::Tuple(types) => types
                .iter()
                .enumerate()
                .map(|(i, ty)| (format!("{path}.{i}"), ty, &scope.def.source, false))
                .collect(),
            Shape::Fields(fields) => fields
                .iter()
                .map(|field| {
                    let path = format!("{path}.{}", field.rust_name);
                    (path, &field.ty, place_of(field, scope.def), field.flatten)
                })
                .collect(),
        };
        for (path, ty, source, flattened) in inside.into_iter().rev() {
            match self.types.close(ty, scope.args, Some(&scope.def.id)) {
                Ok(id) => self.open.push(Place {
                    id,
                    path,
                    source: source.clone(),
                    buffered: scope.buffered || flattened,
                }),
                Err(error) => self.report(path, source, Trap::NoShape(error)),
            }
        }
    }

    fn check_fields(
        &mut self,
        path: &str,
        tag: Option<&Text>,
        fields: &'a [Field],
        scope: Scope<'a, '_>,
    ) {
        for field in fields.iter().filter(|field| !field.flatten) {
            let (Some(write), Some(read)) = (&field.write, &field.read) else { continue };
            let required = match read.absent {
                Absent::Default(_) => false,
                Absent::Never => true,
                Absent::ByType => !self
                    .close(&field.ty, scope)
                    .is_some_and(|id| self.types.reads_absence(id).unwrap_or(true)),
            };
            if write.presence == Presence::Maybe && required {
                let path = format!("{path}.{}", field.rust_name);
                self.report(path, place_of(field, scope.def), Trap::Skipped);
            }
            if let (Presence::Maybe, Absent::Default(Value::Kept(default))) =
                (write.presence, &read.absent)
            {
                let path = format!("{path}.{}", field.rust_name);
                let trap = Trap::SkippedAltered { default: default.clone() };
                self.report(path, place_of(field, scope.def), trap);
            }
        }
        if fields.iter().any(|field| field.flatten) {
            self.check_flattened(path, tag, fields, scope);
        }
    }

    /// What stands beside a tag is an object, and has no member of the tag's name.
    fn check_beside_tag(&mut self, path: String, tag: &Text, ty: &'a Type, scope: Scope<'a, '_>) {
        let Some(id) = self.close(ty, scope) else { return };
        let source = &scope.def.source;
        // `null` is read from no members only by a type that is nothing else.
        let erased = self.types.erase(id).ok().flatten();
        let nothing = erased.is_some_and(|id| match self.types.def(id) {
            Some((def, _)) => matches!(def.body, Body::Struct(_)),
            None => matches!(self.types.get(id), Closed::Leaf("unit")),
        });
        if !nothing && self.may_be_null(id) {
            return self.report(path, source, Trap::NotAnObject);
        }
        match self.members(id) {
            None => self.report(path, source, Trap::NotAnObject),
            Some(members) if members.contains(tag) => {
                self.report(path, source, Trap::SameName { name: tag.clone() });
            }
            Some(_) => {}
        }
    }

    /// The type in this scope; none where it has no end, which is reported elsewhere.
    fn close(&mut self, ty: &Type, scope: Scope<'_, '_>) -> Option<Id> {
        self.types.close(ty, scope.args, Some(&scope.def.id)).ok()
    }

    /// Whether a value of this type may be written as `null`. Any JSON may be, too; that one is refused
    /// where it is written.
    fn may_be_null(&mut self, id: Id) -> bool {
        self.steps = 0;
        let forms = self.forms(&Content::Type(id), Side::Write, 0);
        forms.iter().any(|form| matches!(form, forms::Form::Null))
    }

    /// Whether JSON can have such keys; if so, whether they are text.
    fn is_key(&mut self, id: Id) -> Option<bool> {
        let id = self.types.erase(id).ok().flatten()?;
        match self.types.get(id).clone() {
            Closed::Leaf(name) => match name {
                "string" | "char" | "bytes" => Some(true),
                "unit" | "json" | "float" => None,
                _ => Some(false),
            },
            Closed::Format(_) | Closed::Literal(_) => Some(true),
            Closed::AtMost(..) => Some(false),
            Closed::Split(write, read) => Some(self.is_key(write)? & self.is_key(read)?),
            Closed::Named(..) => {
                let (def, _) = self.types.def(id)?;
                let Body::Enum(body) = &def.body else { return None };
                let text = |variant: &crate::model::Variant| {
                    (variant.shape == Shape::Unit && !variant.untagged) || body.catches_all(variant)
                };
                (body.tagging == Tagging::External && body.variants.iter().all(text))
                    .then_some(true)
            }
            _ => None,
        }
    }
}

/// Where a field stands.
fn place_of<'f>(field: &'f Field, def: &'f TypeDef) -> &'f Source {
    if field.source == Source::default() { &def.source } else { &field.source }
}

#[cfg(test)]
#[path = "../tests/read_back.rs"]
mod tests;
