//! What do generic types look like, used with arguments of all kinds?

use std::marker::PhantomData;

use super::prelude::*;
use super::structs::Denying;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Wrapper<T>(pub T);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(transparent)]
pub struct Clear<T> {
    pub inner: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Both<A, B> {
    pub a: A,
    pub b: B,
    pub pairs: Vec<(A, B)>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct WithDefault<T: Default> {
    #[serde(default)]
    pub value: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Marked<T> {
    pub id: u64,
    #[serde(skip)]
    pub marker: PhantomData<T>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum Outcome<T, E> {
    Done(T),
    Failed { error: E, again: bool },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum Tagged<T> {
    One(T),
    Many { items: Vec<T> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    One(T),
    Many(Vec<T>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct ManyUses {
    pub numbers: Page<u64>,
    pub texts: Page<String>,
    pub pages: Page<Page<Option<u64>>>,
    pub clear: Clear<Option<u64>>,
    pub outcome: Outcome<Wrapper<u64>, String>,
}

cases! {
    Page<u64> => [Page { items: vec![], next: None }, Page { items: vec![0, u64::MAX], next: Some(1) }];
    Page<Page<String>> => [
        Page { items: vec![], next: None },
        Page { items: vec![Page { items: vec![odd()], next: Some(u64::MAX) }], next: None },
    ];
    Page<Option<Denying>> => [
        Page { items: vec![None, Some(Denying { a: u64::MAX, b: None })], next: Some(0) },
        Page { items: vec![], next: None },
    ];
    Wrapper<Option<i64>> => [Wrapper(None), Wrapper(Some(i64::MIN))];
    Wrapper<Wrapper<f64>> => [Wrapper(Wrapper(-0.0)), Wrapper(Wrapper(0.5))];
    Clear<Option<u64>> => [Clear { inner: None }, Clear { inner: Some(u64::MAX) }];
    Both<Clear<Option<u64>>, Wrapper<Option<u64>>> => [
        Both { a: Clear { inner: None }, b: Wrapper(None), pairs: vec![] },
        Both {
            a: Clear { inner: Some(u64::MAX) },
            b: Wrapper(Some(0)),
            pairs: vec![(Clear { inner: None }, Wrapper(Some(u64::MAX)))],
        },
    ];
    Both<u8, Bytes> => [
        Both { a: 0, b: Bytes::default(), pairs: vec![] },
        Both { a: 1, b: Bytes::from(vec![1]), pairs: vec![(2, Bytes::from(vec![255]))] },
    ];
    WithDefault<u64> => [WithDefault { value: 0 }, WithDefault { value: u64::MAX }];
    WithDefault<Vec<Option<String>>> => [
        WithDefault { value: vec![] },
        WithDefault { value: vec![None, Some(odd())] },
    ];
    Marked<String> => [
        Marked { id: 0, marker: PhantomData },
        Marked { id: u64::MAX, marker: PhantomData },
    ];
    Outcome<u64, String> => [
        Outcome::Done(u64::MAX),
        Outcome::Failed { error: odd(), again: true },
    ];
    Outcome<(), Option<u64>> => [
        Outcome::Done(()),
        Outcome::Failed { error: None, again: false },
        Outcome::Failed { error: Some(u64::MAX), again: false },
    ];
    Tagged<Denying> => [
        Tagged::Many { items: vec![Denying { a: u64::MAX, b: None }] },
        Tagged::Many { items: vec![] },
    ];
    OneOrMany<i64> => [OneOrMany::One(i64::MIN), OneOrMany::Many(vec![i64::MAX, 0])];
    OneOrMany<String> => [OneOrMany::One(odd()), OneOrMany::Many(vec![]), OneOrMany::Many(vec![odd()])];
    ManyUses => [
        ManyUses {
            numbers: Page { items: vec![u64::MAX], next: None },
            texts: Page { items: vec![odd()], next: None },
            pages: Page { items: vec![Page { items: vec![None, Some(u64::MAX)], next: None }], next: Some(1) },
            clear: Clear { inner: Some(u64::MAX) },
            outcome: Outcome::Done(Wrapper(u64::MAX)),
        },
        ManyUses {
            numbers: Page { items: vec![], next: None },
            texts: Page { items: vec![], next: None },
            pages: Page { items: vec![], next: None },
            clear: Clear { inner: None },
            outcome: Outcome::Failed { error: String::new(), again: true },
        },
    ];
}
