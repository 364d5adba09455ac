use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::derive;

fn mistakes(item: TokenStream) -> usize {
    derive(item).to_string().matches("compile_error").count()
}

/// The impls that keep an invalid type from being reported at each of its uses.
fn is_quiet_elsewhere(item: TokenStream) -> bool {
    derive(item).to_string().contains("for < '__any > Self")
}

#[test]
fn a_valid_type_expands_without_a_word() {
    let tokens = derive(quote! {
        struct Point { x: f64, y: f64 }
    });
    assert!(!tokens.to_string().contains("compile_error"), "{tokens}");
    syn::parse2::<syn::File>(tokens).unwrap();
}

/// Every attribute that serde knows, and one that it does not.
const SERDE: [&str; 32] = [
    "alias",
    "borrow",
    "bound",
    "content",
    "crate",
    "default",
    "deny_unknown_fields",
    "deserialize_with",
    "expecting",
    "field_identifier",
    "flatten",
    "from",
    "getter",
    "into",
    "other",
    "remote",
    "rename",
    "rename_all",
    "rename_all_fields",
    "serialize_with",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "skip_serializing_if",
    "tag",
    "transparent",
    "try_from",
    "untagged",
    "variant_identifier",
    "with",
    "new_in_serde",
    "some::path",
];

/// Those that take no value.
const FLAGS: [&str; 12] = [
    "borrow",
    "default",
    "deny_unknown_fields",
    "field_identifier",
    "flatten",
    "other",
    "skip",
    "skip_deserializing",
    "skip_serializing",
    "transparent",
    "untagged",
    "variant_identifier",
];

fn accepted(with: impl Fn(TokenStream) -> TokenStream) -> Vec<&'static str> {
    let attribute = |key: &str| {
        let path: syn::Path = match key {
            "crate" => format_ident!("crate").into(),
            _ => syn::parse_str(key).unwrap(),
        };
        match key {
            _ if FLAGS.contains(&key) => quote!(#[serde(#path)]),
            "rename_all" | "rename_all_fields" => quote!(#[serde(#path = "camelCase")]),
            "bound" => quote!(#[serde(bound = "")]),
            _ => quote!(#[serde(#path = "x")]),
        }
    };
    SERDE.into_iter().filter(|key| mistakes(with(attribute(key))) == 0).collect()
}

#[test]
fn an_attribute_is_honoured_or_refused() {
    let on_struct = accepted(|attr| quote!(#attr struct S { a: u8 }));
    assert_eq!(
        on_struct,
        [
            "bound",
            "crate",
            "default",
            "deny_unknown_fields",
            "expecting",
            "rename",
            "rename_all",
            "rename_all_fields",
            "transparent",
        ]
    );
    // serde refuses by itself: `rename_all_fields` above; here `default`, `transparent` and a lone
    // `content`.
    let on_enum = accepted(|attr| quote!(#attr enum E { A { a: u8 } }));
    assert_eq!(
        on_enum,
        [
            "bound",
            "content",
            "crate",
            "default",
            "deny_unknown_fields",
            "expecting",
            "rename",
            "rename_all",
            "rename_all_fields",
            "tag",
            "transparent",
            "untagged",
        ]
    );
    let on_variant = accepted(|attr| quote!(enum E { #attr A { a: u8 } }));
    assert_eq!(
        on_variant,
        [
            "alias",
            "bound",
            "rename",
            "rename_all",
            "skip",
            "skip_deserializing",
            "skip_serializing"
        ]
    );
    let on_field = accepted(|attr| quote!(struct S { #attr a: u8 }));
    assert_eq!(
        on_field,
        [
            "alias",
            "bound",
            "default",
            "rename",
            "skip",
            "skip_deserializing",
            "skip_serializing",
            "skip_serializing_if",
        ]
    );
}

#[test]
fn a_mistake_hides_no_other() {
    let item = quote! {
        #[serde(from = "A", rename = "ok", try_from = "B")]
        #[wire(nonsense(1, 2), other = 3)]
        enum E {
            #[serde(other, with = "m")]
            #[wire(status = 9)]
            A(#[serde(flatten)] u8, #[serde(default)] u8),
        }
    };
    assert_eq!(mistakes(item.clone()), 9);
    assert!(is_quiet_elsewhere(item));
}

fn parsed(item: &str) -> TokenStream {
    item.parse().unwrap()
}

#[test]
fn what_serde_reports_is_not_reported_twice() {
    for item in [
        "#[serde(rename_all = \"nonsense\")] struct S { a: u8 }",
        "#[serde(rename_all_fields = \"camelCase\")] struct S { a: u8 }",
        "#[serde(default)] struct S;",
        "#[serde(default)] enum E { A }",
        "#[serde(tag = \"a\", untagged)] enum E { A }",
        "#[serde(tag = \"a\", content = \"a\")] enum E { A }",
        "#[serde(content = \"a\")] enum E { A }",
        "#[serde(tag = \"a\")] enum E { A(u8, u8) }",
        "#[serde(tag = \"a\")] enum E { A { a: u8 } }",
        "#[serde(transparent)] enum E { A }",
        "#[serde(transparent)] struct S { a: u8, b: u8 }",
        "#[serde(transparent)] struct S { #[serde(default)] a: u8 }",
        "#[serde(rename = 1)] struct S { a: u8 }",
        "#[serde(bound = \"?\")] struct S<T> { a: T }",
        "struct S { #[serde(rename(both = \"a\"))] a: u8 }",
    ] {
        assert_eq!(mistakes(parsed(item)), 0, "{item}");
        assert!(is_quiet_elsewhere(parsed(item)), "{item}");
    }
}

#[test]
fn malformed_input_is_reported() {
    for item in [
        "fn f() {}",
        "union U { a: u8 }",
        "#[serde] struct S;",
        "#[serde = \"a\"] struct S;",
        "#[serde(rename)] struct S;",
        "#[serde(,)] struct S;",
        "#[serde(\"a\")] struct S;",
        "#[wire] struct S;",
        "#[wire(crate)] struct S;",
        "#[wire(crate = 1 + 1)] struct S;",
        "enum E { #[wire(status)] A }",
        "enum E { #[wire(status = 65536)] A }",
        "enum E { #[wire(status = 404.0)] A }",
        "struct S { #[wire(since)] a: u8 }",
        "struct S { #[wire(since = 1.2)] a: u8 }",
        "#[deprecated(since = 1)] struct S;",
    ] {
        assert!(mistakes(parsed(item)) > 0, "{item}");
    }
}

#[test]
fn an_item_may_be_called_anything() {
    for item in [
        "struct r#type<r#fn> { r#struct: r#fn }",
        "#[serde(rename_all = \"camelCase\")] struct Ünlaut { ü: u8, _ö: u8, __: u8, _1: u8 }",
        "#[serde(rename_all = \"camelCase\")] enum Ünlaut { Ü, É }",
        "struct S<T> { again: Option<Box<Self>>, of: T }",
        "struct r#fn { again: Option<Box<Self>>, of: [u8; Self::LEN] }",
    ] {
        assert_eq!(mistakes(parsed(item)), 0, "{item}");
        syn::parse2::<syn::File>(derive(parsed(item))).unwrap();
    }
}
