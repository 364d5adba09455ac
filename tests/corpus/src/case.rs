//! What is a type with some of its values, when its name is forgotten?

use std::any::Any;
use std::fmt::Debug;
use std::marker::PhantomData;

use schemars::JsonSchema;
use schemars::generate::{Contract, SchemaSettings};
use traitwire::Wire;
use traitwire_schema::walk::Schema;
use traitwire_schema::{Access, Arg, End, Interface, InterfaceKind, Method, Reply, Source, Type};

/// A value of a type of the corpus.
pub trait Value: Debug {
    /// What `serde_json` writes.
    ///
    /// # Errors
    /// Why it does not.
    fn json(&self) -> Result<String, String>;

    /// What postcard writes.
    ///
    /// # Errors
    /// Why it does not.
    fn postcard(&self) -> Result<Vec<u8>, String>;

    /// Whether the other is the same value of the same type. Where `==` says no because a real is no
    /// number, what both print decides.
    fn is(&self, other: &dyn Value) -> bool;

    #[doc(hidden)]
    fn as_any(&self) -> &dyn Any;
}

impl<T: Wire + PartialEq + Debug> Value for T {
    fn json(&self) -> Result<String, String> {
        serde_json::to_string(self).map_err(|error| error.to_string())
    }

    fn postcard(&self) -> Result<Vec<u8>, String> {
        postcard::to_stdvec(self).map_err(|error| error.to_string())
    }

    fn is(&self, other: &dyn Value) -> bool {
        let same = other.as_any().downcast_ref::<T>().is_some_and(|other| self == other);
        same || format!("{self:?}") == format!("{other:?}")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A value that was read.
pub type Read = Result<Box<dyn Value>, String>;

/// A value that was read, and how many bytes are left.
pub type ReadPart = Result<(Box<dyn Value>, usize), String>;

/// What schemars says of a type, when it is written (`true`) and when it is read.
pub type Schemars = fn(bool) -> serde_json::Value;

/// A type of the corpus.
pub struct Case {
    /// Its name in letters and digits: of its interface, and of files.
    pub id: String,
    /// As Rust has it.
    pub name: &'static str,
    /// The module that asks for it.
    pub module: &'static str,
    pub ty: Type,
    /// Some of its values, edges among them.
    pub values: Vec<Box<dyn Value>>,
    /// As `serde_json` reads it.
    pub read: fn(&str) -> Read,
    /// As postcard reads it, and how many bytes it leaves.
    pub read_postcard: fn(&[u8]) -> ReadPart,
    /// If schemars claims to know it.
    pub schemars: Option<Schemars>,
}

impl Case {
    pub fn new<T: Wire + PartialEq + Debug>(
        name: &'static str,
        module: &'static str,
        values: Vec<T>,
        schemars: Option<Schemars>,
    ) -> Case {
        Case {
            id: id(name, module),
            name,
            module,
            ty: T::TYPE,
            values: values.into_iter().map(|value| Box::new(value) as Box<dyn Value>).collect(),
            // By bytes, for serde_json panics over some texts where it expects flags as keys.
            read: |json| match serde_json::from_slice::<T>(json.as_bytes()) {
                Ok(value) => Ok(Box::new(value)),
                Err(error) => Err(error.to_string()),
            },
            read_postcard: |bytes| match postcard::take_from_bytes::<T>(bytes) {
                Ok((value, rest)) => Ok((Box::new(value), rest.len())),
                Err(error) => Err(error.to_string()),
            },
            schemars,
        }
    }

    /// An interface that gives such a value, and takes one.
    pub fn interface(&self) -> Interface {
        let arg = |name: &'static str, ty: Type| Arg {
            name: name.into(),
            rust_name: name.into(),
            ty,
            stream: false,
        };
        let method = |name: &'static str, args: Vec<Arg>, reply: Type| Method {
            name: name.into(),
            aliases: Vec::new().into(),
            rust_name: name.into(),
            args: args.into(),
            reply: Reply::Value(reply),
            error: None,
            access: Access::Public,
            readonly: false,
            idempotent: false,
            cache: None,
            since: None,
            spawn: false,
            detached: false,
            docs: "".into(),
            deprecated: None,
            source: Source::default(),
        };
        // The second argument keeps bytes within JSON.
        let write = vec![arg("value", self.ty.clone()), arg("number", Type::Bool)];
        Interface {
            name: self.id.clone().into(),
            rust_name: self.id.clone().into(),
            kind: InterfaceKind::Rpc,
            served_by: End::Backend,
            version: "1.0.0".into(),
            route_required: false,
            serial: false,
            methods: vec![
                method("read", Vec::new(), self.ty.clone()),
                method("write", write, Type::Unit),
            ]
            .into(),
            docs: "".into(),
            deprecated: None,
            source: Source::default(),
        }
    }

    /// The schema of this type alone.
    ///
    /// # Errors
    /// Why it has none.
    pub fn schema(&self) -> Result<Schema, String> {
        Schema::collect([&self.interface()]).map_err(|error| error.to_string())
    }
}

fn id(name: &str, module: &str) -> String {
    let module = module.rsplit("::").next().unwrap_or_default();
    let name = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words = module.split('_').chain(name);
    let mut id = String::new();
    for word in words {
        let mut chars = word.chars();
        id.extend(chars.next().map(|first| first.to_ascii_uppercase()));
        id.push_str(chars.as_str());
    }
    id
}

/// Finds out whether schemars knows a type: of two methods of one name, the one that needs one `&`
/// less is taken, if its bounds hold.
pub struct Probe<T>(PhantomData<T>);

impl<T> Probe<T> {
    pub const NEW: Probe<T> = Probe(PhantomData);
}

pub trait Known {
    fn schemars(&self) -> Option<Schemars>;
}

impl<T: JsonSchema> Known for Probe<T> {
    fn schemars(&self) -> Option<Schemars> {
        Some(|written| {
            let contract = if written { Contract::Serialize } else { Contract::Deserialize };
            let mut settings = SchemaSettings::draft2020_12();
            settings.contract = contract;
            settings.into_generator().into_root_schema_for::<T>().to_value()
        })
    }
}

pub trait Unknown {
    fn schemars(&self) -> Option<Schemars> {
        None
    }
}

impl<T> Unknown for &Probe<T> {}

/// The types that a module asks for, each with values.
#[macro_export]
macro_rules! cases {
    ($($ty:ty => [$($value:expr),+ $(,)?];)+) => {
        pub fn cases() -> Vec<$crate::Case> {
            #[allow(unused_imports, reason = "which one is taken depends on the type")]
            use $crate::case::{Known as _, Unknown as _};
            vec![$({
                let schemars = (&$crate::Probe::<$ty>::NEW).schemars();
                $crate::Case::new::<$ty>(stringify!($ty), module_path!(), vec![$($value),+], schemars)
            }),+]
        }
    };
}
