//! What may a definition be?

use std::fmt::Write as _;

use crate::random::Random;
use crate::ty::{LEAVES, Ty};

/// A struct or an enum.
pub(crate) struct Definition {
    pub(crate) name: String,
    /// Whether it has a parameter `T`.
    pub(crate) generic: bool,
    /// Whether it is written as an object, so that it may be flattened or stand beside a tag.
    object: bool,
    body: Body,
    /// Attributes and body in Rust.
    text: String,
}

enum Body {
    Struct(Shape),
    Enum(Vec<(String, Shape)>),
}

enum Shape {
    Unit,
    Tuple(Vec<Ty>),
    Fields(Vec<Field>),
}

struct Field {
    name: String,
    ty: Ty,
}

/// All that was made so far.
pub(crate) struct Types {
    random: Random,
    known: Vec<Definition>,
    /// The types of which values are made, with these.
    cases: Vec<(String, Vec<String>)>,
}

const RULES: [&str; 4] = ["camelCase", "SCREAMING-KEBAB-CASE", "PascalCase", "snake_case"];

impl Types {
    pub(crate) fn new(random: Random) -> Types {
        Types { random, known: Vec::new(), cases: Vec::new() }
    }

    /// Makes one more, and values of it.
    pub(crate) fn add(&mut self) {
        let at = self.known.len();
        let definition = Maker { random: &mut self.random, known: &self.known, at }.make();
        let generic = definition.generic;
        self.known.push(definition);
        let arg = generic.then(|| Box::new(Ty::any(&mut self.random, &self.known[..at], 1)));
        let ty = Ty::Named(at, arg);
        let values = (0..5).map(|_| ty.value(&mut self.random, &self.known, None, 0)).collect();
        self.cases.push((ty.rust(&self.known), values));
    }

    pub(crate) fn text(&self, seed: u64) -> String {
        let mut text =
            format!("/// What makes these types again.\npub const SEED: u64 = {seed};\n");
        for definition in &self.known {
            text.push_str(&definition.text);
        }
        text.push_str("\ncases! {\n");
        for (ty, values) in &self.cases {
            let _ =
                writeln!(text, "    {ty} => [\n        {},\n    ];", values.join(",\n        "));
        }
        text.push_str("}\n");
        text
    }
}

impl Definition {
    pub(crate) fn value(
        &self,
        random: &mut Random,
        known: &[Definition],
        arg: Option<&Ty>,
        depth: usize,
    ) -> String {
        match &self.body {
            Body::Struct(shape) => {
                let content = shape.value(random, known, arg, depth);
                format!("{}{content}", self.name)
            }
            Body::Enum(variants) => {
                // The first holds no other, so that there is an end.
                let at = if depth > 4 { 0 } else { random.below(variants.len()) };
                let (name, shape) = &variants[at];
                let content = shape.value(random, known, arg, depth);
                format!("{}::{name}{content}", self.name)
            }
        }
    }
}

impl Shape {
    fn value(
        &self,
        random: &mut Random,
        known: &[Definition],
        arg: Option<&Ty>,
        depth: usize,
    ) -> String {
        match self {
            Shape::Unit => String::new(),
            Shape::Tuple(types) => {
                let values: Vec<String> =
                    types.iter().map(|ty| ty.value(random, known, arg, depth)).collect();
                format!("({})", values.join(", "))
            }
            Shape::Fields(fields) => {
                let value = |field: &Field| {
                    let value = field.ty.value(random, known, arg, depth);
                    format!("{}: {value}", field.name)
                };
                let values: Vec<String> = fields.iter().map(value).collect();
                format!(" {{ {} }}", values.join(", "))
            }
        }
    }
}

/// Makes one definition.
struct Maker<'a> {
    random: &'a mut Random,
    known: &'a [Definition],
    at: usize,
}

impl Maker<'_> {
    fn make(mut self) -> Definition {
        let name = format!("Type{}", self.at);
        let generic = self.random.one_in(5);
        if self.random.one_in(2) {
            self.structure(name, generic)
        } else {
            self.choice(name, generic)
        }
    }

    fn head(name: &str, generic: bool, serde: &[String], keyword: &str) -> String {
        let mut text =
            "\n#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]\n".to_owned();
        if !serde.is_empty() {
            let _ = writeln!(text, "#[serde({})]", serde.join(", "));
        }
        if serde.iter().any(|one| one == "untagged") {
            text.push_str("#[wire(overlapping)]\n");
        }
        let _ = write!(text, "pub {keyword} {name}{}", if generic { "<T>" } else { "" });
        text
    }

    fn structure(&mut self, name: String, generic: bool) -> Definition {
        let mut serde = Vec::new();
        let shape = self.shape(generic, true, &mut serde);
        if let Shape::Fields(_) = shape
            && self.random.one_in(3)
        {
            serde.push(format!("rename_all = {:?}", self.random.pick(&RULES)));
        }
        let mut text = Self::head(&name, generic, &serde, "struct");
        let (body, ends) = self.body(&shape, "pub ");
        let _ = writeln!(text, "{body}{}", if ends { "" } else { ";" });
        let object = matches!(shape, Shape::Fields(_));
        Definition { name, generic, object, body: Body::Struct(shape), text }
    }

    fn choice(&mut self, name: String, generic: bool) -> Definition {
        let mut serde = Vec::new();
        let tagging = self.random.below(4);
        match tagging {
            0 => serde.push("tag = \"kind\"".to_owned()),
            1 => serde.push("tag = \"kind\", content = \"of\"".to_owned()),
            2 => serde.push("untagged".to_owned()),
            _ => {}
        }
        if self.random.one_in(3) {
            serde.push(format!("rename_all = {:?}", self.random.pick(&RULES)));
        }
        let count = 1 + self.random.below(4);
        let mut variants = vec![];
        for n in 0..count {
            let mut shape = match n {
                // The first holds no other type, so that values end.
                0 => Shape::Fields(vec![self.leaf_field(n)]),
                _ => self.shape(false, false, &mut Vec::new()),
            };
            if generic && n == 0 {
                let field = Field { name: "param".to_owned(), ty: Ty::Param };
                shape = Shape::Fields(vec![field]);
            }
            // Beside a tag stand objects only.
            if tagging == 0
                && let Shape::Tuple(types) = &mut shape
            {
                match self.object() {
                    Some(ty) => *types = vec![ty],
                    None => shape = Shape::Unit,
                }
            }
            variants.push((format!("Variant{n}"), shape));
        }
        let mut text = Self::head(&name, generic, &serde, "enum");
        text.push_str(" {\n");
        for (name, shape) in &variants {
            let (body, _) = self.body(shape, "");
            let _ = writeln!(text, "    {name}{body},");
        }
        text.push_str("}\n");
        let object = tagging < 2;
        Definition { name, generic, object, body: Body::Enum(variants), text }
    }

    fn leaf_field(&mut self, n: usize) -> Field {
        let ty = Ty::Leaf(self.random.pick(&LEAVES));
        Field { name: format!("leaf{n}_of_{}", self.at), ty }
    }

    /// A known type that is an object.
    fn object(&mut self) -> Option<Ty> {
        let objects: Vec<usize> = (0..self.known.len())
            .filter(|at| self.known[*at].object && !self.known[*at].generic)
            .collect();
        let at = *objects.get(self.random.below(objects.len().max(1)))?;
        Some(Ty::Named(at, None))
    }

    fn shape(&mut self, generic: bool, alone: bool, serde: &mut Vec<String>) -> Shape {
        let param = |types: &mut Vec<Ty>| {
            if generic {
                types.push(Ty::Param);
            }
        };
        match self.random.below(6) {
            0 if !generic => Shape::Unit,
            1 => {
                let mut types = Vec::new();
                param(&mut types);
                if types.is_empty() {
                    types.push(Ty::any(self.random, self.known, 0));
                }
                if alone && self.random.one_in(3) {
                    serde.push("transparent".to_owned());
                }
                Shape::Tuple(types)
            }
            2 => {
                let mut types: Vec<Ty> =
                    (0..2).map(|_| Ty::any(self.random, self.known, 0)).collect();
                param(&mut types);
                Shape::Tuple(types)
            }
            _ => Shape::Fields(self.fields(generic, alone, serde)),
        }
    }

    fn fields(&mut self, generic: bool, alone: bool, serde: &mut Vec<String>) -> Vec<Field> {
        let count = self.random.below(5);
        let mut fields: Vec<Field> = (0..count)
            .map(|n| Field {
                name: format!("field{n}_of_{}", self.at),
                ty: Ty::any(self.random, self.known, 0),
            })
            .collect();
        if generic {
            let name = format!("param_of_{}", self.at);
            fields.push(Field { name, ty: Ty::Param });
        } else if alone && self.random.one_in(5) {
            let this = Ty::Named(self.at, None);
            let ty = match self.random.below(2) {
                0 => Ty::Option(Box::new(Ty::Boxed(Box::new(this)))),
                _ => Ty::List(Box::new(this)),
            };
            fields.push(Field { name: format!("again_of_{}", self.at), ty });
        }
        if alone && self.random.one_in(6) {
            serde.push("deny_unknown_fields".to_owned());
        } else if self.random.one_in(4)
            && let Some(ty) = self.object()
        {
            fields.push(Field { name: format!("flat_of_{}", self.at), ty });
        } else if self.random.one_in(6) {
            let ty = Ty::Map("String", Box::new(Ty::any(self.random, self.known, 1)));
            fields.push(Field { name: format!("rest_of_{}", self.at), ty });
        }
        fields
    }

    /// The body of a struct or variant, and whether it ends by itself.
    fn body(&mut self, shape: &Shape, visible: &str) -> (String, bool) {
        // A recursive type names itself.
        let name = |ty: &Ty| match ty {
            Ty::Option(_) | Ty::List(_) if self_in(ty, self.at) => match ty {
                Ty::Option(_) => format!("Option<Box<Type{}>>", self.at),
                _ => format!("Vec<Type{}>", self.at),
            },
            ty => ty.rust(self.known),
        };
        match shape {
            Shape::Unit => (String::new(), false),
            Shape::Tuple(types) => {
                let types: Vec<String> =
                    types.iter().map(|ty| format!("{visible}{}", name(ty))).collect();
                (format!("({})", types.join(", ")), false)
            }
            Shape::Fields(fields) => {
                let mut text = " {\n".to_owned();
                for field in fields {
                    let ty = name(&field.ty);
                    let serde = attributes(self.random, field);
                    let _ = writeln!(text, "    {serde}{visible}{}: {ty},", field.name);
                }
                (text + "}", true)
            }
        }
    }
}

fn self_in(ty: &Ty, this: usize) -> bool {
    match ty {
        Ty::Option(inner) | Ty::List(inner) | Ty::Boxed(inner) => self_in(inner, this),
        Ty::Named(at, _) => *at == this,
        _ => false,
    }
}

/// What serde is told of a field.
fn attributes(random: &mut Random, field: &Field) -> String {
    if field.name.starts_with("flat") || field.name.starts_with("rest") {
        return "#[serde(flatten)]\n    ".to_owned();
    }
    let defaults = matches!(
        field.ty,
        Ty::Option(_)
            | Ty::List(_)
            | Ty::Set(_)
            | Ty::Map(..)
            | Ty::Leaf("bool" | "u64" | "String" | "f64")
    );
    let name = &field.name;
    let serde = match random.below(10) {
        0 => format!("rename = \"{name}-é \\\" '\""),
        1 => format!("alias = \"{name}Alias\", alias = \"{name}Other\""),
        2 | 3 if defaults => "default".to_owned(),
        4 => match field.ty {
            Ty::Option(_) => "skip_serializing_if = \"Option::is_none\"".to_owned(),
            Ty::List(_) => "default, skip_serializing_if = \"Vec::is_empty\"".to_owned(),
            Ty::Leaf("String") => "default, skip_serializing_if = \"String::is_empty\"".to_owned(),
            _ => return String::new(),
        },
        _ => return String::new(),
    };
    format!("#[serde({serde})]\n    ")
}
