//! Which way does a value go, and what of a definition goes that way?
//!
//! What a reader accepts and what a writer writes differ: a default makes a member optional in one
//! direction only, a skipped variant is there in one only.

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::walk::{Schema, children};
use traitwire_schema::{
    Absent, Body, End, Field, Interface, Method, Presence, Reply, Shape, Type, TypeDef, Variant,
};

use super::newtypes::alias_of;

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The backend writes it: output.
    Out,
    /// The backend reads it: input.
    In,
}

impl Way {
    pub(super) const BOTH: [Way; 2] = [Way::Out, Way::In];

    /// Which way the arguments of an interface go.
    pub(super) fn of_args(interface: &Interface) -> Way {
        match interface.served_by {
            End::Backend => Way::In,
            End::Frontend => Way::Out,
        }
    }

    /// Which way its replies and declared errors go.
    pub(super) fn of_replies(interface: &Interface) -> Way {
        match interface.served_by {
            End::Backend => Way::Out,
            End::Frontend => Way::In,
        }
    }
}

/// The types of a method, each with its way.
pub(super) fn method_types<'a>(
    interface: &Interface,
    method: &'a Method,
) -> impl Iterator<Item = (&'a Type, Way)> {
    let (args, replies) = (Way::of_args(interface), Way::of_replies(interface));
    let reply = match &method.reply {
        Reply::None => None,
        Reply::Value(ty) | Reply::Stream(ty) => Some(ty),
    };
    let args = method.args.iter().map(move |arg| (&arg.ty, args));
    args.chain(reply.into_iter().chain(&method.error).map(move |ty| (ty, replies)))
}

/// The type that goes this way, where another goes the other way.
pub(super) fn one_way(ty: &Type, way: Way) -> &Type {
    match ty {
        Type::Split { write, read } => one_way(if way == Way::Out { write } else { read }, way),
        ty => ty,
    }
}

/// The types directly inside a type that goes this way.
pub(super) fn inside(ty: &Type, way: Way) -> Vec<&Type> {
    match ty {
        Type::Split { .. } => vec![one_way(ty, way)],
        ty => children(ty),
    }
}

/// The name of a field, if it goes this way.
pub(super) fn field_name(field: &Field, way: Way) -> Option<&str> {
    match way {
        Way::Out => field.write.as_ref().map(|write| &*write.name),
        Way::In => field.read.as_ref().map(|read| &*read.name),
    }
}

/// Whether a field may be absent. `ty` is its type, with as many parameters replaced as are known.
pub(super) fn is_optional(schema: &Schema, field: &Field, ty: &Type, way: Way) -> bool {
    match way {
        Way::Out => field.write.as_ref().is_some_and(|write| write.presence == Presence::Maybe),
        Way::In => field.read.as_ref().is_some_and(|read| match read.absent {
            Absent::Default(_) => true,
            Absent::ByType => schema.reads_absence(ty),
            Absent::Never => false,
        }),
    }
}

/// The name of a variant, if it goes this way.
pub(super) fn variant_name(variant: &Variant, way: Way) -> Option<&str> {
    match way {
        Way::Out => variant.write.as_deref(),
        Way::In => variant.read.as_ref().map(|read| &*read.name),
    }
}

/// The types that a definition names, where values go this way.
pub(super) fn parts(def: &TypeDef, way: Way) -> Vec<&Type> {
    let mut types = Vec::new();
    match &def.body {
        Body::Struct(body) => match alias_of(body) {
            Some(ty) => types.push(ty),
            None => shape_parts(&body.shape, way, &mut types),
        },
        Body::Enum(body) => {
            for variant in body.variants.iter() {
                if variant_name(variant, way).is_some() {
                    shape_parts(&variant.shape, way, &mut types);
                }
            }
        }
    }
    types
}

fn shape_parts<'a>(shape: &'a Shape, way: Way, types: &mut Vec<&'a Type>) {
    match shape {
        Shape::Unit => {}
        Shape::Newtype(ty) => types.push(ty),
        Shape::Tuple(items) => types.extend(items.iter()),
        Shape::Fields(fields) => {
            let fields = fields.iter().filter(|field| field_name(field, way).is_some());
            types.extend(fields.map(|field| &field.ty));
        }
    }
}

/// Whether a member or a variant of this definition itself has another name, or is optional, one way
/// only. `args` replace its parameters.
pub(super) fn members_differ(schema: &Schema, def: &TypeDef, args: &[Type]) -> bool {
    any_shape(def, |shape| match shape {
        Shape::Fields(fields) => fields.iter().any(|field| {
            let ty = field.ty.substitute(args);
            // A flattened field has no name of its own, and is no member that could be absent.
            if field.flatten {
                return field.write.is_some() != field.read.is_some();
            }
            field_name(field, Way::Out) != field_name(field, Way::In)
                || is_optional(schema, field, &ty, Way::Out)
                    != is_optional(schema, field, &ty, Way::In)
        }),
        _ => false,
    })
}

/// The same of names alone.
pub(super) fn names_differ(def: &TypeDef) -> bool {
    any_shape(def, |shape| match shape {
        Shape::Fields(fields) => {
            fields.iter().any(|field| field_name(field, Way::Out) != field_name(field, Way::In))
        }
        _ => false,
    })
}

fn any_shape(def: &TypeDef, is_so: impl Fn(&Shape) -> bool) -> bool {
    match &def.body {
        Body::Struct(body) => alias_of(body).is_none() && is_so(&body.shape),
        Body::Enum(body) => body.variants.iter().any(|variant| {
            variant_name(variant, Way::Out) != variant_name(variant, Way::In)
                || is_so(&variant.shape)
        }),
    }
}

/// What was found, and all that contains it, however deep; `inside` has pairs of a part and what
/// contains it.
pub(super) fn with_containers<K: Ord + Clone>(
    mut found: BTreeSet<K>,
    inside: impl IntoIterator<Item = (K, K)>,
) -> BTreeSet<K> {
    let mut containers: BTreeMap<K, BTreeSet<K>> = BTreeMap::new();
    for (part, container) in inside {
        containers.entry(part).or_default().insert(container);
    }
    let mut open: Vec<K> = found.iter().cloned().collect();
    while let Some(part) = open.pop() {
        for container in containers.get(&part).into_iter().flatten() {
            if found.insert(container.clone()) {
                open.push(container.clone());
            }
        }
    }
    found
}
