//! Which types need a codec, because JSON alone cannot carry their values?

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::{Body, Enum, Int, InterfaceKind, Tagging, Type, TypeDef, TypeId};

use super::Plan;
use super::direction::{Way, Ways, is_unit_enum, method_types, parts, reach};
use super::types::is_bigint;

/// Whether a type needs a codec.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Need {
    /// Whatever stands for its parameters.
    pub(super) always: bool,
    /// Only where something that needs one stands for one of these.
    pub(super) params: BTreeSet<u16>,
}

impl Need {
    fn always() -> Need {
        Need { always: true, params: BTreeSet::new() }
    }

    pub(super) fn is_none(&self) -> bool {
        !self.always && self.params.is_empty()
    }

    fn or(&mut self, other: &Need) {
        self.always |= other.always;
        self.params.extend(&other.params);
    }
}

/// What runtime codec a type without parts has.
pub(super) fn leaf(ty: &Type, ways: Ways) -> Option<&'static str> {
    let (read, written) = (ways.has(Way::Out), ways.has(Way::In));
    match ty {
        // The runtime's writer writes these as they are, with no need to know their type.
        Type::Int(int) if is_bigint(*int) => read.then_some("int64"),
        Type::Json => read.then_some("json"),
        Type::Bytes => Some("bytes"),
        Type::Int(Int::Isize | Int::Usize) => Some("size"),
        Type::F32 | Type::F64 => written.then_some("real"),
        _ => None,
    }
}

/// The needs of all definitions.
#[derive(Debug, Default)]
pub(super) struct Needs {
    of: BTreeMap<(TypeId, Way), Need>,
    /// Which codecs the descriptors ask for.
    demand: BTreeMap<TypeId, Ways>,
}

impl Needs {
    pub(super) fn of(plan: &Plan<'_>) -> Needs {
        let mut needs = Needs::default();
        loop {
            let mut changed = false;
            for def in plan.schema.types.values() {
                for way in Way::BOTH {
                    let need = needs.compute(plan, def, way);
                    let known = needs.of.entry((def.id.clone(), way)).or_default();
                    if *known != need {
                        *known = need;
                        changed = true;
                    }
                }
            }
            if !changed {
                break;
            }
        }
        needs.demand(plan);
        needs
    }

    fn demand(&mut self, plan: &Plan<'_>) {
        let rpc = |interface: &&_| {
            matches!(interface, &&traitwire_schema::Interface { kind: InterfaceKind::Rpc, .. })
        };
        for interface in plan.schema.interfaces.iter().filter(rpc) {
            for method in interface.methods.iter() {
                for (ty, way) in method_types(interface, method) {
                    let mut found = Vec::new();
                    let mut seen = BTreeSet::new();
                    reach(plan.schema, ty, way, &mut |id, way| {
                        let is_new = seen.insert(id.clone());
                        if is_new && !self.def(id, way).is_none() {
                            found.push(id.clone());
                        }
                        is_new
                    });
                    for id in found {
                        self.demand.entry(id).or_default().add(way);
                    }
                }
            }
        }
    }

    /// Which ways the codec of a definition has to work.
    pub(super) fn demanded(&self, id: &TypeId) -> Ways {
        self.demand.get(id).copied().unwrap_or_default()
    }

    fn def(&self, id: &TypeId, way: Way) -> Need {
        self.of.get(&(id.clone(), way)).cloned().unwrap_or_default()
    }

    /// The need of a definition for some ways.
    pub(super) fn def_for(&self, id: &TypeId, ways: Ways) -> Need {
        let mut need = Need::default();
        for way in Way::BOTH.into_iter().filter(|way| ways.has(*way)) {
            need.or(&self.def(id, way));
        }
        need
    }

    /// The need of a use.
    pub(super) fn ty(&self, ty: &Type, ways: Ways) -> Need {
        match ty {
            Type::Option(inner) | Type::Seq(inner) | Type::Set(inner) | Type::Array(inner, _) => {
                self.ty(inner, ways)
            }
            Type::Map(_, value) => self.ty(value, ways),
            Type::Tuple(items) => {
                let mut need = Need::default();
                items.iter().for_each(|item| need.or(&self.ty(item, ways)));
                need
            }
            Type::Param(index) => Need { always: false, params: BTreeSet::from([*index]) },
            Type::Named(named) => {
                let def = self.def_for(&named.id, ways);
                let mut need = Need { always: def.always, params: BTreeSet::new() };
                for index in def.params {
                    if let Some(arg) = named.args.get(usize::from(index)) {
                        need.or(&self.ty(arg, ways));
                    }
                }
                need
            }
            leaf_type if leaf(leaf_type, ways).is_some() => Need::always(),
            _ => Need::default(),
        }
    }

    fn compute(&self, plan: &Plan<'_>, def: &TypeDef, way: Way) -> Need {
        let mut ways = Ways::default();
        ways.add(way);
        let mut need = Need::default();
        for ty in parts(def, way) {
            need.or(&self.ty(ty, ways));
        }
        // What is not known is kept as it came, and written back so.
        if let Body::Enum(body) = &def.body
            && has_open_arm(plan, &def.id, body)
            && !is_unit_enum(body)
        {
            need.always = true;
        }
        need
    }
}

/// Whether the type has an arm for variants that are not known.
pub(super) fn has_open_arm(plan: &Plan<'_>, id: &TypeId, body: &Enum) -> bool {
    body.open && body.tagging != Tagging::Untagged && plan.directions.ways(id).has(Way::Out)
}
