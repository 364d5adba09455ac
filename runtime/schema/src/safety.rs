//! May a type cross without names, and may its bytes travel on their own?

use std::collections::HashSet;
use std::fmt;

use crate::closed::{self, Closed, Id, Types};
use crate::model::{Body, Field, Presence, Shape, Tagging, Text, Type, TypeDef, TypeId};
use crate::walk::{Schema, children, def_types};

pub use crate::closed::ShapeError;

/// Why a type may not cross in some way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsafe {
    /// The definition and what inside it is the cause: `Model.meta`, `Shape::Circle.at`. Empty if
    /// the cause is the type itself.
    pub path: String,
    /// What is wrong there.
    pub reason: Reason,
}

/// What keeps a type from crossing in some way.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Any JSON value: only its own text says what it is.
    Json,
    /// An enum whose tag is a member of an object, or that has none.
    Tagging,
    /// A flattened field, whose members have names only.
    Flatten,
    /// A field that some values leave out.
    MaybeAbsent,
    /// A field that is written but not read, or read but not written.
    OneWayField,
    /// A variant that is not both written and read: writer and reader count variants differently.
    OneWayVariant,
    /// Bytes in an untagged enum: a reader must look at a value to know its variant.
    UntaggedBytes {
        /// The enum.
        within: TypeId,
    },
    /// Bytes as the key of a map: keys are part of the JSON text.
    KeyBytes,
    /// Written and read through a conversion or through functions that somebody wrote: what these
    /// write elsewhere than in JSON is not known.
    Converted,
    /// Text whose type asks the reader what comes next.
    Format {
        /// The name of its format.
        name: Text,
    },
    /// The type has no finite shape.
    NoShape(ShapeError),
}

impl fmt::Display for Unsafe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            self.reason.fmt(f)
        } else {
            write!(f, "`{}`: {}", self.path, self.reason)
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Json => "any JSON value can only be read where values describe themselves",
            Reason::Tagging => {
                "only an externally tagged enum can be read where values do not describe themselves"
            }
            Reason::Flatten => "a flattened field can only be read where members have names",
            Reason::MaybeAbsent => {
                "a field that is sometimes left out can only be read where members have names"
            }
            Reason::OneWayField => "a field that is only written or only read has no position",
            Reason::OneWayVariant => "a variant that is only written or only read has no position",
            Reason::UntaggedBytes { within } => {
                return write!(
                    f,
                    "bytes cannot be told from other values inside the untagged enum `{within}`"
                );
            }
            Reason::KeyBytes => "bytes that are the key of a map are part of the text",
            Reason::Converted => {
                "what functions of its own write where values do not describe themselves is not known"
            }
            Reason::Format { name } => {
                return write!(
                    f,
                    "text of the format `{name}` can only be read where values describe themselves"
                );
            }
            Reason::NoShape(error) => return error.fmt(f),
        })
    }
}

impl std::error::Error for Unsafe {}

impl Schema {
    /// Whether a positional encoding (postcard) can carry this type, so that what is read is what
    /// was written. Both ends must also have the same layout: `Schema::layout_fingerprint`.
    ///
    /// ```
    /// use traitwire_schema::{Type, walk::Schema};
    ///
    /// let schema = Schema::default();
    /// assert_eq!(schema.positional(&Type::Seq(Type::Bytes.into())), Ok(()));
    /// assert!(schema.positional(&Type::Seq(Type::Json.into())).is_err());
    /// ```
    ///
    /// # Errors
    /// [`Unsafe`] with the first cause against it.
    pub fn positional(&self, ty: &Type) -> Result<(), Unsafe> {
        Walk::new(self, Question::Positional).run(ty)
    }

    /// Whether there are bytes inside this type.
    pub fn holds_bytes(&self, ty: &Type) -> bool {
        let (mut open, mut seen) = (vec![ty], HashSet::new());
        while let Some(ty) = open.pop() {
            match ty {
                Type::Bytes => return true,
                Type::Named(named) => {
                    open.extend(named.args.iter());
                    if seen.insert(&named.id)
                        && let Some(def) = self.def(&named.id)
                    {
                        open.extend(def_types(def));
                    }
                }
                ty => open.extend(children(ty)),
            }
        }
        false
    }

    /// Whether the bytes inside this type may travel beside its JSON, found by their place in the
    /// type. Where not, they are base64 in the JSON.
    ///
    /// # Errors
    /// [`Unsafe`] with the first cause against it.
    pub fn attachments(&self, ty: &Type) -> Result<(), Unsafe> {
        Walk::new(self, Question::Attachments).run(ty)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Question {
    Positional,
    Attachments,
}

/// A place that is still to be visited.
#[derive(Clone)]
struct Place<'a> {
    id: Id,
    path: String,
    /// The untagged enum around it.
    untagged: Option<&'a TypeId>,
    key: bool,
    /// Behind functions that somebody wrote.
    converted: bool,
}

struct Walk<'a> {
    types: Types<'a>,
    question: Question,
    seen: HashSet<(Id, [bool; 3])>,
    open: Vec<Place<'a>>,
}

impl<'a> Walk<'a> {
    fn new(schema: &'a Schema, question: Question) -> Self {
        Walk { types: Types::new(schema), question, seen: HashSet::new(), open: Vec::new() }
    }

    fn run(mut self, ty: &Type) -> Result<(), Unsafe> {
        let id = self
            .types
            .close(ty, &[], None)
            .map_err(|error| because(String::new(), Reason::NoShape(error)))?;
        let (untagged, key, converted) = (None, false, false);
        self.open.push(Place { id, path: String::new(), untagged, key, converted });
        while let Some(place) = self.open.pop() {
            let context = [place.untagged.is_some(), place.key, place.converted];
            if self.seen.insert((place.id, context)) {
                self.visit(&place)?;
            }
        }
        Ok(())
    }

    fn visit(&mut self, place: &Place<'a>) -> Result<(), Unsafe> {
        if let Some((def, args)) = self.types.def(place.id) {
            return self.visit_def(place, def, &args);
        }
        let closed = self.types.get(place.id);
        let reason = match self.question {
            Question::Positional => match closed {
                closed if *closed == closed::JSON => Some(Reason::Json),
                Closed::Split(..) => Some(Reason::Converted),
                Closed::Format(format) if !format.positional => {
                    Some(Reason::Format { name: format.name.clone() })
                }
                _ => None,
            },
            Question::Attachments if *closed == closed::BYTES => match place.untagged {
                Some(id) => Some(Reason::UntaggedBytes { within: id.clone() }),
                None if place.converted => Some(Reason::Converted),
                None => place.key.then_some(Reason::KeyBytes),
            },
            Question::Attachments => None,
        };
        if let Some(reason) = reason {
            return Err(because(place.path.clone(), reason));
        }
        let is_map = matches!(closed, Closed::Map(..));
        let converted = place.converted || matches!(closed, Closed::Split(..));
        let parts = closed::parts(closed);
        // The last is visited first; causes are to be found in the order of the source.
        for (i, id) in parts.into_iter().enumerate().rev() {
            let key = place.key || (is_map && i == 0);
            self.open.push(Place { id, key, converted, ..place.clone() });
        }
        Ok(())
    }

    fn visit_def(&mut self, at: &Place<'a>, def: &'a TypeDef, args: &[Id]) -> Result<(), Unsafe> {
        let name = def.id.name.to_string();
        let positional = self.question == Question::Positional;
        let mut inside = Vec::new();
        let mut untagged = at.untagged;
        match &def.body {
            Body::Struct(body) => self.visit_shape(&name, &body.shape, &mut inside)?,
            Body::Enum(body) => {
                if positional && body.tagging != Tagging::External {
                    return Err(because(name, Reason::Tagging));
                }
                if body.tagging == Tagging::Untagged
                    || body.variants.iter().any(|variant| variant.untagged)
                {
                    untagged = Some(&def.id);
                }
                for variant in body.variants.iter() {
                    let path = format!("{name}::{}", variant.rust_name);
                    if positional && variant.untagged {
                        return Err(because(path, Reason::Tagging));
                    }
                    if positional && (variant.write.is_none() || variant.read.is_none()) {
                        return Err(because(path, Reason::OneWayVariant));
                    }
                    self.visit_shape(&path, &variant.shape, &mut inside)?;
                }
            }
        }
        for (path, ty) in inside.into_iter().rev() {
            match self.types.close(ty, args, Some(&def.id)) {
                Ok(id) => self.open.push(Place { id, path, untagged, ..at.clone() }),
                Err(error) => return Err(because(path, Reason::NoShape(error))),
            }
        }
        Ok(())
    }

    /// Adds what stands inside a shape, with its path.
    fn visit_shape(
        &self,
        path: &str,
        shape: &'a Shape,
        inside: &mut Vec<(String, &'a Type)>,
    ) -> Result<(), Unsafe> {
        match shape {
            Shape::Unit => {}
            Shape::Newtype(ty) => inside.push((format!("{path}.0"), ty)),
            Shape::Tuple(types) => {
                inside.extend(types.iter().enumerate().map(|(i, ty)| (format!("{path}.{i}"), ty)));
            }
            Shape::Fields(fields) => {
                for field in fields.iter() {
                    if field.write.is_none() && field.read.is_none() {
                        continue;
                    }
                    let path = format!("{path}.{}", field.rust_name);
                    if self.question == Question::Positional
                        && let Some(reason) = without_position(field)
                    {
                        return Err(because(path, reason));
                    }
                    inside.push((path, &field.ty));
                }
            }
        }
        Ok(())
    }
}

fn without_position(field: &Field) -> Option<Reason> {
    match (&field.write, &field.read) {
        _ if field.flatten => Some(Reason::Flatten),
        (Some(write), _) if write.presence == Presence::Maybe => Some(Reason::MaybeAbsent),
        (Some(_), Some(_)) => None,
        _ => Some(Reason::OneWayField),
    }
}

fn because(path: String, reason: Reason) -> Unsafe {
    Unsafe { path, reason }
}

#[cfg(test)]
#[path = "tests/safety.rs"]
mod tests;
