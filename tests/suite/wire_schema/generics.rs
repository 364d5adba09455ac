//! Do generic and recursive types stay what they are?

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use traitwire::Wire;
use traitwire::schema::{Int, Ref, Shape, Type};

use super::{def, fields_of, reads, schema_of, struct_of, variant};

#[derive(Serialize, Deserialize, Wire)]
struct Page<T> {
    items: Vec<T>,
    next: Option<u64>,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(tag = "kind", content = "data")]
enum Either<A, B = String> {
    Left(A),
    Right { value: B, other: Box<Option<Either<B, A>>> },
}

#[derive(Serialize, Deserialize, Wire)]
struct Tree {
    name: String,
    children: Vec<Self>,
    by_name: BTreeMap<String, Tree>,
}

#[derive(Serialize, Deserialize, Wire)]
struct Chain<T> {
    value: T,
    next: Option<Box<Self>>,
}

#[derive(Serialize, Deserialize, Wire)]
struct Folder<T> {
    files: Vec<File<T>>,
}

#[derive(Serialize, Deserialize, Wire)]
struct File<T> {
    content: T,
    links: Vec<Folder<T>>,
}

#[derive(Serialize, Deserialize, Wire, Default)]
struct Marked<T> {
    #[serde(skip)]
    marker: PhantomData<T>,
    #[serde(skip)]
    cache: Option<T>,
    #[serde(default)]
    value: u8,
    #[serde(skip)]
    _call: PhantomData<fn(&T) -> T>,
}

#[derive(Serialize, Deserialize, Wire)]
struct Bounded<K, V: Clone + Default + std::fmt::Debug + 'static>
where
    K: Eq + Hash + std::fmt::Display + Send + Sync,
    V: PartialOrd,
{
    map: HashMap<K, V>,
    // serde asks for `V: Default` here.
    #[serde(default)]
    extra: V,
}

// With such a bound serde must be told to add none of its own.
#[derive(Serialize, Deserialize, Wire)]
#[serde(bound = "")]
struct Owned<T: Wire, U: Serialize + DeserializeOwned, V: Serialize + for<'a> Deserialize<'a>> {
    values: (T, U, V),
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(bound = "")]
struct Phantom<T> {
    marker: PhantomData<T>,
}

#[derive(Serialize, Deserialize, Wire)]
#[serde(bound(serialize = "T: Serialize", deserialize = "T: Deserialize<'de> + Default"))]
struct Bound<T> {
    #[serde(bound(deserialize = "T: Deserialize<'de>"))]
    value: T,
}

#[derive(Serialize, Deserialize, Wire)]
struct Uses<T: Default> {
    bound: Bound<T>,
    bounded: Bounded<String, u8>,
    phantom: Phantom<T>,
    array: [T; LEN],
    owned: Owned<u8, u8, u8>,
}

const LEN: usize = 3;

const PARAM: Type = Type::Param(0);

fn seq(of: Type) -> Type {
    Type::Seq(Ref::from(of))
}

fn arguments<T: Wire>() -> Vec<Type> {
    match T::TYPE {
        Type::Named(named) => named.args.into_owned(),
        other => panic!("not a definition: {other:?}"),
    }
}

#[test]
fn a_definition_keeps_its_parameters() {
    assert_eq!(*def::<Page<u8>>().params, ["T"]);
    assert_eq!(fields_of::<Page<u8>>()[0].ty, seq(PARAM));
    assert_eq!(def::<Page<u8>>(), def::<Page<String>>());
    assert_eq!(arguments::<Page<u8>>(), [Type::Int(Int::U8)]);
    assert_eq!(arguments::<Page<Page<u8>>>(), [<Page<u8> as Wire>::TYPE]);

    assert_eq!(*def::<Either<u8>>().params, ["A", "B"]);
    assert_eq!(arguments::<Either<u8>>(), [Type::Int(Int::U8), Type::String]);
    assert_eq!(variant::<Either<u8>>("Left").shape, Shape::Newtype(PARAM));
    let Shape::Fields(fields) = &variant::<Either<u8>>("Right").shape else { panic!("fields") };
    let Type::Option(other) = &fields[1].ty else { panic!("an option") };
    let Type::Named(other) = &**other else { panic!("a definition") };
    assert_eq!(*other.args, [Type::Param(1), PARAM]);
}

#[test]
fn a_recursive_type_has_an_end() {
    let schema = schema_of(vec![
        Tree::TYPE,
        <Chain<Tree> as Wire>::TYPE,
        <Folder<Either<u8>> as Wire>::TYPE,
        <Folder<u8> as Wire>::TYPE,
    ]);
    let names: Vec<_> = schema.types.keys().map(|id| &*id.name).collect();
    assert_eq!(names, ["Chain", "Either", "File", "Folder", "Tree"]);
    assert_eq!(fields_of::<Tree>()[1].ty, seq(Tree::TYPE));
    assert_eq!(*fields_of::<Chain<u8>>()[1].ty.clone().children_of_option().args, [PARAM]);
}

trait OfOption {
    fn children_of_option(self) -> traitwire::schema::Named;
}

impl OfOption for Type {
    fn children_of_option(self) -> traitwire::schema::Named {
        match self {
            Type::Option(inner) => match &*inner {
                Type::Named(named) => named.clone(),
                other => panic!("not a definition: {other:?}"),
            },
            other => panic!("not an option: {other:?}"),
        }
    }
}

#[test]
fn parameters_that_never_cross_are_arguments_all_the_same() {
    assert_eq!(*def::<Marked<u8>>().params, ["T"]);
    assert_eq!(fields_of::<Marked<u8>>().len(), 1);
    assert_eq!(arguments::<Marked<String>>(), [Type::String]);
    assert!(reads::<Marked<String>>("{}"));
    assert_eq!(fields_of::<Phantom<u8>>()[0].ty, Type::Unit);
}

#[test]
fn bounds_are_kept() {
    let uses = fields_of::<Uses<u8>>();
    let named = |ty: &Type| match ty {
        Type::Named(named) => named.clone(),
        other => panic!("not a definition: {other:?}"),
    };
    assert_eq!(*named(&uses[0].ty).args, [PARAM]);
    assert_eq!(*named(&uses[1].ty).args, [Type::String, Type::Int(Int::U8)]);
    assert_eq!(uses[3].ty, Type::Array(Ref::from(PARAM), 3));
    assert!(matches!(struct_of::<Bounded<String, u8>>().shape, Shape::Fields(_)));
}
