//! What may the JSON of a type look like?

use super::Walk;
use crate::closed::{Closed, Id};
use crate::model::{
    Absent, Body, Enum, Field, Format, Presence, ReadName, Shape, Struct, Tagging, Text, TypeDef,
    Variant,
};

/// Who asks: what a writer may write, or what a reader takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Write,
    Read,
}

/// What stands somewhere in JSON.
#[derive(Debug, Clone)]
pub(super) enum Content<'a> {
    Type(Id),
    /// What a variant holds.
    Shape(&'a Shape, &'a TypeDef, Vec<Id>),
    /// Always this text.
    Name(Text),
    /// This text; a reader of a tag among other members takes the number of the variant for it.
    Tag(Text, usize),
}

/// One of the looks that a type has.
#[derive(Debug, Clone)]
pub(super) enum Form<'a> {
    /// Anything.
    Any,
    Null,
    Bool,
    /// From and up to.
    Int(i128, u128),
    Real,
    Text(Words),
    /// Any number of these.
    Many(Id),
    /// One each. A reader may need no more than so many of them.
    Each(Vec<Content<'a>>, usize),
    Object(Object<'a>),
    /// Not known.
    Unknown,
}

/// Which texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Words {
    Any,
    Char,
    Bytes,
    Form(Format),
    These(Text),
    Float,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Object<'a> {
    pub(super) members: Vec<Member<'a>>,
    /// What all other members are; `None` where a writer has none, and a reader does not care.
    pub(super) rest: Option<Id>,
    /// A reader refuses all others.
    pub(super) denies: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Member<'a> {
    /// Of a reader: all that it takes for the member.
    pub(super) names: Vec<Text>,
    pub(super) content: Content<'a>,
    /// A writer always writes it; a reader needs it.
    pub(super) always: bool,
}

impl<'a> Form<'a> {
    fn each(items: Vec<Content<'a>>) -> Self {
        let least = items.len();
        Form::Each(items, least)
    }
}

impl<'a> Member<'a> {
    fn named(name: &Text, content: Content<'a>) -> Self {
        Member { names: vec![name.clone()], content, always: true }
    }
}

/// How many definitions that are nothing but another are followed.
const MAX_DEPTH: usize = 16;

/// How many types are looked into for the looks of one. Enums that hold others at each step double.
pub(super) const MAX_VISITS: usize = 1 << 10;

/// How many looks the flattened fields of one object may have together.
const MAX_OBJECTS: usize = 64;

impl<'a> Walk<'a> {
    /// All looks of what stands somewhere.
    pub(super) fn forms(
        &mut self,
        content: &Content<'a>,
        side: Side,
        depth: usize,
    ) -> Vec<Form<'a>> {
        if depth == 0 {
            self.visits = 0;
        }
        match content {
            Content::Name(name) => vec![Form::Text(Words::These(name.clone()))],
            Content::Tag(name, index) => {
                let mut forms = vec![Form::Text(Words::These(name.clone()))];
                if side == Side::Read {
                    let index = u32::try_from(*index).unwrap_or(u32::MAX);
                    forms.push(Form::Int(index.into(), index.into()));
                }
                forms
            }
            Content::Shape(shape, def, args) => self.shape_forms(shape, def, args, side, depth),
            Content::Type(id) => self.type_forms(*id, side, depth),
        }
    }

    fn type_forms(&mut self, id: Id, side: Side, depth: usize) -> Vec<Form<'a>> {
        // A type may be an option or a newtype of itself.
        self.visits += 1;
        if depth > MAX_DEPTH || self.visits > MAX_VISITS {
            return vec![Form::Unknown];
        }
        match self.types.get(id).clone() {
            Closed::Leaf(name) => leaf_forms(name),
            Closed::Format(format) => {
                // Its reader takes numbers, too.
                let numbers = side == Side::Read && format.name == "decimal";
                let mut forms = vec![Form::Text(Words::Form(format))];
                if numbers {
                    forms.extend([Form::Int(i64::MIN.into(), u64::MAX.into()), Form::Real]);
                }
                forms
            }
            Closed::Literal(text) => vec![Form::Text(Words::These(text))],
            Closed::AtMost(int, most) => {
                let low = if int.starts_with('i') { i128::MIN } else { 0 };
                vec![Form::Int(low, most.into())]
            }
            Closed::Option(inner) => {
                let mut forms = self.type_forms(inner, side, depth + 1);
                forms.insert(0, Form::Null);
                forms
            }
            Closed::Seq(item) | Closed::Set(item) => vec![Form::Many(item)],
            Closed::Array(item, len) => match usize::try_from(len) {
                Ok(len @ 0..=32) => vec![Form::each(vec![Content::Type(item); len])],
                _ => vec![Form::Many(item)],
            },
            Closed::Tuple(items) => {
                vec![Form::each(items.into_iter().map(Content::Type).collect())]
            }
            Closed::Map(_, value) => {
                vec![Form::Object(Object { rest: Some(value), ..Object::default() })]
            }
            Closed::Split(write, read) => {
                let one = if side == Side::Write { write } else { read };
                self.type_forms(one, side, depth + 1)
            }
            Closed::Named(..) => {
                let Some((def, args)) = self.types.def(id) else { return vec![Form::Unknown] };
                match &def.body {
                    Body::Struct(body) => self.struct_forms(body, def, &args, side, depth),
                    Body::Enum(body) => self.enum_forms(body, def, &args, side, depth),
                }
            }
        }
    }

    fn struct_forms(
        &mut self,
        body: &'a Struct,
        def: &'a TypeDef,
        args: &[Id],
        side: Side,
        depth: usize,
    ) -> Vec<Form<'a>> {
        if body.transparent {
            let inner = match &body.shape {
                Shape::Newtype(ty) => Some(ty),
                Shape::Fields(fields) => fields.first().map(|field| &field.ty),
                Shape::Tuple(types) => types.first(),
                Shape::Unit => None,
            };
            let id = inner.and_then(|ty| self.types.close(ty, args, Some(&def.id)).ok());
            return id.map_or(vec![Form::Unknown], |id| self.type_forms(id, side, depth + 1));
        }
        let mut forms = self.shape_forms(&body.shape, def, args, side, depth);
        for form in &mut forms {
            if let Form::Object(object) = form {
                object.denies |= body.deny_unknown_fields;
            }
        }
        if side == Side::Read
            && let Shape::Fields(fields) = &body.shape
        {
            forms.extend(in_order(fields, &forms));
        }
        forms
    }

    fn shape_forms(
        &mut self,
        shape: &'a Shape,
        def: &'a TypeDef,
        args: &[Id],
        side: Side,
        depth: usize,
    ) -> Vec<Form<'a>> {
        match shape {
            Shape::Unit => vec![Form::Null],
            Shape::Newtype(ty) => match self.types.close(ty, args, Some(&def.id)) {
                Ok(id) => self.type_forms(id, side, depth + 1),
                Err(_) => vec![Form::Unknown],
            },
            Shape::Tuple(types) => match self.types.close_all(types, args, Some(&def.id)) {
                Ok(ids) => vec![Form::each(ids.into_iter().map(Content::Type).collect())],
                Err(_) => vec![Form::Unknown],
            },
            Shape::Fields(fields) => match self.object(fields, def, args, side, depth) {
                Some(objects) => objects.into_iter().map(Form::Object).collect(),
                None => vec![Form::Unknown],
            },
        }
    }

    /// The objects that fields make; none if that is not known.
    fn object(
        &mut self,
        fields: &'a [Field],
        def: &'a TypeDef,
        args: &[Id],
        side: Side,
        depth: usize,
    ) -> Option<Vec<Object<'a>>> {
        let mut objects = vec![Object::default()];
        for field in fields {
            let id = self.types.close(&field.ty, args, Some(&def.id)).ok()?;
            if field.flatten {
                let inner = self.flattened_objects(id, side, depth)?;
                if objects.len() * inner.len() > MAX_OBJECTS {
                    return None;
                }
                let with = |object: &Object<'a>, inner: &Object<'a>| {
                    let mut object = object.clone();
                    object.members.extend(inner.members.iter().cloned());
                    object.rest = object.rest.or(inner.rest);
                    object
                };
                objects = objects
                    .iter()
                    .flat_map(|object| inner.iter().map(move |inner| with(object, inner)))
                    .collect();
                continue;
            }
            let member = match side {
                Side::Write => field.write.as_ref().map(|write| Member {
                    names: vec![write.name.clone()],
                    content: Content::Type(id),
                    always: write.presence == Presence::Always,
                }),
                Side::Read => field.read.as_ref().map(|read| Member {
                    names: [&read.name].into_iter().chain(read.aliases.iter()).cloned().collect(),
                    content: Content::Type(id),
                    always: match read.absent {
                        Absent::Default(_) => false,
                        Absent::Never => true,
                        Absent::ByType => !self.types.reads_absence(id).unwrap_or(true),
                    },
                }),
            };
            if let Some(member) = member {
                for object in &mut objects {
                    object.members.push(member.clone());
                }
            }
        }
        Some(objects)
    }

    /// The members that a flattened field adds, in each of its looks; none if that is not known.
    fn flattened_objects(&mut self, id: Id, side: Side, depth: usize) -> Option<Vec<Object<'a>>> {
        let mut objects = Vec::new();
        for form in self.type_forms(id, side, depth + 1) {
            objects.push(match form {
                // Other members are there, too.
                Form::Object(object) => Object { denies: false, ..object },
                // No member, of an option or a unit.
                Form::Null => Object::default(),
                Form::Any => Object { rest: Some(id), ..Object::default() },
                // A variant that is its name alone; beside others it is a member.
                Form::Text(Words::These(name)) => {
                    let nothing = Content::Shape(&Shape::Unit, self.types.def(id)?.0, Vec::new());
                    Object { members: vec![Member::named(&name, nothing)], ..Object::default() }
                }
                // What is flattened is read from members only.
                Form::Each(..) if side == Side::Read => continue,
                _ => return None,
            });
        }
        Some(objects)
    }

    fn enum_forms(
        &mut self,
        body: &'a Enum,
        def: &'a TypeDef,
        args: &[Id],
        side: Side,
        depth: usize,
    ) -> Vec<Form<'a>> {
        let mut forms = Vec::new();
        for variant in body.variants.iter() {
            forms.extend(self.variant_forms(body, variant, def, args, side, depth));
        }
        forms
    }

    /// The looks of one variant, with its tag.
    pub(super) fn variant_forms(
        &mut self,
        body: &'a Enum,
        variant: &'a Variant,
        def: &'a TypeDef,
        args: &[Id],
        side: Side,
        depth: usize,
    ) -> Vec<Form<'a>> {
        if depth == 0 {
            self.visits = 0;
        }
        let names: Vec<Text> = match side {
            Side::Write => variant.write.iter().cloned().collect(),
            Side::Read => variant
                .read
                .iter()
                .flat_map(|ReadName { name, aliases }| [name].into_iter().chain(aliases.iter()))
                .cloned()
                .collect(),
        };
        if names.is_empty() {
            return Vec::new();
        }
        let mut content = self.shape_forms(&variant.shape, def, args, side, depth + 1);
        for form in &mut content {
            if let (Form::Object(object), Shape::Fields(_)) = (form, &variant.shape) {
                object.denies |= body.deny_unknown_fields;
            }
        }
        if variant.untagged || body.tagging == Tagging::Untagged {
            return content;
        }
        if variant.catch_all && side == Side::Read {
            return vec![Form::Unknown];
        }
        let held = || Content::Shape(&variant.shape, def, args.to_vec());
        let index = body.variants.iter().filter(|variant| variant.read.is_some());
        let index = index.take_while(|other| !std::ptr::eq(*other, variant)).count();
        let mut forms = Vec::new();
        for name in &names {
            let tagged = |tag: &Text| Member::named(tag, Content::Name(name.clone()));
            match &body.tagging {
                Tagging::External => {
                    if variant.shape == Shape::Unit {
                        forms.push(Form::Text(Words::These(name.clone())));
                    }
                    // A reader takes a name without content as a member of nothing, too.
                    if variant.shape != Shape::Unit || side == Side::Read {
                        let members = vec![Member::named(name, held())];
                        forms.push(Form::Object(Object { members, denies: true, rest: None }));
                    }
                }
                Tagging::Adjacent { tag, content } => {
                    let mut members = vec![tagged(tag)];
                    if variant.shape != Shape::Unit {
                        members.push(Member::named(content, held()));
                    }
                    let denies = body.deny_unknown_fields;
                    forms.push(Form::Object(Object { members, denies, rest: None }));
                    if side == Side::Read {
                        forms.push(Form::each(vec![Content::Name(name.clone()), held()]));
                    }
                }
                Tagging::Internal { tag } => {
                    let as_tag = || Content::Tag(name.clone(), index);
                    let listed = |items: &[Content<'a>], least: usize| {
                        let items = std::iter::once(as_tag()).chain(items.iter().cloned());
                        Form::Each(items.collect(), least + 1)
                    };
                    for form in &content {
                        let beside = |members: &[Member<'a>]| {
                            let tag = Member::named(tag, as_tag());
                            std::iter::once(tag).chain(members.iter().cloned()).collect()
                        };
                        forms.push(match form {
                            Form::Null => {
                                let members = beside(&[]);
                                Form::Object(Object { members, ..Object::default() })
                            }
                            Form::Object(object) => {
                                let members = beside(&object.members);
                                Form::Object(Object { members, ..object.clone() })
                            }
                            // A reader takes the tag from the begin of an array, too.
                            Form::Each(items, least) if side == Side::Read => listed(items, *least),
                            _ => Form::Unknown,
                        });
                        if side == Side::Read && matches!(form, Form::Null) {
                            forms.push(listed(&[], 0));
                        }
                    }
                    if side == Side::Read
                        && let Shape::Fields(fields) = &variant.shape
                    {
                        let inner = in_order(fields, &content);
                        forms.extend(inner.iter().filter_map(|form| match form {
                            Form::Each(items, least) => Some(listed(items, *least)),
                            _ => None,
                        }));
                    }
                }
                Tagging::Untagged => {}
            }
        }
        forms
    }
}

/// A reader takes the fields of a struct from an array too, in their order; the last may be missing
/// if they have defaults. Not if some are flattened.
fn in_order<'a>(fields: &[Field], objects: &[Form<'a>]) -> Option<Form<'a>> {
    let [Form::Object(object)] = objects else { return None };
    if fields.iter().any(|field| field.flatten) {
        return None;
    }
    let read = fields.iter().filter_map(|field| field.read.as_ref());
    let needed = |read: &crate::model::Read| !matches!(read.absent, Absent::Default(_));
    let least = read.enumerate().filter(|(_, read)| needed(read)).map(|(at, _)| at + 1).last();
    let items = object.members.iter().map(|member| member.content.clone()).collect();
    Some(Form::Each(items, least.unwrap_or(0)))
}

fn leaf_forms<'a>(name: &str) -> Vec<Form<'a>> {
    let (zero, int) = match name.strip_prefix("nonzero ") {
        Some(int) => (false, int),
        None => (true, name),
    };
    let bits = |digits: &str| digits.parse::<u32>().ok().filter(|bits| (8..=128).contains(bits));
    if let Some(bits) = int.strip_prefix('u').and_then(bits) {
        return vec![Form::Int(i128::from(!zero), u128::MAX >> (128 - bits))];
    }
    if let Some(bits) = int.strip_prefix('i').and_then(bits) {
        return vec![Form::Int(i128::MIN >> (128 - bits), (u128::MAX >> (128 - bits)) >> 1)];
    }
    vec![match name {
        "bool" => Form::Bool,
        "f32" | "f64" => Form::Real,
        "float" => return vec![Form::Real, Form::Text(Words::Float)],
        "char" => Form::Text(Words::Char),
        "string" => Form::Text(Words::Any),
        "bytes" => Form::Text(Words::Bytes),
        "unit" => Form::Null,
        "json" => Form::Any,
        _ => Form::Unknown,
    }]
}
