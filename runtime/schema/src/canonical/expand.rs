//! What does one type look like on the wire, in terms of the types inside it?

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use super::graph::{Node, SLOT};
use crate::closed::{Closed, Id, ShapeError, Types};
use crate::model::{
    Absent, Body, Enum, Field, Presence, ReadName, Shape, Tagging, Text, Type, TypeDef, Variant,
};

/// In which order fields, variants and arguments stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// By name: they are named on the wire.
    Sorted,
    /// As declared: their position is all that the wire has.
    Declared,
}

/// A node in the making.
pub(super) struct Label(Node);

impl Label {
    pub(super) fn new(word: impl Into<String>) -> Label {
        Label(Node { label: word.into(), children: Vec::new() })
    }

    fn text(&mut self, text: fmt::Arguments<'_>) {
        let _ = self.0.label.write_fmt(text);
    }

    pub(super) fn line(&mut self, text: fmt::Arguments<'_>) {
        self.0.label.push_str("\n  ");
        self.text(text);
    }

    pub(super) fn node(&mut self, node: usize) {
        self.0.label.push(SLOT);
        self.0.children.push(node);
    }
}

/// Builds the nodes of everything that a root reaches.
pub(super) struct Builder<'a> {
    types: Types<'a>,
    order: Order,
    nodes: Vec<Node>,
    of_type: HashMap<Option<Id>, usize>,
    open: Vec<(usize, Id)>,
}

/// Where a shape stands: in which definition, with which arguments.
#[derive(Clone, Copy)]
struct Scope<'b> {
    def: &'b TypeDef,
    args: &'b [Id],
}

impl<'a> Builder<'a> {
    pub(super) fn new(types: Types<'a>, order: Order) -> Self {
        let (nodes, of_type, open) = (Vec::new(), HashMap::new(), Vec::new());
        Builder { types, order, nodes, of_type, open }
    }

    /// The node of a type without parameters.
    pub(super) fn node_of(&mut self, ty: &Type) -> Result<usize, ShapeError> {
        let id = self.types.close(ty, &[], None)?;
        self.node(id)
    }

    pub(super) fn reads_absence(&mut self, ty: &Type) -> Result<bool, ShapeError> {
        let id = self.types.close(ty, &[], None)?;
        self.types.reads_absence(id)
    }

    /// Adds a node that is no type.
    pub(super) fn root(&mut self, label: Label) -> usize {
        self.nodes.push(label.0);
        self.nodes.len() - 1
    }

    /// Follows everything that was mentioned.
    pub(super) fn finish(mut self) -> Result<Vec<Node>, ShapeError> {
        while let Some((node, id)) = self.open.pop() {
            self.nodes[node] = self.expand(id)?.0;
        }
        Ok(self.nodes)
    }

    fn node(&mut self, id: Id) -> Result<usize, ShapeError> {
        let erased = self.types.erase(id)?;
        if let Some(node) = self.of_type.get(&erased) {
            return Ok(*node);
        }
        let node = self.nodes.len();
        // A type of newtypes all the way down has no value.
        self.nodes.push(Label::new("never").0);
        self.of_type.insert(erased, node);
        self.open.extend(erased.map(|id| (node, id)));
        Ok(node)
    }

    fn inside(&mut self, label: &mut Label, ty: &Type, scope: Scope<'_>) -> Result<(), ShapeError> {
        let id = self.types.close(ty, scope.args, Some(&scope.def.id))?;
        label.node(self.node(id)?);
        Ok(())
    }

    fn absent(&mut self, ty: &Type, scope: Scope<'_>) -> Result<bool, ShapeError> {
        let id = self.types.close(ty, scope.args, Some(&scope.def.id))?;
        self.types.reads_absence(id)
    }

    fn expand(&mut self, id: Id) -> Result<Label, ShapeError> {
        if let Some((def, args)) = self.types.def(id) {
            let scope = Scope { def, args: &args };
            return match &def.body {
                Body::Struct(body) => self.shape(&body.shape, body.deny_unknown_fields, scope),
                Body::Enum(body) => self.variants(body, scope),
            };
        }
        let (word, items) = match self.types.get(id) {
            Closed::Leaf(name) => ((*name).to_owned(), Vec::new()),
            Closed::Format(format) => (format!("text {}", quoted(&format.name)), Vec::new()),
            Closed::Literal(text) => (format!("literal {}", quoted(text)), Vec::new()),
            Closed::AtMost(int, most) => (format!("{int} at most {most}"), Vec::new()),
            Closed::Split(write, read) => ("split".to_owned(), vec![*write, *read]),
            Closed::Option(item) => ("option".to_owned(), vec![*item]),
            Closed::Seq(item) => ("seq".to_owned(), vec![*item]),
            Closed::Set(item) => ("set".to_owned(), vec![*item]),
            Closed::Array(item, len) => (format!("array {len}"), vec![*item]),
            Closed::Map(key, value) => ("map".to_owned(), vec![*key, *value]),
            Closed::Tuple(items) => ("tuple".to_owned(), items.clone()),
            // Only definitions of the schema are interned, and those were expanded above.
            Closed::Named(id, _) => return Err(ShapeError::MissingType { id: (*id).clone() }),
        };
        let mut label = Label::new(word);
        for item in items {
            label.text(format_args!(" "));
            label.node(self.node(item)?);
        }
        Ok(label)
    }

    fn shape(
        &mut self,
        shape: &Shape,
        strict: bool,
        scope: Scope<'_>,
    ) -> Result<Label, ShapeError> {
        let types = match shape {
            // What an empty struct and `()` write is the same; so are a tuple and a tuple struct.
            Shape::Unit => return Ok(Label::new("unit")),
            Shape::Fields(fields) => return self.fields(fields, strict, scope),
            Shape::Newtype(ty) => std::slice::from_ref(ty),
            Shape::Tuple(types) => types,
        };
        let mut label = Label::new("tuple");
        for ty in types {
            label.text(format_args!(" "));
            self.inside(&mut label, ty, scope)?;
        }
        Ok(label)
    }

    fn fields(
        &mut self,
        fields: &[Field],
        strict: bool,
        scope: Scope<'_>,
    ) -> Result<Label, ShapeError> {
        let mut label = Label::new(if strict { "strict struct" } else { "struct" });
        let mut fields: Vec<(bool, String, &Field)> = fields
            .iter()
            .filter(|field| field.write.is_some() || field.read.is_some())
            .map(|field| (field.flatten, field_names(field), field))
            .collect();
        if self.order == Order::Sorted {
            // Flattened fields have no names, and stay behind the others as they were.
            fields.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
        }
        for (_, names, field) in fields {
            let absent = match field.read.as_ref().map(|read| &read.absent) {
                None => String::new(),
                // What stands in for an absent field is part of what a message means.
                Some(Absent::Default(value)) => match value.settle().json() {
                    Some(json) => format!(" default {}", quoted(json)),
                    None => " default".to_owned(),
                },
                Some(Absent::ByType) if self.absent(&field.ty, scope)? => " optional".to_owned(),
                Some(Absent::ByType | Absent::Never) => " required".to_owned(),
            };
            label.line(format_args!("{names}{absent}: "));
            self.inside(&mut label, &field.ty, scope)?;
        }
        Ok(label)
    }

    fn variants(&mut self, body: &Enum, scope: Scope<'_>) -> Result<Label, ShapeError> {
        let mut label = Label::new("enum ");
        // Elsewhere only variants with fields have members of their own that could be too many.
        let mut strict = false;
        match &body.tagging {
            Tagging::External => label.text(format_args!("external")),
            Tagging::Untagged => label.text(format_args!("untagged")),
            Tagging::Internal { tag } => {
                strict = body.deny_unknown_fields;
                label.text(format_args!("internal {}", quoted(tag)));
            }
            Tagging::Adjacent { tag, content } => {
                strict = body.deny_unknown_fields;
                label.text(format_args!("adjacent {} {}", quoted(tag), quoted(content)));
            }
        }
        label.text(format_args!("{}", if strict { " strict" } else { "" }));
        let untagged = body.tagging == Tagging::Untagged;
        let mut variants: Vec<(String, &Variant)> = body
            .variants
            .iter()
            // A variant that never crosses still counts where variants are told by position.
            .filter(|variant| {
                self.order == Order::Declared || variant.write.is_some() || variant.read.is_some()
            })
            .map(|variant| (variant_names(variant, untagged || variant.untagged), variant))
            .collect();
        if self.order == Order::Sorted && !untagged {
            // Those without a tag stay behind the others, in the order in which they are tried.
            variants.sort_by(|(a, one), (b, other)| match (one.untagged, other.untagged) {
                (false, false) => a.cmp(b),
                (one, other) => one.cmp(&other),
            });
        }
        for (names, variant) in variants {
            label.line(format_args!("{names}"));
            if let Some(status) = variant.status {
                label.text(format_args!(" status {status}"));
            }
            if variant.catch_all {
                label.text(format_args!(" catch-all"));
            }
            if variant.untagged {
                label.text(format_args!(" untagged"));
            }
            let adjacent = matches!(body.tagging, Tagging::Adjacent { .. });
            match &variant.shape {
                Shape::Unit => {}
                Shape::Newtype(ty) => {
                    // serde lets the content be absent here as it lets a field.
                    let absent = adjacent && self.absent(ty, scope)?;
                    label.text(format_args!("{}: ", if absent { " optional" } else { "" }));
                    self.inside(&mut label, ty, scope)?;
                }
                shape => {
                    let content = self.shape(shape, body.deny_unknown_fields, scope)?;
                    label.text(format_args!(": "));
                    label.node(self.root(content));
                }
            }
        }
        Ok(label)
    }
}

fn field_names(field: &Field) -> String {
    if field.flatten {
        let written = match &field.write {
            None => "unwritten",
            Some(write) if write.presence == Presence::Maybe => "maybe written",
            Some(_) => "written",
        };
        return format!("flat {written} {}", if field.read.is_some() { "read" } else { "unread" });
    }
    let names = match &field.write {
        None => "unwritten".to_owned(),
        Some(write) if write.presence == Presence::Maybe => {
            format!("maybe {}", quoted(&write.name))
        }
        Some(write) => format!("write {}", quoted(&write.name)),
    };
    match &field.read {
        None => names + " unread",
        Some(read) => names + " read" + &read_names(&read.name, &read.aliases),
    }
}

fn variant_names(variant: &Variant, untagged: bool) -> String {
    let written = match &variant.write {
        None => "unwritten".to_owned(),
        Some(_) if untagged => "written".to_owned(),
        Some(name) => format!("write {}", quoted(name)),
    };
    let read = match &variant.read {
        None => "unread".to_owned(),
        Some(_) if untagged => "read".to_owned(),
        Some(ReadName { name, aliases }) => format!("read{}", read_names(name, aliases)),
    };
    format!("{written} {read}")
}

/// A reader makes no difference between the name and the others.
fn read_names(name: &Text, aliases: &[Text]) -> String {
    let mut names = aliases.to_vec();
    names.push(name.clone());
    sorted_names(&names)
}

/// Each after a space.
pub(super) fn sorted_names(names: &[Text]) -> String {
    let names: std::collections::BTreeSet<&Text> = names.iter().collect();
    names.into_iter().fold(String::new(), |text, name| text + " " + &quoted(name))
}

/// In quotes, without control characters: of a label, only the label's own writing has them. Not
/// `{:?}`, whose escapes follow the Unicode tables of each compiler.
pub(super) fn quoted(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 2);
    text.push('"');
    for c in name.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            '\0'..='\x1f' => {
                let _ = write!(text, "\\u{:04x}", u32::from(c));
            }
            c => text.push(c),
        }
    }
    text.push('"');
    text
}
