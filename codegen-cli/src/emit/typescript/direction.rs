//! Which types go which way, and which look different one way and the other?

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::walk::Schema;
use traitwire_schema::{Body, Field, Int, Shape, Type, TypeDef, TypeId};

use super::flatten::may_be_skipped;
use super::types::is_bigint;
pub(super) use crate::emit::direction::{
    Way, field_name, inside, is_optional, method_types, one_way, parts, variant_name,
};
use crate::emit::direction::{members_differ, names_differ, with_containers};
use crate::emit::newtypes::behind_one_way;
pub(super) use crate::emit::newtypes::{alias_of, is_name_enum};

/// A set of ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Ways(u8);

impl Ways {
    pub(super) fn has(self, way: Way) -> bool {
        self.0 & bit(way) != 0
    }

    pub(super) fn both(self) -> bool {
        self.0 == 3
    }

    /// Whether the way is new.
    pub(super) fn add(&mut self, way: Way) -> bool {
        let is_new = !self.has(way);
        self.0 |= bit(way);
        is_new
    }
}

fn bit(way: Way) -> u8 {
    match way {
        Way::Out => 1,
        Way::In => 2,
    }
}

/// The definitions that a type names where it goes this way, in its arguments too.
fn named_in<'a>(ty: &'a Type, way: Way, ids: &mut Vec<&'a TypeId>) {
    if let Type::Named(named) = ty {
        ids.push(&named.id);
    }
    for ty in inside(ty, way) {
        named_in(ty, way, ids);
    }
}

/// What is known of the ways of all types.
#[derive(Debug, Default)]
pub(super) struct Directions {
    /// Which ways a type goes.
    ways: BTreeMap<TypeId, Ways>,
    /// The types that look different one way and the other.
    differ: BTreeSet<TypeId>,
    /// The types in which something is called differently one way and the other.
    renamed: BTreeSet<TypeId>,
}

impl Directions {
    pub(super) fn of(schema: &Schema) -> Directions {
        let mut ways: BTreeMap<TypeId, Ways> = BTreeMap::new();
        for interface in &schema.interfaces {
            for method in interface.methods.iter() {
                for (ty, way) in method_types(interface, method) {
                    reach(schema, ty, way, &mut |id, way| {
                        ways.entry(id.clone()).or_default().add(way)
                    });
                }
            }
        }
        let differ = closure(schema, |def| {
            members_differ(schema, def, &[])
                || sides_differ(def, &looks)
                || skips_members(schema, def)
        });
        // A field or variant that goes one way only counts too: another may have its name the other
        // way.
        let renamed =
            closure(schema, |def| names_differ(def) || sides_differ(def, &|ty| needs(ty)));
        Directions { ways, differ, renamed }
    }

    pub(super) fn ways(&self, id: &TypeId) -> Ways {
        self.ways.get(id).copied().unwrap_or_default()
    }

    /// Whether a type has two names in TypeScript, one for each way.
    pub(super) fn is_split(&self, id: &TypeId) -> bool {
        self.ways(id).both() && self.differ.contains(id)
    }

    /// Whether a type cannot have one codec for both ways.
    pub(super) fn is_renamed(&self, id: &TypeId) -> bool {
        self.renamed.contains(id)
    }
}

/// Visits every definition that a type reaches; `visit` says whether to go on from there.
pub(super) fn reach(
    schema: &Schema,
    ty: &Type,
    way: Way,
    visit: &mut impl FnMut(&TypeId, Way) -> bool,
) {
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        let mut ids = Vec::new();
        named_in(ty, way, &mut ids);
        for id in ids {
            if visit(id, way)
                && let Some(def) = schema.def(id)
            {
                open.extend(parts(def, way));
            }
        }
    }
}

/// The definitions of which something is true, and all that name one of these.
fn closure(schema: &Schema, is_so: impl Fn(&TypeDef) -> bool) -> BTreeSet<TypeId> {
    let defs = || schema.types.values();
    let inside = defs().flat_map(|def| {
        let mut ids = Vec::new();
        for way in Way::BOTH {
            for ty in parts(def, way) {
                named_in(ty, way, &mut ids);
            }
        }
        ids.into_iter().map(|id| (id.clone(), def.id.clone()))
    });
    with_containers(defs().filter(|def| is_so(def)).map(|def| def.id.clone()).collect(), inside)
}

/// Whether a writer leaves out all members of a flattened value at times, which a reader needs.
fn skips_members(schema: &Schema, def: &TypeDef) -> bool {
    let skips = |field: &Field| {
        field.flatten
            && field.read.is_some()
            && may_be_skipped(field, Way::Out)
            && matches!(
                behind_one_way(schema, &field.ty, Way::Out),
                Some(Type::Named(_) | Type::Param(_))
            )
    };
    let shape = |shape: &Shape| matches!(shape, Shape::Fields(fields) if fields.iter().any(skips));
    match &def.body {
        Body::Struct(body) => shape(&body.shape),
        Body::Enum(body) => body.variants.iter().any(|variant| shape(&variant.shape)),
    }
}

/// Whether a part that goes both ways is of another kind one way and the other. `kind` makes all types
/// alike between which there is no difference.
fn sides_differ(def: &TypeDef, kind: &impl Fn(&Type) -> Type) -> bool {
    let differs = |ty: &Type| kind_of(ty, Way::Out, kind) != kind_of(ty, Way::In, kind);
    let both = |field: &&Field| Way::BOTH.iter().all(|way| field_name(field, *way).is_some());
    let shape = |shape: &Shape| match shape {
        Shape::Unit => false,
        Shape::Newtype(ty) => differs(ty),
        Shape::Tuple(items) => items.iter().any(differs),
        Shape::Fields(fields) => fields.iter().filter(both).any(|field| differs(&field.ty)),
    };
    match &def.body {
        Body::Struct(body) => shape(&body.shape),
        Body::Enum(body) => body.variants.iter().any(|variant| shape(&variant.shape)),
    }
}

fn kind_of(ty: &Type, way: Way, kind: &impl Fn(&Type) -> Type) -> Type {
    let one = |ty: &Type| kind_of(ty, way, kind).into();
    match one_way(ty, way) {
        Type::Option(inner) => Type::Option(one(inner)),
        Type::Seq(item) | Type::Set(item) => Type::Seq(one(item)),
        Type::Array(item, len) => Type::Array(one(item), *len),
        Type::Map(key, value) => Type::Map(one(key), one(value)),
        Type::Tuple(items) => {
            Type::Tuple(items.iter().map(|item| kind_of(item, way, kind)).collect())
        }
        Type::Named(named) => {
            let mut named = named.clone();
            named.args = named.args.iter().map(|arg| kind_of(arg, way, kind)).collect();
            Type::Named(named)
        }
        leaf => kind(leaf),
    }
}

/// What all types without parts are that look like this one.
fn looks(ty: &Type) -> Type {
    match needs(ty) {
        Type::Int(Int::Usize) | Type::F64 | Type::Float => Type::Int(Int::U32),
        other => other,
    }
}

/// What all types without parts are that look like this one and are read and written as it is.
fn needs(ty: &Type) -> Type {
    match ty {
        Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) => Type::Int(match int {
            int if is_bigint(*int) => Int::U64,
            Int::Usize | Int::Isize => Int::Usize,
            _ => Int::U32,
        }),
        Type::F32 => Type::F64,
        Type::Char | Type::Format(_) => Type::String,
        other => other.clone(),
    }
}
