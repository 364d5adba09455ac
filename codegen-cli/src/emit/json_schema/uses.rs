//! Which types do calls use, with which arguments, which way, and do they look the same both ways?
//!
//! A type that contains one that differs does so as well, however deep, and however recursive.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use traitwire_schema::walk::{Schema, children};
use traitwire_schema::{Body, Enum, Named, Shape, Struct, Tagging, Type, TypeDef};

use crate::emit::direction::{Way, members_differ, one_way, parts, with_containers};
use crate::emit::newtypes::{alias_of, behind};

/// The longest spelling of a type with its arguments. A type that contains itself with ever larger
/// arguments has no end; nothing that people write comes near this.
const MAX_SPELLING: usize = 2000;

/// A defined type with its type arguments, as calls use it.
#[derive(Debug, Clone)]
pub(in crate::emit) struct Use {
    pub(in crate::emit) named: Named,
    pub(in crate::emit) input: bool,
    pub(in crate::emit) output: bool,
    /// Whether it looks different one way and the other.
    pub(in crate::emit) differs: bool,
}

impl Use {
    /// Whether it needs two descriptions.
    pub(in crate::emit) fn is_split(&self) -> bool {
        self.differs && self.input && self.output
    }
}

/// Every defined type that calls use, by its spelling.
pub(in crate::emit) type Uses = BTreeMap<String, Use>;

/// Whether the content of an adjacently tagged variant has to be there: serde reads an absent option as
/// `None` there too, but always writes it.
pub(in crate::emit) fn content_required(
    schema: &Schema,
    shape: &Shape,
    args: &[Type],
    way: Way,
) -> bool {
    match shape {
        Shape::Newtype(ty) => way == Way::Out || !schema.reads_absence(&ty.substitute(args)),
        _ => true,
    }
}

/// A type as Rust would spell it, in full.
pub(in crate::emit) fn spelling(ty: &Type) -> String {
    let list = |types: &[Type]| types.iter().map(spelling).collect::<Vec<_>>().join(", ");
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int(int) => int.name().to_owned(),
        Type::F32 => "f32".to_owned(),
        Type::F64 => "f64".to_owned(),
        Type::Char => "char".to_owned(),
        Type::String => "String".to_owned(),
        Type::Bytes => "Bytes".to_owned(),
        Type::Unit => "()".to_owned(),
        Type::Json => "Value".to_owned(),
        Type::Float => "Float".to_owned(),
        Type::Format(format) => format!("{:?}", format.name),
        Type::Literal(text) => format!("{text:?}"),
        Type::NonZero(int) => format!("NonZero<{}>", int.name()),
        Type::AtMost(int, most) => format!("AtMost<{}, {most}>", int.name()),
        Type::Split { write, read } => format!("Split<{}, {}>", spelling(write), spelling(read)),
        Type::Option(inner) => format!("Option<{}>", spelling(inner)),
        Type::Seq(item) => format!("Vec<{}>", spelling(item)),
        Type::Set(item) => format!("Set<{}>", spelling(item)),
        Type::Array(item, len) => format!("[{}; {len}]", spelling(item)),
        Type::Map(key, value) => format!("Map<{}, {}>", spelling(key), spelling(value)),
        Type::Tuple(items) => format!("({})", list(items)),
        Type::Param(index) => format!("#{index}"),
        Type::Named(named) if named.args.is_empty() => named.id.to_string(),
        Type::Named(named) => format!("{}<{}>", named.id, list(&named.args)),
    }
}

/// The spelling of a defined type in use.
pub(in crate::emit) fn key(named: &Named) -> String {
    spelling(&Type::Named(named.clone()))
}

/// Finds every use that these types make, each going its way.
///
/// # Errors
/// The definitions whose type arguments grow without end.
pub(in crate::emit) fn uses<'a>(
    schema: &'a Schema,
    types: impl IntoIterator<Item = (&'a Type, Way)>,
) -> Result<Uses, Vec<&'a TypeDef>> {
    let mut uses = Uses::new();
    let mut endless: BTreeMap<_, &TypeDef> = BTreeMap::new();
    let mut queue = VecDeque::new();
    for (ty, way) in types {
        named_in(ty, way, &mut |named| queue.push_back((named.clone(), way)));
    }
    while let Some((named, way)) = queue.pop_front() {
        let Some(def) = schema.def(&named.id) else { continue };
        let key = key(&named);
        if key.len() > MAX_SPELLING {
            endless.insert(&def.id, def);
            continue;
        }
        let known = uses.entry(key).or_insert_with(|| Use {
            named: named.clone(),
            input: false,
            output: false,
            differs: false,
        });
        let seen = match way {
            Way::In => &mut known.input,
            Way::Out => &mut known.output,
        };
        if !std::mem::replace(seen, true) {
            for ty in parts(def, way) {
                let ty = ty.substitute(&named.args);
                named_in(&ty, way, &mut |named| queue.push_back((named.clone(), way)));
            }
        }
    }
    if !endless.is_empty() {
        return Err(endless.into_values().collect());
    }
    mark_differences(schema, &mut uses);
    Ok(uses)
}

/// Every defined type that stands in this one where it goes this way, but not those inside their
/// definitions.
fn named_in(ty: &Type, way: Way, found: &mut impl FnMut(&Named)) {
    match one_way(ty, way) {
        Type::Named(named) => found(named),
        ty => children(ty).into_iter().for_each(|ty| named_in(ty, way, found)),
    }
}

/// Whether a type is one thing one way and another the other way, apart from the definitions in it.
fn splits(ty: &Type) -> bool {
    match ty {
        Type::Split { write, read } => write != read || splits(write),
        Type::Named(_) => false,
        _ => children(ty).into_iter().any(splits),
    }
}

/// Marks what differs by itself, and what contains it.
fn mark_differences(schema: &Schema, uses: &mut Uses) {
    let (mut differing, mut inside) = (BTreeSet::new(), Vec::new());
    for (user, Use { named, .. }) in &*uses {
        let Some(def) = schema.def(&named.id) else { continue };
        if differs_itself(schema, def, &named.args) {
            differing.insert(user.clone());
        }
        for way in Way::BOTH {
            for ty in parts(def, way) {
                let ty = ty.substitute(&named.args);
                named_in(&ty, way, &mut |part| inside.push((key(part), user.clone())));
            }
        }
    }
    let differing = with_containers(differing, inside);
    for (name, known) in uses {
        known.differs = differing.contains(name);
    }
}

fn differs_itself(schema: &Schema, def: &TypeDef, args: &[Type]) -> bool {
    let denies_others = |shape: &Shape, denies: bool| denies && matches!(shape, Shape::Fields(_));
    let both_ways = Way::BOTH.into_iter().flat_map(|way| parts(def, way));
    members_differ(schema, def, args)
        || both_ways.into_iter().any(|ty| splits(&ty.substitute(args)))
        || match &def.body {
            Body::Struct(body) => {
                alias_of(body).is_none()
                    && (denies_others(&body.shape, body.deny_unknown_fields)
                        || shares_by_way(schema, &body.shape, args, false))
            }
            Body::Enum(body) => {
                let Enum { tagging, variants, deny_unknown_fields, .. } = body;
                let adjacent = matches!(tagging, Tagging::Adjacent { .. });
                let internal = matches!(tagging, Tagging::Internal { .. });
                // A reader of an open enum expects later variants; its writer has those of today.
                body.is_open()
                    || (adjacent && *deny_unknown_fields)
                    || variants.iter().any(|variant| {
                        let shape = &variant.shape;
                        variant.catch_all
                            || (adjacent && !content_required(schema, shape, args, Way::In))
                            || denies_others(shape, *deny_unknown_fields)
                            || shares_by_way(schema, shape, args, internal)
                    })
            }
        }
}

/// Whether an object that several types share looks different one way and the other: a reader goes from
/// field to field, and what it gives to one the next does not see. One struct or one map is simple.
fn shares_by_way(schema: &Schema, shape: &Shape, args: &[Type], is_internal: bool) -> bool {
    let is_simple = |ty: &Type| match behind(schema, &ty.substitute(args)) {
        Some(Type::Map(..) | Type::Json) => true,
        Some(Type::Named(named)) => matches!(
            schema.def(&named.id).map(|def| &def.body),
            Some(Body::Struct(Struct { shape: Shape::Fields(_), .. }))
        ),
        _ => false,
    };
    match shape {
        Shape::Fields(fields) => {
            let flattened: Vec<_> = fields.iter().filter(|field| field.flatten).collect();
            flattened.len() > 1 || flattened.iter().any(|field| !is_simple(&field.ty))
        }
        Shape::Newtype(ty) => is_internal && !is_simple(ty),
        _ => false,
    }
}
