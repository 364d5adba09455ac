//! What is an object whose members come from several types?
//!
//! What is written has the members of all of them. A reader goes from one to the next, and each sees
//! what those before it did not take: so a map holds its values to its type unless they were taken, and
//! what lets nothing else be there means what it sees.

use traitwire_schema::{Absent, Field, Presence, Read, Source, Type};

use super::Dialect;
use super::beside::{Names, Part, field_names, flattens};
use super::ordered::{Json, Object};
use super::types::{Schemas, typed};
use crate::emit::Problem;
use crate::emit::direction::{Way, field_name, is_optional};

/// Members that an object has before its fields.
#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) properties: Object,
    pub(super) required: Vec<String>,
}

/// How a reader comes to the members that it sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// It looks for those that it knows: a flattened field.
    Flat,
    /// It gets them all.
    Whole,
    /// It is one of several that look at them in turn.
    OneOfMany,
}

impl<'a> Schemas<'a> {
    /// An object of fields, after members that it has already. `others` are names that stand in the
    /// same object and are no business of these fields.
    pub(super) fn fields(
        &mut self,
        Members { mut properties, mut required }: Members,
        fields: &'a [Field],
        denies: bool,
        args: &[Type],
        (way, source): (Way, &Source),
        others: &Names,
    ) -> Object {
        let own = properties.keys().map(str::to_owned).collect::<Vec<_>>();
        let mut seen = others.clone().and(Names::of(own));
        // What is no name of this object itself.
        let mut shared = others.clone();
        let mut rules = Vec::new();
        for field in fields.iter().filter(|field| !field.flatten) {
            let ty = field.ty.substitute(args);
            let Some(name) = field_name(field, way) else { continue };
            seen = seen.and(Names::of(field_names(field, way)));
            let property = self.property(field, &ty, (way, source));
            let is_required = !is_optional(self.schema, field, &ty, way);
            let names = field_names(field, way);
            properties.put(name, property);
            if names.len() > 1 && self.dialect == Dialect::JsonSchema {
                let another = format!("Another name of `{name}`.");
                for alias in &names[1..] {
                    let same = self.of(&ty, way).with("description", &*another);
                    properties.put(*alias, same);
                }
                rules.push(one_of_names(&names, is_required));
            } else if is_required {
                required.push(name.to_owned());
            }
        }
        let denies = denies && way == Way::In;
        let mut parts = Vec::new();
        let flattened: Vec<(&Field, Type)> = fields
            .iter()
            .filter(|field| field.flatten && field_name(field, way).is_some())
            .map(|field| (field, field.ty.substitute(args)))
            .collect();
        for (index, (field, ty)) in flattened.iter().enumerate() {
            let beside = match way {
                Way::In => seen.clone(),
                // What any other writes.
                Way::Out => (0..flattened.len())
                    .filter(|other| *other != index)
                    .fold(seen.clone(), |names, other| {
                        names.and(self.members_of(&flattened[other].1, way))
                    }),
            };
            match self.beside(ty, way, Reader::Flat, &beside) {
                Some(part) => parts.push(self.maybe(part, field, ty, way)),
                None => self.no_object(field, source),
            }
            if way == Way::In {
                let taken = self.taken(ty, way);
                shared = shared.and(taken.clone());
                seen = seen.and(taken);
            }
        }
        parts.retain(|part| !part.is_empty());
        if denies {
            note(&mut properties, &shared);
        }
        let mut object = typed("object");
        object.put_some("properties", properties);
        object.put_some("required", required);
        if denies && shared != Names::Any {
            object.put("additionalProperties", false);
        }
        if let [part] = &*parts
            && !denies
            && let Some(merged) = merge(&object, part)
        {
            object = merged;
            parts.clear();
        }
        object.put_some("allOf", rules);
        if parts.is_empty() {
            return object;
        }
        parts.push(object);
        Object::new().with("allOf", parts)
    }

    /// What is said of a field.
    fn property(&mut self, field: &Field, ty: &Type, (way, source): (Way, &Source)) -> Object {
        let of = format!("`{}`", field.rust_name);
        let at = place(field, source);
        let (deprecated, since) = (field.deprecated.as_ref(), field.since.as_deref());
        let property = self.of(ty, way);
        let mut property = self.described(property, &field.docs, deprecated, since, (&of, at));
        if let (Way::In, Some(Read { absent: Absent::Default(value), .. })) = (way, &field.read)
            && let Some(text) = value.settle().json()
            && let Ok(json) = Json::parse(text)
        {
            property.put("default", json);
        }
        property
    }

    /// A flattened part that some values leave out.
    fn maybe(&mut self, part: Object, field: &Field, ty: &Type, way: Way) -> Object {
        let left_out = matches!(&field.write, Some(write) if write.presence == Presence::Maybe);
        if way == Way::Out && left_out { self.optional(ty, part, way) } else { part }
    }

    fn no_object(&mut self, field: &Field, source: &Source) {
        self.problems.push(Problem {
            message: format!("the flattened field `{}` is no object", field.rust_name),
            source: place(field, source).clone(),
            label: "only a struct, a map or an enum of such can be flattened".to_owned(),
            help: Some("remove `flatten`, so that it is a member with a name".to_owned()),
        });
    }

    /// A type whose members stand beside others; none if it is no object.
    pub(super) fn beside(
        &mut self,
        ty: &Type,
        way: Way,
        reader: Reader,
        others: &Names,
    ) -> Option<Object> {
        match self.part(ty, way) {
            Part::Nothing => Some(Object::new()),
            Part::Unit => match (way, reader) {
                (Way::Out, _) | (_, Reader::Flat) => Some(Object::new()),
                (Way::In, Reader::Whole) => Some(rest(others, Json::Bool(false))),
                (Way::In, Reader::OneOfMany) => None,
            },
            Part::Option(inner) => {
                let part = self.beside(&inner, way, reader, others)?;
                let flat = reader == Reader::Flat;
                Some(if flat { self.optional(&inner, part, way) } else { part })
            }
            Part::Map(key, value) => {
                let names = self.key(&key, way);
                let mut map = rest(others, self.of(&value, way));
                if let (false, Names::Known(known)) = (names.is_empty(), others) {
                    let known: Vec<String> = known.iter().cloned().collect();
                    let names = if known.is_empty() {
                        names
                    } else {
                        Object::new().with("anyOf", vec![Object::new().with("enum", known), names])
                    };
                    map.put("propertyNames", names);
                }
                Some(map)
            }
            Part::Struct(named, fields, denies) => {
                let denies = denies && (reader != Reader::Flat || flattens(fields, way));
                let ty = Type::Named(named.clone());
                if self.suffers_others(&ty, way) {
                    return Some(self.reference(&self.names.of(&named, way)));
                }
                let source = self.schema.def(&named.id).map(|def| &def.source)?;
                let none = Members::default();
                Some(self.fields(none, fields, denies, &named.args, (way, source), others))
            }
            Part::Enum(named, body) => {
                if self.suffers_others(&Type::Named(named.clone()), way) {
                    return Some(self.reference(&self.names.of(&named, way)));
                }
                self.enum_beside(&named, body, way, reader, others)
            }
            Part::Other => None,
        }
    }

    /// A part, or none of its members.
    fn optional(&mut self, ty: &Type, part: Object, way: Way) -> Object {
        if let Part::Map(..) | Part::Nothing = self.part(ty, way) {
            return part;
        }
        let Some(signs) = self.signs_of(ty, way) else {
            // Nothing tells whether it is there.
            return Object::new();
        };
        let any = signs.into_iter().map(|name| Object::new().with("required", vec![name]));
        let any: Vec<Object> = any.collect();
        let none = Object::new().with("not", Object::new().with("anyOf", any));
        Object::new().with("anyOf", vec![part, none])
    }
}

/// Where a field stands, as far as it is known.
fn place<'s>(field: &'s Field, source: &'s Source) -> &'s Source {
    if field.source == Source::default() { source } else { &field.source }
}

/// That exactly one of these names is there, or at most one.
pub(super) fn one_of_names(names: &[&str], is_required: bool) -> Object {
    let has = |name: &&str| Object::new().with("required", vec![*name]);
    if let ([name], true) = (names, is_required) {
        return has(name);
    }
    if is_required {
        return Object::new().with("oneOf", names.iter().map(has).collect::<Vec<_>>());
    }
    let pairs = names.iter().enumerate().flat_map(|(at, one)| {
        names[at + 1..].iter().map(move |two| Object::new().with("required", vec![*one, *two]))
    });
    let pairs: Vec<Object> = pairs.collect();
    Object::new().with("not", Object::new().with("anyOf", pairs))
}

/// A rule for every member but those of others.
fn rest(others: &Names, rule: impl Into<Json>) -> Object {
    let mut properties = Object::new();
    note(&mut properties, others);
    let mut object = typed("object");
    object.put_some("properties", properties);
    // Where anything may be there, nothing can be said of it.
    if *others != Names::Any {
        object.put("additionalProperties", rule);
    }
    object
}

/// Lists names of which nothing is said, so that a rule for all others leaves them alone.
pub(super) fn note(properties: &mut Object, names: &Names) {
    let Names::Known(names) = names else { return };
    for name in names {
        if properties.get(name).is_none() {
            properties.put(name, Object::new());
        }
    }
}

/// An object with a rule for all other members in it; none if the part says more than such a rule.
pub(super) fn merge(object: &Object, part: &Object) -> Option<Object> {
    let plain =
        part.keys().all(|key| matches!(key, "type" | "properties" | "additionalProperties"));
    let rule = part.get("additionalProperties")?;
    if !plain || object.get("additionalProperties").is_some() {
        return None;
    }
    let members = |object: &Object| match object.get("properties") {
        Some(Json::Object(properties)) => properties.clone(),
        _ => Object::new(),
    };
    let (mut properties, others) = (members(object), members(part));
    // What the rule is not about has to be listed there, and nothing may be said of it.
    if properties.keys().any(|name| others.get(name).is_none()) {
        return None;
    }
    for name in others.keys() {
        if others.get(name) != Some(&Json::Object(Object::new())) {
            return None;
        }
        if properties.get(name).is_none() {
            properties.put(name, Object::new());
        }
    }
    let mut merged = object.clone();
    merged.put_some("properties", properties);
    merged.put("additionalProperties", rule.clone());
    Some(merged)
}
