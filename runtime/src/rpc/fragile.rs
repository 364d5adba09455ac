//! Of which types would JSON alter a value?
//!
//! Only these pay for [`Exact`]. What a type holds is found out by a walk over its schema, once for
//! each type: a constant cannot follow the links from one definition to the next, and must not, for
//! types may contain themselves.
//!
//! [`Exact`]: crate::rpc::exact::Exact

use std::any::TypeId;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

use traitwire_schema::{Body, Field, Named, Shape, Tagging, Type, TypeDef, Variant};

use crate::wire::Wire;

/// Whether JSON would alter some value of this type without a word: it holds reals, an option of
/// what may be `null`, or something of which the schema does not know what it writes.
pub(crate) fn is_fragile<T: Wire>() -> bool {
    !is_plain(const { &T::TYPE }) && KNOWN.answer(TypeId::of::<T>(), || walk(const { &T::TYPE }))
}

/// Whether a value of this type may contain another one of it, so that values have no greatest depth.
pub(crate) fn is_recursive<T: Wire>() -> bool {
    static KNOWN: Known = Known::new();
    !is_plain(const { &T::TYPE })
        && KNOWN.answer(TypeId::of::<T>(), || Defs::default().meet_again(const { &T::TYPE }))
}

/// The definitions around a place in a type.
#[derive(Default)]
struct Defs {
    around: Vec<*const TypeDef>,
    done: HashSet<*const TypeDef>,
}

impl Defs {
    /// Whether a definition is met within itself.
    fn meet_again(&mut self, ty: &Type) -> bool {
        match ty {
            plain if is_plain(plain) => false,
            Type::Option(inner) | Type::Seq(inner) | Type::Set(inner) | Type::Array(inner, _) => {
                self.meet_again(inner)
            }
            Type::Map(key, value) => self.meet_again(key) || self.meet_again(value),
            Type::Tuple(items) => items.iter().any(|item| self.meet_again(item)),
            Type::Named(Named { args, def, .. }) => {
                let Some(def) = def.get() else { return true };
                let address = std::ptr::from_ref(def);
                if self.around.contains(&address) {
                    return true;
                }
                // They stand where this is named, and not within it.
                if args.iter().any(|arg| self.meet_again(arg)) {
                    return true;
                }
                self.around.push(address);
                let within = self.done.insert(address)
                    && held(def, |_, _| true).any(|ty| self.meet_again(ty));
                self.around.pop();
                within
            }
            Type::Param(_) | Type::F32 | Type::F64 => false,
            // What reads more than is known.
            _ => true,
        }
    }
}

/// What needs no walk.
const fn is_plain(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Bool
            | Type::Int(_)
            | Type::NonZero(_)
            | Type::AtMost(..)
            | Type::Char
            | Type::String
            | Type::Bytes
            | Type::Unit
            | Type::Float
            | Type::Format(_)
            | Type::Literal(_)
    )
}

/// The answers so far: a table that only grows, so that reading it takes no lock. It is asked for
/// every value that is written; a map behind a lock would cost more than is saved.
struct Known([OnceLock<(TypeId, bool)>; SLOTS]);

/// More types than a program has, as a rule; those that find no place are checked value by value.
const SLOTS: usize = 1024;

/// How far from its own slot a type is looked for.
const PROBES: usize = 8;

static KNOWN: Known = Known::new();

impl Known {
    #[allow(clippy::large_stack_arrays, reason = "it is made when the program is compiled")]
    const fn new() -> Known {
        Known([const { OnceLock::new() }; SLOTS])
    }

    fn answer(&self, id: TypeId, find: impl Fn() -> bool) -> bool {
        let mut slot = Slot(0);
        id.hash(&mut slot);
        for probe in 0..PROBES {
            let index = slot.0.wrapping_add(probe) % SLOTS;
            let (known, answer) = self.0[index].get_or_init(|| (id, find()));
            if *known == id {
                return *answer;
            }
        }
        true
    }
}

/// A type's id is a hash already.
struct Slot(usize);

impl Hasher for Slot {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_mul(31).wrapping_add(usize::from(*byte));
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "any part of a hash will do")]
    fn write_u64(&mut self, part: u64) {
        self.0 = part as usize;
    }

    fn finish(&self) -> u64 {
        self.0 as u64
    }
}

fn walk(ty: &Type) -> bool {
    let mut walk = Walk::default();
    if walk.holds_fragile(ty) {
        return true;
    }
    while let Some(def) = walk.open.pop() {
        if written(def).any(|ty| walk.holds_fragile(ty)) {
            return true;
        }
    }
    walk.optional_param && walk.null_arg
}

#[derive(Default)]
struct Walk {
    open: Vec<&'static TypeDef>,
    seen: HashSet<*const TypeDef>,
    /// Some definition has an option of a parameter. What the parameter stands for is not followed:
    /// any argument that may be `null` is taken for it.
    optional_param: bool,
    /// Some argument may be `null`.
    null_arg: bool,
}

impl Walk {
    /// Whether this is fragile, but for the definitions that it names; they are opened.
    fn holds_fragile(&mut self, ty: &Type) -> bool {
        match ty {
            plain if is_plain(plain) => false,
            Type::Option(inner) => {
                match may_be_null(inner, 0) {
                    Null::Never => {}
                    Null::AsParam => self.optional_param = true,
                    Null::Maybe => return true,
                }
                self.holds_fragile(inner)
            }
            Type::Seq(item) | Type::Set(item) | Type::Array(item, _) => self.holds_fragile(item),
            Type::Map(key, value) => self.holds_fragile(key) || self.holds_fragile(value),
            Type::Tuple(items) => items.iter().any(|item| self.holds_fragile(item)),
            Type::Named(Named { args, def, .. }) => {
                let Some(def) = def.get() else { return true };
                if self.seen.insert(std::ptr::from_ref(def)) {
                    self.open.push(def);
                }
                self.null_arg |= args.iter().any(|arg| matches!(may_be_null(arg, 0), Null::Maybe));
                args.iter().any(|arg| self.holds_fragile(arg))
            }
            // What stands for it is looked at where it is named.
            Type::Param(_) => false,
            // Reals; and what writes more than is known.
            _ => true,
        }
    }
}

/// Whether a value may be written as `null`.
#[derive(Clone, Copy)]
enum Null {
    Never,
    /// If what stands for a parameter may be.
    AsParam,
    Maybe,
}

/// Deepest nesting of newtypes that is followed.
const MAX_DEPTH: usize = 64;

fn may_be_null(ty: &Type, depth: usize) -> Null {
    match ty {
        _ if depth > MAX_DEPTH => Null::Maybe,
        Type::Unit | Type::Option(_) | Type::Json | Type::Split { .. } => Null::Maybe,
        Type::Param(_) => Null::AsParam,
        Type::Named(named) => match named.def.get() {
            Some(def) => match &def.body {
                Body::Struct(body) => shape_may_be_null(&body.shape, body.transparent, depth),
                Body::Enum(body) => body
                    .variants
                    .iter()
                    .filter(|variant| variant.untagged || body.tagging == Tagging::Untagged)
                    .map(|variant| shape_may_be_null(&variant.shape, false, depth))
                    .fold(Null::Never, or),
            },
            None => Null::Maybe,
        },
        _ => Null::Never,
    }
}

fn shape_may_be_null(shape: &Shape, transparent: bool, depth: usize) -> Null {
    match shape {
        Shape::Unit => Null::Maybe,
        Shape::Newtype(ty) => may_be_null(ty, depth + 1),
        Shape::Tuple(types) if transparent => {
            types.iter().map(|ty| may_be_null(ty, depth + 1)).fold(Null::Never, or)
        }
        Shape::Fields(fields) if transparent => {
            fields.iter().map(|field| may_be_null(&field.ty, depth + 1)).fold(Null::Never, or)
        }
        Shape::Tuple(_) | Shape::Fields(_) => Null::Never,
    }
}

fn or(one: Null, other: Null) -> Null {
    match (one, other) {
        (Null::Maybe, _) | (_, Null::Maybe) => Null::Maybe,
        (Null::AsParam, _) | (_, Null::AsParam) => Null::AsParam,
        (Null::Never, Null::Never) => Null::Never,
    }
}

/// The types of what a definition writes.
fn written(def: &'static TypeDef) -> impl Iterator<Item = &'static Type> {
    held(def, |variant, field| match (variant, field) {
        (Some(variant), _) => variant.write.is_some(),
        (None, Some(field)) => field.write.is_some(),
        (None, None) => true,
    })
}

/// The types of those variants and fields of a definition that count.
fn held(
    def: &'static TypeDef,
    counts: fn(Option<&Variant>, Option<&Field>) -> bool,
) -> impl Iterator<Item = &'static Type> {
    let shapes: Vec<&Shape> = match &def.body {
        Body::Struct(body) => vec![&body.shape],
        Body::Enum(body) => body
            .variants
            .iter()
            .filter(|variant| counts(Some(variant), None))
            .map(|variant| &variant.shape)
            .collect(),
    };
    shapes.into_iter().flat_map(move |shape| -> Vec<&Type> {
        match shape {
            Shape::Unit => Vec::new(),
            Shape::Newtype(ty) => vec![ty],
            Shape::Tuple(types) => types.iter().collect(),
            Shape::Fields(fields) => fields
                .iter()
                .filter(|field| counts(None, Some(field)))
                .map(|field| &field.ty)
                .collect(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::marker::PhantomData;

    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::{Bytes, Float, Wire};

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct Plain {
        id: u64,
        name: Option<String>,
        next: Option<Box<Plain>>,
        maps: BTreeMap<u8, Vec<Bytes>>,
        #[serde(skip)]
        #[allow(dead_code, reason = "it is there to be skipped")]
        never_written: f64,
        result: Result<u8, ()>,
    }

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct Deep {
        back: Option<Box<Deep>>,
        inner: Vec<(u8, Real)>,
    }

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    enum Real {
        None,
        Some { real: f32 },
    }

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct Page<T> {
        first: Option<T>,
    }

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct New<T>(T);

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct Nothing;

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    #[serde(untagged)]
    enum Untagged {
        Number(u8),
        Nothing,
    }

    #[derive(Serialize, Deserialize, Wire)]
    #[wire(crate = crate)]
    struct Holds(Option<Untagged>);

    /// Twice, so that what was kept is asked as well.
    fn fragile<T: Wire>() -> bool {
        let answer = is_fragile::<T>();
        assert_eq!(is_fragile::<T>(), answer);
        answer
    }

    #[test]
    fn what_holds_no_reals_is_written_unchecked() {
        assert!(!fragile::<u8>());
        assert!(!fragile::<(u8, Vec<Option<String>>)>());
        assert!(!fragile::<Plain>());
        assert!(!fragile::<Page<u8>>());
        assert!(!fragile::<Page<New<String>>>());
        assert!(!fragile::<Vec<New<Option<u8>>>>());
        assert!(!fragile::<Option<Float>>());
        assert!(!fragile::<Untagged>());
        assert!(!fragile::<PhantomData<f64>>());
    }

    #[test]
    fn reals_are_found_wherever_they_are() {
        assert!(fragile::<f32>());
        assert!(fragile::<BTreeMap<u8, [f64; 2]>>());
        assert!(fragile::<Deep>());
        assert!(fragile::<Option<Vec<Real>>>());
        assert!(fragile::<Page<f64>>());
        assert!(fragile::<Result<u8, New<f64>>>());
    }

    #[test]
    fn options_of_nothing_are_found_wherever_they_are() {
        assert!(fragile::<Option<Option<u8>>>());
        assert!(fragile::<Vec<Option<()>>>());
        assert!(fragile::<Page<Option<u8>>>());
        assert!(fragile::<Page<New<Option<u8>>>>());
        assert!(fragile::<Page<Nothing>>());
        assert!(fragile::<New<Page<Page<Option<u8>>>>>());
        assert!(fragile::<Option<New<Nothing>>>());
        assert!(fragile::<Holds>());
    }

    #[test]
    fn what_finds_no_place_in_the_table_is_checked() {
        static FULL: Known = Known([const { OnceLock::new() }; SLOTS]);
        for slot in &FULL.0 {
            slot.set((TypeId::of::<u8>(), false)).unwrap();
        }
        assert!(FULL.answer(TypeId::of::<u16>(), || false));
        assert!(!FULL.answer(TypeId::of::<u8>(), || true));
    }

    #[test]
    fn what_may_contain_itself_is_recursive() {
        #[derive(Serialize, Deserialize, Wire)]
        #[wire(crate = crate)]
        struct Tree {
            children: Page<Tree>,
        }

        #[derive(Serialize, Deserialize, Wire)]
        #[wire(crate = crate)]
        struct Page<T> {
            items: Vec<T>,
        }

        #[derive(Serialize, Deserialize, Wire)]
        #[wire(crate = crate)]
        struct Flat {
            pages: Page<Page<String>>,
        }

        assert!(is_recursive::<Plain>() && is_recursive::<Vec<Option<Tree>>>());
        assert!(!is_recursive::<Flat>() && !is_recursive::<(u8, Vec<f64>)>());
    }
}
