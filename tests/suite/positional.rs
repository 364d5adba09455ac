//! Does what the schema calls safe for a positional encoding come back from postcard?

#![deny(warnings, missing_docs, unused_qualifications, clippy::pedantic)]
#![forbid(unsafe_code)]

use traitwire::schema::walk::{Schema, children, def_types};
use traitwire::schema::{Named, Type};

#[path = "wire_types/cases.rs"]
#[allow(dead_code, reason = "what JSON does is for another suite")]
mod cases;

fn add(schema: &mut Schema, ty: &Type) {
    if let Type::Named(Named { id, def, .. }) = ty
        && !schema.types.contains_key(id)
    {
        let def = def.get().expect("a constant has its definition");
        schema.types.insert(id.clone(), def.clone());
        for ty in def_types(def) {
            add(schema, ty);
        }
    }
    for ty in children(ty) {
        add(schema, ty);
    }
}

#[test]
fn what_is_called_safe_comes_back_from_postcard() {
    let mut unsafe_ones = Vec::new();
    for case in cases::all() {
        let mut schema = Schema::default();
        add(&mut schema, &case.ty);
        match schema.positional(&case.ty) {
            Ok(()) => assert_eq!(case.postcard_lost, None, "{}", case.name),
            Err(_) => unsafe_ones.push(case.name),
        }
    }
    unsafe_ones.sort_unstable();
    assert_eq!(
        unsafe_ones,
        [
            "HashMap<rust_decimal::Decimal, u8>",
            "SocketAddr",
            "SocketAddrV6",
            "Value",
            "rust_decimal::Decimal",
            "serde_json::Map<String, Value>",
        ]
    );
}
