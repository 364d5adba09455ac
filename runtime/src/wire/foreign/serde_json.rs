//! `serde_json` writes any JSON. `Number` is left out: of what numbers it takes, a feature decides that
//! any crate of the program may turn on.

use serde_json::{Map, Value};
use traitwire_schema::{Ref, Type};

use crate::wire::define::wire;

wire! {
    Value => Type::Json,
    Map<String, Value> => Type::Map(Ref::Static(&Type::String), Ref::Static(&Type::Json)),
}
