//! What is a type in TypeScript?

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::{Int, Named, Type, TypeId};

use super::Plan;
use super::direction::{Way, one_way};
use super::docs::Comment;
use super::text::{property, string};
use super::write::{Doc, concat, join, list, type_args};
use crate::emit::newtypes::{Key, map_key_one_way};

/// Longest tuple that is written out.
const LONGEST_TUPLE: u64 = 8;

/// A type as TypeScript writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ts {
    Word(String),
    Apply(String, Vec<Ts>),
    Array(Box<Ts>),
    Tuple(Vec<Ts>),
    Union(Vec<Ts>),
    All(Vec<Ts>),
    Object(Vec<Member>),
}

/// A member of an object type.
#[derive(Debug, Clone)]
pub(super) struct Member {
    pub(super) comment: Doc,
    /// What stands before the colon.
    pub(super) head: String,
    pub(super) ty: Ts,
}

impl PartialEq for Member {
    fn eq(&self, other: &Self) -> bool {
        self.head == other.head && self.ty == other.ty
    }
}

impl Eq for Member {}

impl Member {
    /// A member with a name of the wire.
    pub(super) fn named(comment: &Comment, name: &str, optional: bool, ty: Ts) -> Member {
        let mark = if optional { "?" } else { "" };
        let head = format!("readonly {}{mark}", property(name));
        Member { comment: comment.doc(), head, ty }
    }

    /// A member without a comment.
    pub(super) fn plain(name: &str, ty: Ts) -> Member {
        Member::named(&Comment::default(), name, false, ty)
    }

    /// All members whose keys are of a type.
    pub(super) fn index(key: &str, ty: Ts) -> Member {
        Member { comment: Doc::nil(), head: format!("readonly [{key}]"), ty }
    }

    pub(super) fn is_optional(&self) -> bool {
        self.head.ends_with('?')
    }

    fn doc(&self) -> Doc {
        concat![self.comment.clone(), self.head.as_str(), ": ", self.ty.doc()]
    }
}

impl Ts {
    pub(super) fn word(word: &str) -> Ts {
        Ts::Word(word.to_owned())
    }

    pub(super) fn literal(text: &str) -> Ts {
        Ts::Word(string(text))
    }

    pub(super) fn array(item: Ts) -> Ts {
        Ts::Array(Box::new(item))
    }

    /// A union without repetitions.
    pub(super) fn union(arms: impl IntoIterator<Item = Ts>) -> Ts {
        let mut union: Vec<Ts> = Vec::new();
        for arm in arms {
            let arms = match arm {
                Ts::Union(arms) => arms,
                arm => vec![arm],
            };
            for arm in arms {
                if !union.contains(&arm) {
                    union.push(arm);
                }
            }
        }
        match union.len() {
            0 => Ts::word("never"),
            1 => union.remove(0),
            _ => Ts::Union(union),
        }
    }

    /// What has all members of several types.
    pub(super) fn all(mut types: Vec<Ts>) -> Ts {
        if types.len() == 1 { types.remove(0) } else { Ts::All(types) }
    }

    pub(super) fn doc(&self) -> Doc {
        match self {
            Ts::Word(word) => word.as_str().into(),
            Ts::Apply(name, args) if args.is_empty() => name.as_str().into(),
            Ts::Apply(name, args) => type_args(name, args.iter().map(Ts::doc).collect()),
            Ts::Array(item) => concat!["readonly ", item.operand(), "[]"],
            Ts::Tuple(items) => list("readonly [", items.iter().map(Ts::doc).collect(), "]"),
            Ts::Union(arms) => {
                let arms = Ts::arms(arms.iter().map(Ts::arm));
                concat![Doc::Soft, arms].indent().group()
            }
            Ts::All(types) => join(types.iter().map(Ts::operand), &" & ".into()),
            Ts::Object(members) => object(members),
        }
    }

    /// What stands behind `type X =`, the space included.
    pub(super) fn definition(&self) -> Doc {
        match self {
            Ts::Union(arms) => {
                let arms = Ts::arms(arms.iter().map(Ts::arm));
                concat![Doc::Line, arms].indent().group()
            }
            other => concat![" ", other.doc()],
        }
    }

    /// The arms of a union, each with its bar if they stand on lines of their own.
    pub(super) fn arms(arms: impl Iterator<Item = Doc>) -> Doc {
        concat![Doc::IfBroken("| "), join(arms, &concat![Doc::Line, "| "])]
    }

    pub(super) fn arm(&self) -> Doc {
        match self {
            Ts::All(_) => concat!["(", self.doc(), ")"],
            Ts::Object(_) => self.doc().indent(),
            _ => self.doc(),
        }
    }

    /// As a part of something that binds more tightly.
    fn operand(&self) -> Doc {
        match self {
            Ts::Union(_) => concat!["(", self.doc(), Doc::Soft, ")"].group(),
            Ts::All(_) | Ts::Array(_) | Ts::Tuple(_) => concat!["(", self.doc(), ")"],
            Ts::Word(word) if word.contains([' ', '|']) && !word.starts_with('"') => {
                concat!["(", word.as_str(), ")"]
            }
            _ => self.doc(),
        }
    }
}

/// `{ a: A; b: B }`, or each member on a line of its own.
fn object(members: &[Member]) -> Doc {
    let items = join(members.iter().map(Member::doc), &concat![";", Doc::Line]);
    let inner = concat![Doc::Line, items, Doc::IfBroken(";")].indent();
    concat!["{", inner, Doc::Line, "}"].group()
}

/// What a file uses of other modules.
#[derive(Debug, Default)]
pub(super) struct Uses {
    /// What the runtime exports, and whether it is a value.
    pub(super) runtime: BTreeMap<&'static str, bool>,
    /// Names of types, by the types that they are in Rust.
    pub(super) types: BTreeSet<(TypeId, String)>,
    /// Names of codecs.
    pub(super) codecs: BTreeSet<(TypeId, String)>,
}

impl Uses {
    pub(super) fn runtime_type(&mut self, name: &'static str) -> String {
        self.runtime.entry(name).or_insert(false);
        name.to_owned()
    }

    pub(super) fn runtime_value(&mut self, name: &'static str) -> &'static str {
        self.runtime.insert(name, true);
        name
    }
}

/// Writes types that go one way.
pub(super) struct Writer<'w, 'a> {
    pub(super) plan: &'w Plan<'a>,
    pub(super) way: Way,
    /// The names of the surrounding definition's parameters.
    pub(super) params: &'w [String],
    pub(super) uses: &'w mut Uses,
    /// Which parameters occur.
    pub(super) seen: BTreeSet<u16>,
}

impl<'w, 'a> Writer<'w, 'a> {
    pub(super) fn new(
        plan: &'w Plan<'a>,
        way: Way,
        params: &'w [String],
        uses: &'w mut Uses,
    ) -> Self {
        Writer { plan, way, params, uses, seen: BTreeSet::new() }
    }

    pub(super) fn ty(&mut self, ty: &Type) -> Ts {
        match ty {
            Type::Bool => Ts::word("boolean"),
            Type::Int(int) | Type::NonZero(int) | Type::AtMost(int, _) => {
                Ts::word(if is_bigint(*int) { "bigint" } else { "number" })
            }
            Type::F32 | Type::F64 | Type::Float => Ts::word("number"),
            Type::Literal(text) => Ts::literal(text),
            Type::Split { .. } => self.ty(one_way(ty, self.way)),
            Type::Char | Type::String | Type::Format(_) => Ts::word("string"),
            Type::Bytes => Ts::word("Uint8Array"),
            Type::Unit => Ts::word("null"),
            Type::Json => Ts::Word(self.uses.runtime_type("Json")),
            Type::Option(inner) => Ts::union([self.ty(inner), Ts::word("null")]),
            // What no value has must not be imported either.
            Type::Array(_, 0) => Ts::Tuple(Vec::new()),
            Type::Array(item, len) if *len <= LONGEST_TUPLE => {
                let item = self.ty(item);
                Ts::Tuple((0..*len).map(|_| item.clone()).collect())
            }
            Type::Seq(item) | Type::Set(item) | Type::Array(item, _) => Ts::array(self.ty(item)),
            Type::Map(key, value) => Ts::Object(vec![self.map_member(key, value)]),
            Type::Tuple(items) => Ts::Tuple(items.iter().map(|item| self.ty(item)).collect()),
            Type::Param(index) => {
                self.seen.insert(*index);
                Ts::Word(self.params.get(usize::from(*index)).cloned().unwrap_or_default())
            }
            Type::Named(named) => self.named(named),
        }
    }

    fn named(&mut self, named: &Named) -> Ts {
        let name = self.plan.names.of_type(&named.id, self.way, &self.plan.directions);
        self.uses.types.insert((named.id.clone(), name.clone()));
        Ts::Apply(name, named.args.iter().map(|arg| self.ty(arg)).collect())
    }

    /// The one member that a map has.
    pub(super) fn map_member(&mut self, key: &Type, value: &Type) -> Member {
        let value = self.ty(value);
        match map_key_one_way(self.plan.schema, key, self.way) {
            // So that `` map[`${id}`] `` is a key where `id` is a `bigint`.
            Some(Key::Int(int)) if is_bigint(int) => Member::index("key: `${bigint}`", value),
            Some(Key::Int(_) | Key::Real) => Member::index("key: `${number}`", value),
            Some(Key::Bool) => mapped("\"true\" | \"false\"", value),
            Some(Key::Enum(named)) => {
                let name = self.plan.names.of_type(&named.id, self.way, &self.plan.directions);
                self.uses.types.insert((named.id.clone(), name.clone()));
                mapped(&name, value)
            }
            // What cannot be a key was refused before.
            Some(Key::Text | Key::Char | Key::Bytes) | None => Member::index("key: string", value),
        }
    }
}

fn mapped(keys: &str, value: Ts) -> Member {
    Member { comment: Doc::nil(), head: format!("readonly [K in {keys}]?"), ty: value }
}

/// Integers that `number` cannot hold. `isize` and `usize` are checked to be safe instead.
pub(super) fn is_bigint(int: Int) -> bool {
    matches!(int, Int::I64 | Int::U64 | Int::I128 | Int::U128)
}
