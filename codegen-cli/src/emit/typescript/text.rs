//! How is a word written in TypeScript?

use std::fmt::Write as _;

use syn::ext::IdentExt as _;
use syn::parse::Parser as _;

/// Words that name no variable, no type and no parameter.
const RESERVED: &[&str] = &[
    "any",
    "arguments",
    "as",
    "asserts",
    "async",
    "await",
    "bigint",
    "boolean",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "declare",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "from",
    "function",
    "get",
    "global",
    "globalThis",
    "if",
    "implements",
    "import",
    "in",
    "infer",
    "instanceof",
    "interface",
    "is",
    "keyof",
    "let",
    "module",
    "namespace",
    "never",
    "new",
    "null",
    "number",
    "object",
    "of",
    "out",
    "package",
    "private",
    "protected",
    "public",
    "readonly",
    "require",
    "return",
    "satisfies",
    "set",
    "static",
    "string",
    "super",
    "switch",
    "symbol",
    "this",
    "throw",
    "true",
    "try",
    "type",
    "typeof",
    "undefined",
    "unique",
    "unknown",
    "using",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Whether nothing of ours may have this name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word)
}

/// Whether a word is an identifier, reserved or not.
pub(super) fn is_identifier(word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    if word.is_empty() || word.starts_with(|c: char| c.is_ascii_digit()) || !word.chars().all(part)
    {
        return false;
    }
    // Rust's identifiers are those of Unicode, as JavaScript's are; `$` alone is JavaScript's own.
    let rest: String = word.chars().map(|c| if c == '$' { '_' } else { c }).collect();
    rest.is_ascii() || syn::Ident::parse_any.parse_str(&rest).is_ok()
}

/// Invisible characters that end a line, or turn the direction in which a line is read, so that
/// people see something else than the compiler.
pub(super) fn misleads(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}'
    ) || c.is_control()
}

/// A string literal.
pub(super) fn string(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push('"');
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            // All that mislead are in the basic plane.
            c if misleads(c) => {
                let _ = write!(literal, "\\u{:04x}", u32::from(c));
            }
            c => literal.push(c),
        }
    }
    literal.push('"');
    literal
}

/// The name of a member in a type.
pub(super) fn property(name: &str) -> String {
    if is_identifier(name) { name.to_owned() } else { string(name) }
}

/// The name of a member in an object: there `__proto__: x` would set the prototype.
pub(super) fn key(name: &str) -> String {
    if name == "__proto__" { "[\"__proto__\"]".to_owned() } else { property(name) }
}

/// The words of a name in any case: at `_`, `-`, `.`, and where a small letter meets a capital one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for part in name.split(['_', '-', '.', ':']).filter(|part| !part.is_empty()) {
        let screams = !part.chars().any(char::is_lowercase);
        let mut word = String::new();
        for c in part.chars() {
            if c.is_uppercase()
                && !screams
                && !word.is_empty()
                && !word.ends_with(char::is_uppercase)
            {
                words.push(std::mem::take(&mut word));
            }
            word.push(c);
        }
        words.push(if screams { word.to_lowercase() } else { word });
    }
    words
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// `UploadThumbnail`.
pub(super) fn pascal(name: &str) -> String {
    words(name).iter().map(|word| capital(word)).collect()
}

/// `uploadThumbnail`.
pub(super) fn camel(name: &str) -> String {
    let name = pascal(name);
    let mut chars = name.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// `upload-thumbnail`.
pub(super) fn kebab(name: &str) -> String {
    words(name).join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_says_what_the_text_is() {
        assert_eq!(string("a\"b\\c\nd"), r#""a\"b\\c\nd""#);
        assert_eq!(string("größe 😀"), "\"größe 😀\"");
        assert_eq!(string("\u{2028}\u{202e}\u{0}\u{7f}"), r#""\u2028\u202e\u0000\u007f""#);
    }

    #[test]
    fn only_names_that_are_no_identifiers_are_quoted() {
        for name in ["id", "_a", "$b", "größe", "class", "a1"] {
            assert_eq!(property(name), name);
        }
        for name in ["", "1a", "a-b", "a b", "m3/h", "Ⓐ", "a\u{200d}"] {
            assert_eq!(property(name), string(name), "{name}");
        }
        assert_eq!(key("__proto__"), "[\"__proto__\"]");
        assert_eq!(property("__proto__"), "__proto__");
    }

    #[test]
    fn cases_are_made_from_any_case() {
        for name in ["upload_thumbnail", "upload-thumbnail", "UploadThumbnail", "UPLOAD_THUMBNAIL"]
        {
            assert_eq!(camel(name), "uploadThumbnail", "{name}");
            assert_eq!(pascal(name), "UploadThumbnail", "{name}");
            assert_eq!(kebab(name), "upload-thumbnail", "{name}");
        }
        assert_eq!(kebab("acme.Tasks"), "acme-tasks");
        assert_eq!(camel("a"), "a");
        assert_eq!(pascal("v2"), "V2");
    }
}
