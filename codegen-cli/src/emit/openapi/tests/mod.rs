//! Does the document say what crosses, and do tools take it?

mod calls;
mod exact;
mod golden;
pub(in crate::emit) mod kitchen;
mod node;
mod problems;
mod types;

use serde_json::Value;
use traitwire::rpc::Stub as _;
use traitwire_interfaces::{catalog::CatalogClient, jobs::JobsClient};
use traitwire_schema::Interface;
use traitwire_schema::walk::Schema;

use super::super::Problem;
use super::{Options, emit};

/// The text of the document of some interfaces.
fn text_of<'a>(interfaces: impl IntoIterator<Item = &'a Interface>) -> String {
    let schema = Schema::collect(interfaces).unwrap();
    let mut files = emit(&schema, &Options::default()).unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].path, "openapi.json");
    files.remove(0).text
}

fn interfaces() -> String {
    text_of([CatalogClient::interface(), JobsClient::interface()])
}

fn kitchen() -> String {
    text_of(kitchen::interfaces())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What is wrong with a schema document.
#[track_caller]
fn problems(json: &str, options: &Options) -> Vec<Problem> {
    emit(&Schema::from_json(json).unwrap(), options).unwrap_err()
}
