//! What do types look like that contain themselves?

use super::prelude::*;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct List {
    pub value: u64,
    pub next: Option<Box<List>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub enum Expr {
    Number(i64),
    Add(Box<Expr>, Box<Expr>),
    Call { name: String, args: Vec<Expr> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Forest(pub Vec<Forest>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(untagged)]
pub enum Json {
    Null,
    Flag(bool),
    Whole(i64),
    Real(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Left {
    pub right: Option<Box<Right>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
pub struct Right {
    pub left: Vec<Left>,
    #[serde(rename(serialize = "n", deserialize = "m"), alias = "n")]
    pub number: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type", content = "content")]
pub enum Tree<T> {
    Leaf(T),
    Branch(Vec<Tree<T>>),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire, JsonSchema)]
#[serde(tag = "type")]
pub enum Shape {
    Point { x: f64, y: f64 },
    Group { members: Vec<Shape>, by_name: BTreeMap<String, Shape> },
}

fn json() -> Json {
    Json::Object(map([
        (odd(), Json::Null),
        (
            "list".to_owned(),
            Json::List(vec![Json::Whole(i64::MIN), Json::Real(1.0), Json::Flag(true)]),
        ),
        ("text".to_owned(), Json::Text(odd())),
    ]))
}

cases! {
    List => [
        List { value: 0, next: None },
        List {
            value: u64::MAX,
            next: Some(Box::new(List { value: 1, next: Some(Box::new(List { value: 2, next: None })) })),
        },
    ];
    Expr => [
        Expr::Number(i64::MIN),
        Expr::Add(Box::new(Expr::Number(1)), Box::new(Expr::Call { name: odd(), args: vec![Expr::Number(0)] })),
    ];
    Forest => [Forest(vec![]), Forest(vec![Forest(vec![]), Forest(vec![Forest(vec![])])])];
    Json => [Json::Null, Json::Whole(i64::MAX), json(), Json::List(vec![json(), Json::Null])];
    Left => [
        Left { right: None },
        Left { right: Some(Box::new(Right { left: vec![Left { right: None }], number: u64::MAX })) },
    ];
    Tree<u64> => [
        Tree::Leaf(u64::MAX),
        Tree::Branch(vec![Tree::Leaf(0), Tree::Branch(vec![]), Tree::Leaf(u64::MAX)]),
    ];
    Tree<Option<Bytes>> => [
        Tree::Leaf(None),
        Tree::Branch(vec![Tree::Leaf(Some(Bytes::from(vec![1, 2])))]),
    ];
    Shape => [
        Shape::Point { x: -0.0, y: 0.5 },
        Shape::Group {
            members: vec![Shape::Point { x: 1.0, y: 1e21 }],
            by_name: map([("__proto__".to_owned(), Shape::Group { members: vec![], by_name: map([]) })]),
        },
    ];
}
