use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::derive;

fn mistakes(item: TokenStream) -> usize {
    derive(item).to_string().matches("compile_error").count()
}

/// The impls that keep an invalid type from being reported at each of its uses.
fn is_quiet_elsewhere(item: TokenStream) -> bool {
    let text = derive(item).to_string();
    text.contains("for < '__any > Self : __traitwire :: Serialize") && !text.contains("__wire_def")
}

#[test]
fn a_valid_type_expands_without_a_word() {
    let tokens = derive(quote! {
        struct Point { x: f64, y: f64 }
    });
    assert!(!tokens.to_string().contains("compile_error"), "{tokens}");
    syn::parse2::<syn::File>(tokens).unwrap();
}

/// What stands in serde's list of symbols and is no key of an attribute.
const NO_KEYS: [(&str, &str); 5] = [
    ("serde", "the attribute itself"),
    ("serialize", "stands inside of `rename(..)` and others"),
    ("deserialize", "stands inside of `rename(..)` and others"),
    ("repr", "an attribute of Rust"),
    ("non_exhaustive", "an attribute of Rust"),
];

/// Every key that serde knows, in its own words.
fn serde_keys() -> Vec<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = std::process::Command::new(rustc).arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    // What other platforms need has not been downloaded.
    let metadata = std::process::Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform", host])
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata = String::from_utf8(metadata.stdout).unwrap();
    let manifest = metadata
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split('"').next())
        .map(|path| std::path::PathBuf::from(path.replace("\\\\", "\\")))
        .find(|path| {
            let folder = path.parent().and_then(|folder| folder.file_name());
            folder.is_some_and(|name| name.to_string_lossy().starts_with("serde_derive-"))
        })
        .expect("serde_derive is among the dependencies");
    let symbols = manifest.with_file_name("src").join("internals/symbol.rs");
    let symbols = std::fs::read_to_string(symbols).unwrap();
    let keys = symbols.split("Symbol(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let keys: Vec<String> = keys.map(str::to_owned).collect();
    for (no_key, _) in NO_KEYS {
        assert!(keys.iter().any(|key| key == no_key), "{no_key}");
    }
    keys.into_iter().filter(|key| NO_KEYS.iter().all(|(no_key, _)| key != no_key)).collect()
}

/// What becomes of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Honoured,
    /// With a message.
    Refused,
    /// serde has the message.
    LeftToSerde,
}

fn fate(item: TokenStream) -> Fate {
    match mistakes(item.clone()) {
        0 if derives(item) => Fate::Honoured,
        0 => Fate::LeftToSerde,
        _ => Fate::Refused,
    }
}

/// Whether anything is said of the type but that it crosses.
fn derives(item: TokenStream) -> bool {
    derive(item).to_string().contains("__wire_def")
}

/// The keys that have this fate at a place.
fn of_fate(keys: &[String], fate: Fate, place: impl Fn(TokenStream) -> TokenStream) -> Vec<&str> {
    let attribute = |key: &str| {
        let path: syn::Path = match key {
            "crate" => format_ident!("crate").into(),
            _ => syn::parse_str(key).unwrap(),
        };
        match key {
            "rename_all" | "rename_all_fields" => quote!(#[serde(#path = "camelCase")]),
            "bound" => quote!(#[serde(bound = "")]),
            "borrow"
            | "default"
            | "deny_unknown_fields"
            | "field_identifier"
            | "flatten"
            | "other"
            | "skip"
            | "skip_deserializing"
            | "skip_serializing"
            | "transparent"
            | "untagged"
            | "variant_identifier" => quote!(#[serde(#path)]),
            _ => quote!(#[serde(#path = "x")]),
        }
    };
    let keys = keys.iter().map(String::as_str);
    keys.filter(|key| self::fate(place(attribute(key))) == fate).collect()
}

#[test]
fn an_attribute_is_honoured_or_refused() {
    let mut keys = serde_keys();
    keys.sort_unstable();
    assert!(keys.len() >= 30, "{keys:?}");
    // What serde does not know is refused everywhere.
    keys.extend(["new_in_serde".to_owned(), "some::path".to_owned()]);

    let on_struct = |attr| quote!(#attr struct S { a: u8 });
    let conversions = ["from", "into", "remote"];
    assert_eq!(
        of_fate(&keys, Fate::Honoured, on_struct),
        [
            "bound",
            "crate",
            "default",
            "deny_unknown_fields",
            "expecting",
            conversions[0],
            conversions[1],
            conversions[2],
            "rename",
            "rename_all",
            "tag",
            "transparent",
            "try_from",
        ]
    );
    assert_eq!(of_fate(&keys, Fate::LeftToSerde, on_struct), ["rename_all_fields"]);

    let on_enum = |attr| quote!(#attr enum E { A { a: u8 } });
    assert_eq!(
        of_fate(&keys, Fate::Honoured, on_enum),
        [
            "bound",
            "crate",
            "deny_unknown_fields",
            "expecting",
            conversions[0],
            conversions[1],
            conversions[2],
            "rename",
            "rename_all",
            "rename_all_fields",
            "tag",
            "try_from",
            "untagged",
        ]
    );
    let left = of_fate(&keys, Fate::LeftToSerde, on_enum);
    assert_eq!(left, ["content", "default", "transparent"]);
    let content = quote!(
        #[serde(tag = "t", content = "c")]
        enum E {
            A { a: u8 },
        }
    );
    assert_eq!(fate(content), Fate::Honoured);

    let on_variant = |attr| quote!(enum E { #attr #[wire(as = u8)] A { a: u8 } });
    let with = ["deserialize_with", "serialize_with", "with"];
    // What is skipped crosses in no way that `as` could speak of.
    assert_eq!(of_fate(&keys, Fate::Honoured, on_variant), ["skip", with[2]]);
    let on_newtype = |attr| quote!(enum E { #attr #[wire(as = u8)] A(u8) });
    assert_eq!(of_fate(&keys, Fate::Honoured, on_newtype), [with[0], with[1], "skip", with[2]]);
    let on_variant = |attr| quote!(enum E { #attr A { a: u8 } });
    assert_eq!(
        of_fate(&keys, Fate::Honoured, on_variant),
        [
            "alias",
            "bound",
            "rename",
            "rename_all",
            "skip",
            "skip_deserializing",
            "skip_serializing",
            "untagged",
        ]
    );
    assert_eq!(of_fate(&keys, Fate::LeftToSerde, on_variant), ["other"]);
    let on_unit = |attr| quote!(enum E { #attr A });
    assert!(of_fate(&keys, Fate::Honoured, on_unit).contains(&"other"));

    let on_field = |attr| quote!(struct S { #attr a: u8 });
    assert_eq!(
        of_fate(&keys, Fate::Honoured, on_field),
        [
            "alias",
            "bound",
            "default",
            "flatten",
            "rename",
            "skip",
            "skip_deserializing",
            "skip_serializing",
            "skip_serializing_if",
        ]
    );
    assert_eq!(of_fate(&keys, Fate::LeftToSerde, on_field), ["getter"]);
    let on_mirrored = |attr| quote!(struct S { #attr #[wire(as = u8)] a: u8 });
    let honoured = of_fate(&keys, Fate::Honoured, on_mirrored);
    assert!(with.iter().all(|key| honoured.contains(key)), "{honoured:?}");
    let on_remote = |attr| quote!(#[serde(remote = "R")] struct S { #attr a: u8 });
    assert!(of_fate(&keys, Fate::Honoured, on_remote).contains(&"getter"));
}

#[test]
fn a_mistake_hides_no_other() {
    let item = quote! {
        #[serde(field_identifier, rename = "ok", from = "A", try_from = "B")]
        #[wire(nonsense(1, 2), other = 3)]
        enum E {
            #[serde(other, with = "m")]
            #[wire(status = 9)]
            A(#[serde(flatten)] u8, u8),
            B(#[serde(borrow)] u8, #[serde(default)] u8, #[serde(with = "m")] u8),
        }
    };
    assert_eq!(mistakes(item.clone()), 8);
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
        "#[serde(from = \"A\", try_from = \"A\")] struct S(u8);",
        "#[serde(from = \"?\")] struct S(u8);",
        "#[serde(transparent, into = \"A\")] struct S(u8);",
        "#[serde(remote = \"R<u8>\")] struct S<T>(T);",
        "#[serde(tag = \"t\")] struct S(u8);",
        "struct S(#[serde(flatten)] u8);",
        "enum E { #[serde(other)] A, B }",
        "enum E { #[serde(untagged)] A(u8), B }",
        "#[serde(untagged)] enum E { A(u8), #[serde(other)] B }",
        "enum E { #[serde(with = \"m\", skip_serializing)] #[wire(as = u8)] A(u8) }",
        "enum E { A(#[serde(getter = \"g\")] u8) }",
    ] {
        assert_eq!(mistakes(parsed(item)), 0, "{item}");
        assert!(!derives(parsed(item)), "{item}");
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
        "struct S { #[wire(as)] a: u8 }",
        "struct S { #[wire(as = \"u8\")] a: u8 }",
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
