//! What may stand in a field, and which values has it?

use crate::definition::Definition;
use crate::random::Random;

#[derive(Debug, Clone)]
pub(crate) enum Ty {
    /// By its name in Rust.
    Leaf(&'static str),
    Option(Box<Ty>),
    List(Box<Ty>),
    Boxed(Box<Ty>),
    /// Of a leaf that has an order.
    Set(&'static str),
    Map(&'static str, Box<Ty>),
    Array(Box<Ty>, usize),
    Tuple(Vec<Ty>),
    /// `Result<A, B>`.
    Result(Box<Ty>, Box<Ty>),
    /// The definition of this number, with an argument if it has a parameter.
    Named(usize, Option<Box<Ty>>),
    /// The parameter of the definition.
    Param,
}

pub(crate) const LEAVES: [&str; 26] = [
    "bool",
    "u8",
    "i8",
    "u16",
    "i16",
    "u32",
    "i32",
    "u64",
    "i64",
    "u128",
    "i128",
    "usize",
    "isize",
    "f32",
    "f64",
    "char",
    "String",
    "Bytes",
    "()",
    "serde_json::Value",
    "std::num::NonZeroU32",
    "std::num::NonZeroI64",
    "std::time::Duration",
    "std::net::IpAddr",
    "Float",
    "std::path::PathBuf",
];

const KEYS: [&str; 8] = ["String", "u8", "i64", "u128", "bool", "char", "Color", "String"];

const ITEMS: [&str; 5] = ["String", "u32", "i64", "char", "Color"];

// Not "constructor": a literal with such a key has no contextual type in TypeScript.
const TEXTS: [&str; 8] = ["", "a", "hélas", "\u{1f980}", "a\\\"b\\n", "\\u{2028}", "-0", "length"];

impl Ty {
    pub(crate) fn any(random: &mut Random, known: &[Definition], depth: usize) -> Ty {
        let inner = |random: &mut Random| Box::new(Ty::any(random, known, depth + 1));
        if depth > 2 {
            return Ty::Leaf(random.pick(&LEAVES));
        }
        match random.below(22) {
            0 | 1 => {
                let inner = Ty::not_null(random, known, depth);
                Ty::Option(Box::new(inner))
            }
            2 | 3 => Ty::List(inner(random)),
            4 => Ty::Set(random.pick(&ITEMS)),
            5 | 6 => Ty::Map(random.pick(&KEYS), inner(random)),
            7 => Ty::Array(inner(random), random.below(4)),
            8 => {
                let len = 1 + random.below(3);
                Ty::Tuple((0..len).map(|_| *inner(random)).collect())
            }
            9 => Ty::Boxed(inner(random)),
            10 => Ty::Result(inner(random), inner(random)),
            11..=14 if !known.is_empty() => Ty::named(random, known, depth),
            _ => Ty::Leaf(random.pick(&LEAVES)),
        }
    }

    /// A type that is not written as `null`, as far as that is seen from here.
    fn not_null(random: &mut Random, known: &[Definition], depth: usize) -> Ty {
        loop {
            let ty = Ty::any(random, known, depth + 1);
            if !matches!(ty, Ty::Option(_) | Ty::Boxed(_) | Ty::Leaf("()" | "serde_json::Value")) {
                return ty;
            }
        }
    }

    pub(crate) fn named(random: &mut Random, known: &[Definition], depth: usize) -> Ty {
        let at = random.below(known.len());
        let arg = known[at].generic.then(|| Box::new(Ty::any(random, known, depth + 2)));
        Ty::Named(at, arg)
    }

    pub(crate) fn rust(&self, known: &[Definition]) -> String {
        match self {
            Ty::Leaf(name) => (*name).to_owned(),
            Ty::Option(inner) => format!("Option<{}>", inner.rust(known)),
            Ty::List(inner) => format!("Vec<{}>", inner.rust(known)),
            Ty::Boxed(inner) => format!("Box<{}>", inner.rust(known)),
            Ty::Set(item) => format!("std::collections::BTreeSet<{item}>"),
            Ty::Map(key, value) => {
                format!("std::collections::BTreeMap<{key}, {}>", value.rust(known))
            }
            Ty::Array(inner, len) => format!("[{}; {len}]", inner.rust(known)),
            Ty::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| item.rust(known)).collect();
                format!("({},)", items.join(", "))
            }
            Ty::Result(ok, error) => {
                format!("Result<{}, {}>", ok.rust(known), error.rust(known))
            }
            Ty::Named(at, None) => known[*at].name.clone(),
            Ty::Named(at, Some(arg)) => format!("{}<{}>", known[*at].name, arg.rust(known)),
            Ty::Param => "T".to_owned(),
        }
    }

    /// An expression. `arg` stands for the parameter.
    pub(crate) fn value(
        &self,
        random: &mut Random,
        known: &[Definition],
        arg: Option<&Ty>,
        depth: usize,
    ) -> String {
        let some = |random: &mut Random| if depth > 4 { 0 } else { random.below(3) };
        let one = |ty: &Ty, random: &mut Random| ty.value(random, known, arg, depth + 1);
        match self {
            Ty::Leaf(name) => leaf(name, random),
            Ty::Option(inner) => {
                if depth > 4 || random.one_in(3) {
                    "None".to_owned()
                } else {
                    format!("Some({})", one(inner, random))
                }
            }
            Ty::List(inner) => {
                let len = some(random);
                let items: Vec<String> = (0..len).map(|_| one(inner, random)).collect();
                format!("vec![{}]", items.join(", "))
            }
            Ty::Boxed(inner) => format!("Box::new({})", one(inner, random)),
            Ty::Set(item) => {
                let len = some(random);
                let items: Vec<String> = (0..len).map(|_| leaf(item, random)).collect();
                format!("[{}].into_iter().collect()", items.join(", "))
            }
            Ty::Map(key, value) => {
                let len = some(random);
                let pair = |_| {
                    let key = leaf(key, random);
                    format!("({key}, {})", one(value, random))
                };
                let items: Vec<String> = (0..len).map(pair).collect();
                format!("[{}].into_iter().collect()", items.join(", "))
            }
            Ty::Array(inner, len) => {
                let items: Vec<String> = (0..*len).map(|_| one(inner, random)).collect();
                format!("[{}]", items.join(", "))
            }
            Ty::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| one(item, random)).collect();
                format!("({},)", items.join(", "))
            }
            Ty::Result(ok, error) => {
                if random.one_in(2) {
                    format!("Ok({})", one(ok, random))
                } else {
                    format!("Err({})", one(error, random))
                }
            }
            Ty::Named(at, inner) => {
                let inner = inner.as_deref().map(|inner| match (inner, arg) {
                    (Ty::Param, Some(arg)) => arg,
                    _ => inner,
                });
                known[*at].value(random, known, inner, depth + 1)
            }
            Ty::Param => match arg {
                Some(arg) => arg.value(random, known, None, depth + 1),
                None => unreachable!("a parameter stands in generic definitions only"),
            },
        }
    }
}

fn leaf(name: &str, random: &mut Random) -> String {
    let of = |random: &mut Random, values: &[&str]| random.pick(values).to_owned();
    match name {
        "bool" => of(random, &["true", "false"]),
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128"
        | "isize" => match random.below(5) {
            0 => format!("{name}::MAX"),
            1 => format!("{name}::MIN"),
            2 => "0".to_owned(),
            _ => random.below(100).to_string(),
        }
        // What JavaScript's numbers cannot hold does not cross as one, and says so.
        .replace("usize::MAX", "9007199254740991")
        .replace("isize::MAX", "9007199254740991")
        .replace("isize::MIN", "-9007199254740991"),
        "f32" => {
            of(random, &["0.0", "-0.0", "1.0", "0.1", "f32::MAX", "f32::MIN_POSITIVE", "-7.25"])
        }
        "f64" => of(
            random,
            &[
                "0.0",
                "-0.0",
                "1.0",
                "0.1",
                "1e300",
                "5e-324",
                "-7.25",
                "9007199254740993.0",
                "1e21",
            ],
        ),
        "Float" => of(
            random,
            &[
                "Float::from(f64::NAN)",
                "Float::from(-f64::INFINITY)",
                "Float::from(-0.0)",
                "Float::from(2.0)",
            ],
        ),
        "char" => of(random, &["'a'", "'\\0'", "'é'", "'\\u{1f980}'", "'\\''"]),
        "String" => format!("\"{}\".to_owned()", random.pick(&TEXTS)),
        "std::path::PathBuf" => format!("std::path::PathBuf::from(\"{}\")", random.pick(&TEXTS)),
        "Bytes" => of(random, &["Bytes::default()", "Bytes::from(vec![0, 255, 62, 63])"]),
        "()" => "()".to_owned(),
        "serde_json::Value" => of(
            random,
            &[
                "serde_json::json!(true)",
                "serde_json::json!({\"a\": [1, 2.5, \"x\"], \"b\": {}})",
                "serde_json::json!(18446744073709551615_u64)",
                "serde_json::json!([])",
            ],
        ),
        "std::num::NonZeroU32" => of(random, &["nz(1_u32)", "nz(u32::MAX)"]),
        "std::num::NonZeroI64" => of(random, &["nz(-1_i64)", "nz(i64::MIN)"]),
        "std::time::Duration" => of(
            random,
            &["std::time::Duration::ZERO", "std::time::Duration::new(u64::MAX, 999_999_999)"],
        ),
        "std::net::IpAddr" => of(
            random,
            &["std::net::Ipv4Addr::LOCALHOST.into()", "std::net::Ipv6Addr::LOCALHOST.into()"],
        ),
        "Color" => of(random, &["Color::Red", "Color::DarkGreen"]),
        other => unreachable!("{other} has values"),
    }
}
