//! `rust_decimal` writes text. A reader takes what it finds, number or text, and so cannot read from a
//! binary encoding.

use rust_decimal::Decimal;
use traitwire_schema::TypeDef;

use crate::wire::define::{format_by_name, named, transparent, wire};

/// Its features `serde-float` and `serde-arbitrary-precision`, which any crate of the program may turn
/// on, have it write numbers. A constant cannot see that; the function that leads to a definition can
/// try, and runs when a schema is gathered.
fn decimal() -> TypeDef {
    let written = serde_json::to_string(&Decimal::ONE).unwrap_or_default();
    assert!(
        written == r#""1""#,
        "`rust_decimal::Decimal` is written as `{written}`, not as text: a crate of this program turns on \
         rust_decimal's feature `serde-float` or `serde-arbitrary-precision`, and a JSON number loses \
         digits\nhelp: turn the feature off (`cargo tree -e features -i rust_decimal` says who has it), \
         and use `#[serde(with = \"rust_decimal::serde::float\")]` where a number is wanted"
    );
    // 96 bits, of which up to 28 digits follow the point. A reader refuses larger ones.
    transparent(
        "rust_decimal",
        "Decimal",
        format_by_name("decimal", r"^-?[0-9]{1,29}(?:\.[0-9]{1,28})?$"),
        "A decimal number.",
    )
}

wire! {
    Decimal => named("rust_decimal", "Decimal", &[], decimal),
}
