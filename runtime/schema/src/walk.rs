//! Which types does an interface reach, and what can be said of one?

use std::collections::BTreeMap;
use std::fmt;

use crate::model::{
    Absent, Body, Interface, Method, Read, Reply, Shape, Struct, Tagging, Type, TypeDef, TypeId,
};

/// Deepest nesting of type arguments that a walk follows. A type that contains itself with ever
/// larger arguments (`struct P<T>(Option<Box<P<Vec<T>>>>)`) has no end; serde cannot compile it,
/// and nothing that people write comes near this.
pub const MAX_TYPE_DEPTH: usize = 64;

/// A set of interfaces with every type that they reach: what a driver prints, `_schema` serves and
/// everything after it reads.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    /// Sorted by name, then version.
    pub interfaces: Vec<Interface>,
    /// Every type that an interface reaches, by its path.
    pub types: BTreeMap<TypeId, TypeDef>,
}

/// Why interfaces and their types make no schema.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SchemaError {
    /// Two different types have one path (both inside function bodies of one module).
    SameTypeId {
        /// The path.
        id: TypeId,
    },
    /// A type is used, but its definition is nowhere.
    MissingType {
        /// The path.
        id: TypeId,
    },
}

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchemaError::SameTypeId { id } => {
                write!(
                    f,
                    "two different types are called `{id}`; rename one or move it to a module"
                )
            }
            SchemaError::MissingType { id } => {
                write!(f, "the schema uses the type `{id}` but does not define it")
            }
        }
    }
}

impl std::error::Error for SchemaError {}

impl Schema {
    /// Gathers interfaces and all types that they reach.
    ///
    /// # Errors
    /// [`SchemaError`] if two types share a path or a definition is missing.
    pub fn collect<'a>(
        interfaces: impl IntoIterator<Item = &'a Interface>,
    ) -> Result<Schema, SchemaError> {
        let mut schema = Schema::default();
        for interface in interfaces {
            for method in interface.methods.iter() {
                for ty in method_types(method) {
                    schema.add(ty)?;
                }
            }
            schema.interfaces.push(interface.clone());
        }
        schema.interfaces.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Ok(schema)
    }

    fn add(&mut self, ty: &Type) -> Result<(), SchemaError> {
        if let Type::Named(named) = ty {
            let id = &named.id;
            match (self.types.get(id), named.def.get()) {
                (None, None) => return Err(SchemaError::MissingType { id: id.clone() }),
                (Some(_), None) => {}
                (Some(known), Some(def)) => {
                    if known.source != def.source {
                        return Err(SchemaError::SameTypeId { id: id.clone() });
                    }
                }
                (None, Some(def)) => {
                    let mut settled = def.clone();
                    settle(&mut settled);
                    self.types.insert(id.clone(), settled);
                    for ty in def_types(def) {
                        self.add(ty)?;
                    }
                }
            }
        }
        for ty in children(ty) {
            self.add(ty)?;
        }
        Ok(())
    }

    /// The definition that a use refers to.
    pub fn def(&self, id: &TypeId) -> Option<&TypeDef> {
        self.types.get(id)
    }

    /// Whether a field or argument of this type may be left out, and then reads as `None`. This is
    /// what serde does with the resolved type: an option, whatever boxes, aliases, transparent
    /// newtypes and type arguments stand around it; not a plain newtype of one.
    pub fn reads_absence(&self, ty: &Type) -> bool {
        self.is_option(ty, None, 0)
    }

    fn is_option(&self, ty: &Type, scope: Option<&Scope<'_>>, depth: usize) -> bool {
        if depth > MAX_TYPE_DEPTH {
            return false;
        }
        match ty {
            Type::Option(_) => true,
            Type::Split { read, .. } => self.is_option(read, scope, depth + 1),
            Type::Param(index) => Scope::resolve(scope, *index)
                .is_some_and(|(ty, scope)| self.is_option(ty, scope, depth)),
            Type::Named(named) => match self.def(&named.id).map(|def| &def.body) {
                Some(Body::Struct(Struct { shape, transparent: true, .. })) => {
                    let scope = Scope { args: &named.args, outer: scope };
                    transparent_field(shape)
                        .is_some_and(|ty| self.is_option(ty, Some(&scope), depth + 1))
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether every value of this type is a JSON string, or absent where the type allows: such an
    /// argument stands in a query string as it is, any other as JSON.
    pub fn is_text(&self, ty: &Type) -> bool {
        match ty {
            Type::Option(inner) => !self.reads_absence(inner) && self.is_text(inner),
            _ => self.is_string(ty, None, 0),
        }
    }

    fn is_string(&self, ty: &Type, scope: Option<&Scope<'_>>, depth: usize) -> bool {
        if depth > MAX_TYPE_DEPTH {
            return false;
        }
        match ty {
            Type::String | Type::Char | Type::Bytes | Type::Format(_) | Type::Literal(_) => true,
            Type::Split { write, read } => {
                self.is_string(write, scope, depth + 1) && self.is_string(read, scope, depth + 1)
            }
            Type::Param(index) => Scope::resolve(scope, *index)
                .is_some_and(|(ty, scope)| self.is_string(ty, scope, depth)),
            Type::Named(named) => match self.def(&named.id).map(|def| &def.body) {
                Some(Body::Struct(Struct { shape, transparent, .. })) => {
                    let inner = match shape {
                        Shape::Newtype(inner) => Some(inner),
                        _ if *transparent => transparent_field(shape),
                        _ => None,
                    };
                    let scope = Scope { args: &named.args, outer: scope };
                    inner.is_some_and(|ty| self.is_string(ty, Some(&scope), depth + 1))
                }
                Some(Body::Enum(def)) => {
                    def.tagging == Tagging::External
                        && def.variants.iter().all(|variant| match &variant.shape {
                            Shape::Unit => true,
                            Shape::Newtype(ty) if variant.untagged => {
                                let scope = Scope { args: &named.args, outer: scope };
                                self.is_string(ty, Some(&scope), depth + 1)
                            }
                            _ => false,
                        })
                }
                None => false,
            },
            _ => false,
        }
    }
}

/// What the parameters of a definition stand for. Looking one up costs nothing, while a document
/// could make the substituted type grow to a power of two.
struct Scope<'a> {
    args: &'a [Type],
    /// Where the arguments stand.
    outer: Option<&'a Scope<'a>>,
}

impl<'a> Scope<'a> {
    /// The argument, and the scope in which it stands.
    fn resolve(scope: Option<&'a Scope<'a>>, index: u16) -> Option<(&'a Type, Option<&'a Self>)> {
        scope.and_then(|scope| Some((scope.args.get(usize::from(index))?, scope.outer)))
    }
}

/// Asks for the values of defaults, and says of each field in which file it stands: that of its
/// definition, which a constant names once.
fn settle(def: &mut TypeDef) {
    let file = &def.source.file;
    let settle = |shape: &mut Shape| {
        let Shape::Fields(fields) = shape else { return };
        for field in fields.to_mut() {
            if field.source.line > 0 && field.source.file.is_empty() {
                field.source.file.clone_from(file);
            }
            if let Some(Read { absent: Absent::Default(value), .. }) = &mut field.read {
                *value = value.settle();
            }
        }
    };
    match &mut def.body {
        Body::Struct(body) => settle(&mut body.shape),
        Body::Enum(body) => {
            body.variants.to_mut().iter_mut().for_each(|variant| settle(&mut variant.shape));
        }
    }
}

/// The only field of a transparent struct, named or not.
fn transparent_field(shape: &Shape) -> Option<&Type> {
    match shape {
        Shape::Newtype(ty) => Some(ty),
        Shape::Fields(fields) => fields.first().map(|field| &field.ty),
        Shape::Tuple(types) => types.first(),
        Shape::Unit => None,
    }
}

impl Type {
    /// This type with the parameters of its surrounding definition replaced by `args`.
    #[must_use]
    pub fn substitute(&self, args: &[Type]) -> Type {
        let one = |ty: &Type| ty.substitute(args).into();
        let many = |types: &[Type]| types.iter().map(|ty| ty.substitute(args)).collect();
        match self {
            Type::Param(n) => args.get(usize::from(*n)).unwrap_or(self).clone(),
            _ if args.is_empty() => self.clone(),
            Type::Option(inner) => Type::Option(one(inner)),
            Type::Seq(inner) => Type::Seq(one(inner)),
            Type::Set(inner) => Type::Set(one(inner)),
            Type::Array(inner, len) => Type::Array(one(inner), *len),
            Type::Map(key, value) => Type::Map(one(key), one(value)),
            Type::Tuple(items) => Type::Tuple(many(items)),
            Type::Split { write, read } => Type::Split { write: one(write), read: one(read) },
            Type::Named(named) => {
                let mut named = named.clone();
                named.args = many(&named.args);
                Type::Named(named)
            }
            _ => self.clone(),
        }
    }
}

/// The types that a method names: arguments, reply, declared error.
pub fn method_types(method: &Method) -> impl Iterator<Item = &Type> {
    let reply = match &method.reply {
        Reply::None => None,
        Reply::Value(ty) | Reply::Stream(ty) => Some(ty),
    };
    method.args.iter().map(|arg| &arg.ty).chain(reply).chain(&method.error)
}

/// The types that a definition names.
pub fn def_types(def: &TypeDef) -> Vec<&Type> {
    match &def.body {
        Body::Struct(def) => shape_types(&def.shape),
        Body::Enum(def) => {
            def.variants.iter().flat_map(|variant| shape_types(&variant.shape)).collect()
        }
    }
}

fn shape_types(shape: &Shape) -> Vec<&Type> {
    match shape {
        Shape::Unit => Vec::new(),
        Shape::Newtype(ty) => vec![ty],
        Shape::Tuple(types) => types.iter().collect(),
        Shape::Fields(fields) => fields.iter().map(|field| &field.ty).collect(),
    }
}

/// The types directly inside this one: items, keys, values, type arguments.
pub fn children(ty: &Type) -> Vec<&Type> {
    match ty {
        Type::Option(inner) | Type::Seq(inner) | Type::Set(inner) | Type::Array(inner, _) => {
            vec![inner]
        }
        Type::Map(key, value) => vec![key, value],
        Type::Tuple(items) => items.iter().collect(),
        Type::Split { write, read } => vec![write, read],
        Type::Named(named) => named.args.iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Ref;
    use crate::tests::{def, named, option, schema, transparent};

    #[test]
    fn absence_is_found_behind_type_arguments() {
        let outer = named("Inner", &[Type::Bool, Type::Param(0)]);
        let schema = schema([
            def("Outer", &["T"], transparent(Shape::Newtype(outer))),
            def("Inner", &["A", "B"], transparent(Shape::Newtype(Type::Param(1)))),
        ]);
        assert!(schema.reads_absence(&named("Outer", &[option(Type::Bool)])));
        assert!(!schema.reads_absence(&named("Outer", &[Type::Bool])));
        assert!(schema.is_text(&named("Outer", &[Type::String])));
        assert!(!schema.is_text(&named("Outer", &[Type::Bool])));
    }

    #[test]
    fn arguments_that_double_at_each_step_take_no_room() {
        let twice = Type::Tuple(vec![Type::Param(0), Type::Param(0)].into());
        let body = transparent(Shape::Newtype(named("Twice", &[twice])));
        let schema = schema([def("Twice", &["T"], body)]);
        let ty = Type::Option(Ref::from(named("Twice", &[Type::Bool])));
        assert!(!schema.is_text(&ty));
    }
}
