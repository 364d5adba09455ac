//! Which types need a codec, because JSON alone cannot carry their values?

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::{Body, Enum, Int, InterfaceKind, Shape, Tagging, Type, TypeDef, TypeId};

use super::Plan;
use super::direction::{
    Way, Ways, inside, is_name_enum, method_types, one_way, parts, reach, variant_name,
};
use super::flatten::brings_open_names;
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
        Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) if is_bigint(*int) => {
            read.then_some("int64")
        }
        Type::Json => read.then_some("json"),
        Type::Bytes => Some("bytes"),
        Type::Int(Int::Isize | Int::Usize)
        | Type::NonZero(Int::Isize | Int::Usize)
        | Type::AtMost(Int::Isize | Int::Usize, _) => Some("size"),
        Type::Float => Some("float"),
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
    /// The parameters for which something stands somewhere that needs a codec.
    used: BTreeSet<(TypeId, u16)>,
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
        needs.use_params(plan);
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

    fn use_params(&mut self, plan: &Plan<'_>) {
        let methods = plan.schema.interfaces.iter().flat_map(|interface| {
            interface.methods.iter().flat_map(move |method| method_types(interface, method))
        });
        let methods = methods.map(|(ty, way)| (None, ty, way));
        let defs = plan.schema.types.values().flat_map(|def| {
            Way::BOTH.into_iter().flat_map(move |way| {
                parts(def, way).into_iter().map(move |ty| (Some(&def.id), ty, way))
            })
        });
        let uses: Vec<_> = methods.chain(defs).collect();
        loop {
            let known = self.used.len();
            for (outer, ty, way) in &uses {
                self.use_params_in(*outer, ty, *way);
            }
            if self.used.len() == known {
                break;
            }
        }
    }

    fn use_params_in(&mut self, outer: Option<&TypeId>, ty: &Type, way: Way) {
        let mut ways = Ways::default();
        ways.add(way);
        if let Type::Named(named) = ty {
            for (index, arg) in (0u16..).zip(named.args.iter()) {
                let need = self.ty(arg, ways);
                let is_used = |param: &u16| outer.is_some_and(|outer| self.is_used(outer, *param));
                if need.always || need.params.iter().any(is_used) {
                    self.used.insert((named.id.clone(), index));
                }
            }
        }
        for ty in inside(ty, way) {
            self.use_params_in(outer, ty, way);
        }
    }

    /// The parameters on which the needs of some types depend.
    pub(super) fn params(&self, types: &[Type], ways: Ways) -> BTreeSet<u16> {
        types.iter().flat_map(|ty| self.ty(ty, ways).params).collect()
    }

    /// Whether something that needs a codec stands for a parameter anywhere.
    pub(super) fn is_used(&self, id: &TypeId, param: u16) -> bool {
        self.used.contains(&(id.clone(), param))
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
            Type::Split { .. } => {
                let mut need = Need::default();
                for way in Way::BOTH.into_iter().filter(|way| ways.has(*way)) {
                    let mut one = Ways::default();
                    one.add(way);
                    need.or(&self.ty(one_way(ty, way), one));
                }
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
        need.always |= brings_open_names(plan, def, way);
        // What is not known is kept as it came, and written back so.
        if let Body::Enum(body) = &def.body {
            need.always |= has_open_arm(plan, &def.id, body)
                || (way == Way::Out && is_name_enum(body) && body.is_open());
        }
        need
    }
}

/// Whether the type has an arm for variants that are not known.
pub(super) fn has_open_arm(plan: &Plan<'_>, id: &TypeId, body: &Enum) -> bool {
    let ways = plan.directions.ways(id);
    let is_read = body.is_open() && ways.has(Way::Out);
    // What has no tag cannot say that it is unknown, and a name that is not known is a string.
    body.tagging != Tagging::Untagged
        && !is_name_enum(body)
        && (is_read || Way::BOTH.iter().any(|way| ways.has(*way) && takes_any(body, *way)))
}

/// Whether a variant without a tag takes any JSON.
pub(super) fn takes_any(body: &Enum, way: Way) -> bool {
    body.variants.iter().any(|variant| {
        variant_name(variant, way).is_some()
            && variant.untagged
            && variant.shape == Shape::Newtype(Type::Json)
            && body.catches_all(variant)
    })
}
