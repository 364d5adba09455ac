//! What does a codec look like?
//!
//! Codecs are written where they are first asked for, after those that they use; what a codec uses
//! that is not finished yet is reached lazily.

use std::collections::{BTreeMap, BTreeSet};

use traitwire_schema::{Body, Enum, Shape, Type, TypeDef, TypeId};

use super::Plan;
use super::beside::Gathered;
use super::direction::{Way, Ways, alias_of, is_name_enum, one_way};
use super::files::Home;
use super::flatten::instance;
use super::need::{Need, Needs, leaf};
use super::text::key;
use super::types::Uses;
use super::untagged::is_told_by_looks;
use super::variants;
use super::write::{Doc, braced, concat, join, list};
use crate::emit::Problem;

/// How far a codec is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Begun,
    Done,
}

/// A codec: of which type, and for which ways.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    id: TypeId,
    /// One of two, where names differ.
    way: Option<Way>,
}

/// Where a codec expression stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    /// Which ways it has to work.
    pub(super) ways: Ways,
    /// The names of the surrounding function's parameters.
    params: &'p [String],
    /// At the top of a module, where a call must be marked so that it can be dropped.
    at_top: bool,
}

impl Place<'_> {
    /// The way of what goes one way; of what goes both, either is as good.
    pub(super) fn way(&self) -> Way {
        if self.ways.has(Way::Out) { Way::Out } else { Way::In }
    }

    /// In a descriptor.
    pub(super) fn top(way: Way) -> Self {
        let mut ways = Ways::default();
        ways.add(way);
        Place { ways, params: &[], at_top: true }
    }
}

/// Writes the codecs of one file.
pub(super) struct Codecs<'c, 'a> {
    pub(super) plan: &'c Plan<'a>,
    pub(super) needs: &'c Needs,
    pub(super) home: &'c Home,
    /// Which file this is.
    pub(super) file: usize,
    pub(super) uses: Uses,
    pub(super) problems: &'c mut Vec<Problem>,
    /// The statements so far.
    pub(super) written: Vec<Doc>,
    /// What other files import from this one.
    pub(super) exported: BTreeSet<Slot>,
    /// What this file imports from others.
    pub(super) imported: BTreeSet<Slot>,
    states: BTreeMap<Slot, State>,
    /// The codecs that are being written, the innermost last, and whether it refers to itself.
    open: Vec<(Slot, bool)>,
    /// The uses of generic types whose codecs are being written where they are used.
    inlining: Vec<(TypeId, Vec<Type>)>,
}

impl<'c, 'a> Codecs<'c, 'a> {
    pub(super) fn new(
        plan: &'c Plan<'a>,
        needs: &'c Needs,
        home: &'c Home,
        file: usize,
        problems: &'c mut Vec<Problem>,
    ) -> Self {
        Codecs {
            plan,
            needs,
            home,
            file,
            uses: Uses::default(),
            problems,
            written: Vec::new(),
            exported: BTreeSet::new(),
            imported: BTreeSet::new(),
            states: BTreeMap::new(),
            open: Vec::new(),
            inlining: Vec::new(),
        }
    }

    /// The codec of a type, if it needs one.
    pub(super) fn ty(&mut self, ty: &Type, at: Place<'_>) -> Option<Doc> {
        if self.needs.ty(ty, at.ways).is_none() {
            return None;
        }
        match ty {
            Type::Option(inner) => self.ty(inner, at),
            Type::Seq(item) | Type::Set(item) | Type::Array(item, _) => {
                let item = self.ty(item, at)?;
                Some(self.call("list", vec![item], at))
            }
            Type::Map(_, value) => {
                let value = self.ty(value, at)?;
                Some(self.call("map", vec![value], at))
            }
            Type::Tuple(items) => self.tuple(items, at),
            Type::Split { .. } => self.ty(one_way(ty, at.way()), at),
            Type::Param(index) => {
                at.params.get(usize::from(*index)).map(|name| Doc::from(name.as_str()))
            }
            Type::Named(named) => {
                let def = self.plan.schema.def(&named.id)?;
                match inlined(def) {
                    Some(inner) => self.ty(&inner.substitute(&named.args), at),
                    None => match &def.body {
                        // It says no more than the runtime's codec does.
                        Body::Enum(body) if is_name_enum(body) => {
                            variants::codec(self, def, body, at)
                        }
                        Body::Enum(body) if !named.args.is_empty() && is_told_by_looks(body) => {
                            self.inline(def, body, &named.args, at)
                        }
                        _ => Some(self.named(def, &named.args, at)),
                    },
                }
            }
            leaf_type => {
                let name = leaf(leaf_type, at.ways)?;
                Some(self.uses.runtime_value(name).into())
            }
        }
    }

    /// The codec of a generic enum whose values are told apart by what stands for its parameters.
    fn inline(&mut self, def: &TypeDef, body: &Enum, args: &[Type], at: Place<'_>) -> Option<Doc> {
        let key = (def.id.clone(), args.to_vec());
        if self.inlining.contains(&key) {
            self.endless(def);
            return None;
        }
        let used = self.needs.params(args, at.ways).into_iter().any(|param| self.is_used(param));
        // Where nothing ever needs a codec, it does not matter which variant a value is of.
        let at = if used { at } else { Place { params: &[], ..at } };
        self.inlining.push(key);
        let codec = variants::codec(self, def, &instance(body, args), at);
        self.inlining.pop();
        codec
    }

    /// The codec, or `null`.
    pub(super) fn or_null(&mut self, ty: &Type, at: Place<'_>) -> Doc {
        self.ty(ty, at).unwrap_or_else(|| "null".into())
    }

    /// A call of a runtime function.
    pub(super) fn call(&mut self, name: &'static str, args: Vec<Doc>, at: Place<'_>) -> Doc {
        self.uses.runtime_value(name);
        call(name, args, at)
    }

    pub(super) fn fields(&mut self, members: Vec<(String, Doc)>, at: Place<'_>) -> Option<Doc> {
        if members.is_empty() {
            return None;
        }
        Some(self.call("fields", vec![object(members)], at))
    }

    fn tuple(&mut self, items: &[Type], at: Place<'_>) -> Option<Doc> {
        let items: Vec<Option<Doc>> = items.iter().map(|item| self.ty(item, at)).collect();
        items.iter().any(Option::is_some).then(|| {
            let items = items.into_iter().map(|item| item.unwrap_or_else(|| "null".into()));
            self.call("tuple", items.collect(), at)
        })
    }

    fn slot(&self, id: &TypeId, ways: Ways) -> Slot {
        let shared = self.needs.demanded(id).both() && !self.plan.directions.is_renamed(id);
        let both = self.needs.demanded(id).both();
        let way = if ways.has(Way::Out) { Way::Out } else { Way::In };
        Slot { id: id.clone(), way: (both && !shared).then_some(way) }
    }

    /// Which ways a codec works.
    fn ways_of(&self, slot: &Slot) -> Ways {
        match slot.way {
            None => self.needs.demanded(&slot.id),
            Some(way) => {
                let mut ways = Ways::default();
                ways.add(way);
                ways
            }
        }
    }

    fn name(&self, slot: &Slot) -> String {
        let way = slot.way.unwrap_or(Way::Out);
        format!("${}", self.plan.names.of_type(&slot.id, way, &self.plan.directions))
    }

    /// The codec of a definition, which is written first if it is not there yet.
    fn named(&mut self, def: &TypeDef, args: &[Type], at: Place<'_>) -> Doc {
        let slot = self.slot(&def.id, at.ways);
        let name = self.name(&slot);
        let params = self.needs.def_for(&slot.id, self.ways_of(&slot)).params;
        if self.home.file(&def.id) == self.file {
            self.request(&slot);
        } else {
            self.uses.codecs.insert((def.id.clone(), name.clone()));
            self.imported.insert(slot.clone());
        }
        let is_begun = self.states.get(&slot) == Some(&State::Begun);
        if params.is_empty() {
            if is_begun {
                return self.call("lazy", vec![concat!["() => ", name]], at);
            }
            return name.into();
        }
        if is_begun && self.refers_to_itself(&slot, &params, args) {
            return self.call("lazy", vec!["() => self".into()], at);
        }
        let args: Vec<Doc> = params
            .iter()
            .filter_map(|index| args.get(usize::from(*index)))
            .map(|arg| self.or_null(arg, at))
            .collect();
        if is_begun {
            if !at.at_top {
                self.endless(def);
            }
            let codec = call(&name, args, Place { at_top: false, ..at });
            return self.call("lazy", vec![concat!["() => ", codec]], at);
        }
        call(&name, args, at)
    }

    /// Whether a generic type names itself with its own parameters, so that its codec can be tied to
    /// itself.
    fn refers_to_itself(&mut self, slot: &Slot, params: &BTreeSet<u16>, args: &[Type]) -> bool {
        let own = |index: &u16| args.get(usize::from(*index)) == Some(&Type::Param(*index));
        match self.open.last_mut() {
            Some((open, refers)) if open == slot && params.iter().all(own) => {
                *refers = true;
                true
            }
            _ => false,
        }
    }

    /// Each codec would make another, without end.
    fn endless(&mut self, def: &TypeDef) {
        self.problem(Problem {
            message: format!(
                "the generic type `{}` contains itself through another generic type or with other \
                 arguments, and its values need decoding",
                def.id
            ),
            source: def.source.clone(),
            label: "this type".to_owned(),
            help: Some("make one of the types that refer to each other not generic".to_owned()),
        });
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Whether something that needs a codec ever stands for a parameter of what is being written.
    pub(super) fn is_used(&self, param: u16) -> bool {
        self.open.last().is_some_and(|(slot, _)| self.needs.is_used(&slot.id, param))
    }

    /// Writes a codec unless it is there or being written.
    pub(super) fn request(&mut self, slot: &Slot) {
        if self.states.contains_key(slot) {
            return;
        }
        self.states.insert(slot.clone(), State::Begun);
        if let Some(def) = self.plan.schema.def(&slot.id) {
            let ways = self.ways_of(slot);
            let need = self.needs.def_for(&slot.id, ways);
            self.open.push((slot.clone(), false));
            let statement = self.statement(slot, def, ways, &need);
            self.open.pop();
            self.written.push(statement);
        }
        self.states.insert(slot.clone(), State::Done);
    }

    fn statement(&mut self, slot: &Slot, def: &TypeDef, ways: Ways, need: &Need) -> Doc {
        let names = self.plan.names.params(def);
        let at = Place { ways, params: &names, at_top: need.params.is_empty() };
        let body = self.body(def, at).unwrap_or_else(|| "null".into());
        let head = if self.exported.contains(slot) {
            concat!["/** @internal */", Doc::Hard, "export const "]
        } else {
            "const ".into()
        };
        let codec = self.uses.runtime_type("Codec");
        let name = self.name(slot);
        if need.params.is_empty() {
            return concat![head, format!("{name}: {codec} = "), body, ";"];
        }
        let params = need
            .params
            .iter()
            .filter_map(|index| names.get(usize::from(*index)))
            .map(|param| format!("{param}: {codec}"))
            .collect::<Vec<_>>()
            .join(", ");
        let head = concat![head, format!("{name} = ({params}): {codec} =>")];
        if self.open.last().is_some_and(|(_, refers)| *refers) {
            let lines = concat![
                Doc::Hard,
                format!("const self: {codec} = "),
                body,
                ";",
                Doc::Hard,
                "return self;"
            ];
            return concat![head, " {", lines.indent(), Doc::Hard, "};"];
        }
        concat![head, concat![Doc::Line, body].indent().group(), ";"]
    }

    fn body(&mut self, def: &TypeDef, at: Place<'_>) -> Option<Doc> {
        match &def.body {
            Body::Struct(body) => match alias_of(body) {
                Some(ty) => self.ty(ty, at),
                None => self.shape(def, &body.shape, at),
            },
            Body::Enum(body) => variants::codec(self, def, body, at),
        }
    }

    /// The codec of what a variant or a struct consists of.
    pub(super) fn shape(&mut self, def: &TypeDef, shape: &Shape, at: Place<'_>) -> Option<Doc> {
        match shape {
            Shape::Unit => None,
            Shape::Newtype(ty) => self.ty(ty, at),
            Shape::Tuple(items) => self.tuple(items, at),
            Shape::Fields(fields) => Gathered::of(self, fields, at).codec(self, def, at),
        }
    }
}

/// A call; its last argument, if it has braces, begins on the line of the call.
fn call(name: &str, mut args: Vec<Doc>, at: Place<'_>) -> Doc {
    let pure = if at.at_top { "/* @__PURE__ */ " } else { "" };
    let head = format!("{pure}{name}(");
    match args.pop() {
        None => concat![head, ")"],
        Some(last) if is_braced(&last) && args.iter().all(|arg| matches!(arg, Doc::Text(_))) => {
            args.push(last);
            concat![head, join(args, &", ".into()), ")"]
        }
        Some(last) => {
            args.push(last);
            list(&head, args, ")")
        }
    }
}

/// Whether this is an object.
fn is_braced(doc: &Doc) -> bool {
    match doc {
        Doc::Group(inner) => is_braced(inner),
        Doc::Concat(parts) => parts.first().is_some_and(is_braced),
        Doc::Text(text) => text == "{",
        _ => false,
    }
}

pub(super) fn object(members: Vec<(String, Doc)>) -> Doc {
    braced(members.into_iter().map(|(name, codec)| concat![key(&name), ": ", codec]).collect())
}

/// The type whose codec a definition has, if that is said in a word.
pub(super) fn inlined(def: &TypeDef) -> Option<&Type> {
    let Body::Struct(body) = &def.body else { return None };
    let alias = alias_of(body)?;
    let mut inner = alias;
    while let Type::Option(some) = inner {
        inner = some;
    }
    match inner {
        Type::Seq(_) | Type::Set(_) | Type::Array(..) | Type::Map(..) | Type::Tuple(_) => None,
        _ => Some(alias),
    }
}
