//! Which members does a flattened field take from the others?
//!
//! serde collects what no named field took, and hands it to the flattened fields one after the other. A
//! struct without flattened fields of its own takes its members out; a map, and what is read like
//! one, takes all that is left and leaves it there.

use super::forms::{Content, Form, MAX_VISITS, Object, Side};
use super::{Scope, Trap, Walk, place_of};
use crate::closed::{Closed, Id};
use crate::model::{Body, Field, Presence, Shape, Tagging, Text, Write};

/// How a flattened field is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reads {
    /// Nothing.
    Nothing,
    /// Its members, which are gone then.
    Takes,
    /// Its members, which stay.
    Looks,
    /// All that is there, which stays.
    Collects,
    /// It is no object.
    Cannot,
}

impl<'a> Walk<'a> {
    pub(super) fn check_flattened(
        &mut self,
        path: &str,
        tag: Option<&Text>,
        fields: &'a [Field],
        scope: Scope<'a, '_>,
    ) {
        let mut found: Vec<(&Field, Id, Reads)> = Vec::new();
        for field in fields.iter().filter(|field| field.flatten) {
            let Some(id) = self.close(&field.ty, scope) else { continue };
            let reads = self.reads(id, 0);
            let path = format!("{path}.{}", field.rust_name);
            let source = place_of(field, scope.def);
            if reads == Reads::Cannot || self.may_be_anything(id) {
                self.report(path, source, Trap::NotAnObject);
                continue;
            }
            if self.is_optional_nothing(id) {
                self.report(path.clone(), source, Trap::FlattenedOption);
            }
            if self.denies(id) {
                self.report(path.clone(), source, Trap::FlattenedDenies);
            }
            let maybe = |write: &Write| write.presence == Presence::Maybe;
            if field.write.as_ref().is_some_and(maybe) && !self.reads_nothing(id) {
                self.report(path, source, Trap::FlattenedSkipped);
            }
            found.push((field, id, reads));
        }
        self.check_collectors(path, fields, &found, scope);
        self.check_names(path, tag, fields, &found, scope);
    }

    /// What collects must come last, after fields that take their members out; and all that is
    /// written must be read by somebody else, for else it collects that, too.
    fn check_collectors(
        &mut self,
        path: &str,
        fields: &'a [Field],
        found: &[(&'a Field, Id, Reads)],
        scope: Scope<'a, '_>,
    ) {
        for (at, (field, _, reads)) in found.iter().enumerate() {
            if *reads != Reads::Collects {
                continue;
            }
            let stays = found.iter().enumerate().find(|(other, (.., reads))| match reads {
                Reads::Nothing => false,
                Reads::Takes => *other > at,
                _ => *other != at,
            });
            let unread = fields.iter().filter(|field| !field.flatten).find(|field| {
                let reads = |name: &Text| match &field.read {
                    Some(read) => read.name == *name || read.aliases.contains(name),
                    None => false,
                };
                field.write.as_ref().is_some_and(|write| !reads(&write.name))
            });
            if let Some(other) = stays.map(|(_, (other, ..))| *other).or(unread) {
                let trap = Trap::FlattenedTakes { other: other.rust_name.clone() };
                let path = format!("{path}.{}", field.rust_name);
                self.report(path, place_of(field, scope.def), trap);
            }
        }
    }

    /// No two members have one name.
    fn check_names(
        &mut self,
        path: &str,
        tag: Option<&Text>,
        fields: &'a [Field],
        found: &[(&'a Field, Id, Reads)],
        scope: Scope<'a, '_>,
    ) {
        let mut taken: Vec<Text> = fields
            .iter()
            .filter(|field| !field.flatten)
            .flat_map(|field| {
                let write = field.write.iter().map(|write| &write.name);
                let read = field.read.iter();
                write.chain(read.flat_map(|r| [&r.name].into_iter().chain(r.aliases.iter())))
            })
            .chain(tag)
            .cloned()
            .collect();
        for (field, id, _) in found {
            let Some(members) = self.members(*id) else { continue };
            if let Some(name) = members.iter().find(|name| taken.contains(name)) {
                let path = format!("{path}.{}", field.rust_name);
                let trap = Trap::SameName { name: name.clone() };
                self.report(path, place_of(field, scope.def), trap);
            }
            taken.extend(members);
        }
    }

    fn reads(&mut self, id: Id, depth: usize) -> Reads {
        if depth == 0 {
            self.visits = 0;
        }
        self.visits += 1;
        let has_end = depth < 16 && self.visits < MAX_VISITS;
        let Some(id) = self.types.erase(id).ok().flatten().filter(|_| has_end) else {
            return Reads::Cannot;
        };
        match self.types.get(id).clone() {
            Closed::Leaf("unit") => Reads::Nothing,
            Closed::Leaf("json") => Reads::Collects,
            Closed::Map(key, _) => match self.is_key(key) {
                Some(_) => Reads::Collects,
                None => Reads::Cannot,
            },
            Closed::Option(inner) => match self.types.get(inner) {
                Closed::Option(_) => Reads::Cannot,
                _ => self.reads(inner, depth + 1),
            },
            Closed::Split(_, read) => self.reads(read, depth + 1),
            Closed::Named(..) => {
                let Some((def, args)) = self.types.def(id) else { return Reads::Cannot };
                let scope = Scope { def, args: &args, buffered: true };
                match &def.body {
                    Body::Struct(body) => match &body.shape {
                        Shape::Unit => Reads::Nothing,
                        Shape::Fields(fields) => self.fields_read(fields, scope, depth),
                        Shape::Newtype(_) | Shape::Tuple(_) => Reads::Cannot,
                    },
                    Body::Enum(body) => match &body.tagging {
                        Tagging::External | Tagging::Adjacent { .. }
                            if !body.variants.iter().any(|variant| variant.untagged) =>
                        {
                            Reads::Takes
                        }
                        _ => {
                            let mut reads = Reads::Looks;
                            for variant in body.variants.iter() {
                                let one = match &variant.shape {
                                    Shape::Unit => Reads::Looks,
                                    Shape::Newtype(ty) => match self.close(ty, scope) {
                                        Some(id) => self.reads(id, depth + 1),
                                        None => Reads::Cannot,
                                    },
                                    Shape::Tuple(_) => Reads::Cannot,
                                    Shape::Fields(fields) => self.fields_read(fields, scope, depth),
                                };
                                match one {
                                    Reads::Cannot => return Reads::Cannot,
                                    Reads::Collects => reads = Reads::Collects,
                                    _ => {}
                                }
                            }
                            // Without a tag nothing says a variant without content.
                            let bare = body.tagging == Tagging::Untagged
                                && body.variants.iter().any(|one| one.shape == Shape::Unit);
                            if bare { Reads::Cannot } else { reads }
                        }
                    },
                }
            }
            _ => Reads::Cannot,
        }
    }

    fn fields_read(&mut self, fields: &'a [Field], scope: Scope<'a, '_>, depth: usize) -> Reads {
        let mut reads = Reads::Takes;
        for field in fields.iter().filter(|field| field.flatten) {
            let inner = self.close(&field.ty, scope).map(|id| self.reads(id, depth + 1));
            reads = match inner {
                Some(Reads::Collects) => return Reads::Collects,
                _ => Reads::Looks,
            };
        }
        reads
    }

    /// Whether this is an option of what can be read where none of its members is there.
    fn is_optional_nothing(&mut self, id: Id) -> bool {
        let Some(id) = self.types.erase(id).ok().flatten() else { return false };
        let Closed::Option(inner) = *self.types.get(id) else { return false };
        self.reads_nothing(inner)
    }

    /// Whether a flattened field of this type can be read where none of its members is there.
    fn reads_nothing(&mut self, id: Id) -> bool {
        self.forms(&Content::Type(id), Side::Read, 0).iter().any(|form| match form {
            Form::Null | Form::Any => true,
            Form::Object(Object { members, .. }) => members.iter().all(|member| !member.always),
            _ => false,
        })
    }

    /// Whether a value may be any JSON, of which `null` comes back as an object.
    fn may_be_anything(&mut self, id: Id) -> bool {
        let forms = self.forms(&Content::Type(id), Side::Write, 0);
        forms.iter().any(|form| matches!(form, Form::Any))
    }

    fn denies(&mut self, id: Id) -> bool {
        let id = match self.types.erase(id).ok().flatten() {
            Some(id) => match *self.types.get(id) {
                Closed::Option(inner) => self.types.erase(inner).ok().flatten(),
                _ => Some(id),
            },
            None => None,
        };
        let Some((def, _)) = id.and_then(|id| self.types.def(id)) else { return false };
        match &def.body {
            // It is asked for the members that it knows, and sees no others.
            Body::Struct(_) => false,
            Body::Enum(body) => body.deny_unknown_fields && body.tagging != Tagging::External,
        }
    }

    /// The names of the members that a type adds to an object; none if it is no object.
    pub(super) fn members(&mut self, id: Id) -> Option<Vec<Text>> {
        let mut names = Vec::new();
        for side in [Side::Write, Side::Read] {
            for form in self.forms(&Content::Type(id), side, 0) {
                match form {
                    Form::Object(object) => {
                        for member in object.members {
                            names.extend(member.names);
                        }
                    }
                    Form::Null | Form::Unknown => {}
                    // A reader takes structs from arrays, which nobody writes.
                    Form::Each(..) if side == Side::Read => {}
                    // A variant that is its name alone; beside others it is a member.
                    Form::Text(super::forms::Words::These(name)) => names.push(name),
                    _ => return None,
                }
            }
        }
        names.sort();
        names.dedup();
        Some(names)
    }
}
