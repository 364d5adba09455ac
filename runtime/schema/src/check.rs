//! Does everything that a schema's types refer to exist?

use std::fmt;

use crate::model::{Body, Method, Reply, Shape, Type, TypeDef, TypeId};
use crate::walk::{Schema, children};

/// What is wrong with the use of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// Nothing defines the type.
    MissingType {
        /// The type.
        id: TypeId,
    },
    /// The type has another number of parameters.
    WrongArgs {
        /// The type.
        id: TypeId,
        /// How many parameters its definition has.
        params: usize,
        /// How many arguments the use gives.
        args: usize,
    },
    /// The surrounding definition has no such parameter.
    StrayParam {
        /// From 0.
        index: u16,
        /// How many parameters there are.
        params: usize,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::MissingType { id } => write!(f, "the type `{id}` is used but not defined"),
            Problem::WrongArgs { id, params, args } => {
                write!(f, "the type `{id}` has {params} parameters, but is used with {args}")
            }
            Problem::StrayParam { index, params } => {
                write!(f, "the type parameter {index} is used where {params} exist")
            }
        }
    }
}

impl std::error::Error for Problem {}

/// The first wrong use, with the words for its place.
pub(crate) fn check(schema: &Schema) -> Result<(), (String, Problem)> {
    for interface in &schema.interfaces {
        for method in interface.methods.iter() {
            check_method(schema, method).map_err(|(part, problem)| {
                (format!("`{}/{}`, {part}", interface.name, method.name), problem)
            })?;
        }
    }
    for def in schema.types.values() {
        check_def(schema, def)
            .map_err(|(part, problem)| (format!("the type `{}`{part}", def.id), problem))?;
    }
    Ok(())
}

fn check_method(schema: &Schema, method: &Method) -> Result<(), (String, Problem)> {
    for arg in method.args.iter() {
        check_use(schema, &arg.ty, 0)
            .map_err(|problem| (format!("argument `{}`", arg.name), problem))?;
    }
    if let Reply::Value(ty) | Reply::Stream(ty) = &method.reply {
        check_use(schema, ty, 0).map_err(|problem| ("reply".to_owned(), problem))?;
    }
    if let Some(ty) = &method.error {
        check_use(schema, ty, 0).map_err(|problem| ("declared error".to_owned(), problem))?;
    }
    Ok(())
}

fn check_def(schema: &Schema, def: &TypeDef) -> Result<(), (String, Problem)> {
    let params = def.params.len();
    match &def.body {
        Body::Struct(body) => check_shape(schema, &body.shape, params),
        Body::Enum(body) => body.variants.iter().try_for_each(|variant| {
            check_shape(schema, &variant.shape, params).map_err(|(part, problem)| {
                (format!(", variant `{}`{part}", variant.rust_name), problem)
            })
        }),
    }
}

fn check_shape(schema: &Schema, shape: &Shape, params: usize) -> Result<(), (String, Problem)> {
    let at = |name: &dyn fmt::Display, ty: &Type| {
        check_use(schema, ty, params).map_err(|problem| (format!(", field `{name}`"), problem))
    };
    match shape {
        Shape::Unit => Ok(()),
        Shape::Newtype(ty) => at(&0, ty),
        Shape::Tuple(types) => types.iter().enumerate().try_for_each(|(i, ty)| at(&i, ty)),
        Shape::Fields(fields) => {
            fields.iter().try_for_each(|field| at(&field.rust_name, &field.ty))
        }
    }
}

fn check_use(schema: &Schema, ty: &Type, params: usize) -> Result<(), Problem> {
    match ty {
        Type::Param(index) if usize::from(*index) >= params => {
            return Err(Problem::StrayParam { index: *index, params });
        }
        Type::Named(named) => {
            let id = || named.id.clone();
            let Some(def) = schema.def(&named.id) else {
                return Err(Problem::MissingType { id: id() });
            };
            if def.params.len() != named.args.len() {
                let (params, args) = (def.params.len(), named.args.len());
                return Err(Problem::WrongArgs { id: id(), params, args });
            }
        }
        _ => {}
    }
    children(ty).into_iter().try_for_each(|ty| check_use(schema, ty, params))
}
