//! Which types go which way, and which look different one way and the other?

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::walk::{Schema, children};
use traitwire_schema::{Type, TypeDef, TypeId};

pub(super) use crate::emit::direction::{
    Way, field_name, is_optional, method_types, one_way, parts, variant_name,
};
use crate::emit::direction::{members_differ, names_differ, with_containers};
pub(super) use crate::emit::newtypes::{alias_of, is_unit_enum};

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

/// The definitions that a type names, in its arguments too.
pub(super) fn named_in<'a>(ty: &'a Type, ids: &mut Vec<&'a TypeId>) {
    if let Type::Named(named) = ty {
        ids.push(&named.id);
    }
    for ty in children(ty) {
        named_in(ty, ids);
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
        let differ = closure(schema, |def| members_differ(schema, def, &[]));
        // A field or variant that goes one way only counts too: another may have its name the other
        // way.
        let renamed = closure(schema, names_differ);
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
        named_in(ty, &mut ids);
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
        for ty in Way::BOTH.into_iter().flat_map(|way| parts(def, way)) {
            named_in(ty, &mut ids);
        }
        ids.into_iter().map(|id| (id.clone(), def.id.clone()))
    });
    with_containers(defs().filter(|def| is_so(def)).map(|def| def.id.clone()).collect(), inside)
}
