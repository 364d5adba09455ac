//! What is a name called on the wire?

/// The cases of `rename_all`, which mean what they mean in serde.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are named after the cases")]
pub enum RenameRule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameRule {
    /// Every rule with the text that names it in an attribute.
    pub const ALL: [(&'static str, RenameRule); 8] = [
        ("lowercase", RenameRule::Lower),
        ("UPPERCASE", RenameRule::Upper),
        ("PascalCase", RenameRule::Pascal),
        ("camelCase", RenameRule::Camel),
        ("snake_case", RenameRule::Snake),
        ("SCREAMING_SNAKE_CASE", RenameRule::ScreamingSnake),
        ("kebab-case", RenameRule::Kebab),
        ("SCREAMING-KEBAB-CASE", RenameRule::ScreamingKebab),
    ];

    /// The rule that an attribute names.
    pub fn parse(text: &str) -> Option<RenameRule> {
        Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, rule)| *rule)
    }

    /// Renames a field, an argument or a method, whose Rust name is in snake case.
    pub fn apply_to_field(self, field: &str) -> String {
        match self {
            RenameRule::Lower | RenameRule::Snake => field.to_owned(),
            RenameRule::Upper | RenameRule::ScreamingSnake => field.to_ascii_uppercase(),
            RenameRule::Pascal => pascal(field),
            RenameRule::Camel => lower_first(&pascal(field)),
            RenameRule::Kebab => field.replace('_', "-"),
            RenameRule::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }

    /// Renames a variant, whose Rust name is in Pascal case.
    pub fn apply_to_variant(self, variant: &str) -> String {
        match self {
            RenameRule::Pascal => variant.to_owned(),
            RenameRule::Lower => variant.to_ascii_lowercase(),
            RenameRule::Upper => variant.to_ascii_uppercase(),
            RenameRule::Camel => lower_first(variant),
            RenameRule::Snake => snake(variant),
            RenameRule::ScreamingSnake => snake(variant).to_ascii_uppercase(),
            RenameRule::Kebab => snake(variant).replace('_', "-"),
            RenameRule::ScreamingKebab => snake(variant).to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut name = String::with_capacity(field.len());
    let mut capital = true;
    for c in field.chars() {
        if c == '_' {
            capital = true;
        } else if capital {
            name.push(c.to_ascii_uppercase());
            capital = false;
        } else {
            name.push(c);
        }
    }
    name
}

fn lower_first(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_ascii_lowercase().to_string() + chars.as_str(),
        None => String::new(),
    }
}

fn snake(variant: &str) -> String {
    let mut name = String::with_capacity(variant.len() + 4);
    for (i, c) in variant.char_indices() {
        if i > 0 && c.is_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

/// Longest name of an interface, method or argument, in bytes.
pub const MAX_NAME: usize = 128;

/// Says what is wrong with the name of an interface, which stands in a URL path: letters, digits,
/// `_`, `-` and single dots between, beginning with a letter.
///
/// # Errors
/// The rule that it breaks, to be put after the name.
pub fn check_interface_name(name: &str) -> Result<(), &'static str> {
    check_length(name)?;
    if name.split('.').any(str::is_empty) {
        return Err("has an empty part between dots");
    }
    check_word(name, |c| c == '.')
}

/// Says what is wrong with the wire name of a method, which stands in a URL path: letters, digits,
/// `_` and `-`, beginning with a letter.
///
/// # Errors
/// The rule that it breaks, to be put after the name.
pub fn check_method_name(name: &str) -> Result<(), &'static str> {
    check_length(name)?;
    check_word(name, |_| false)
}

/// Says what is wrong with the wire name of an argument, which stands in a query string.
///
/// # Errors
/// The rule that it breaks, to be put after the name.
pub fn check_arg_name(name: &str) -> Result<(), &'static str> {
    check_length(name)?;
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') {
        Ok(())
    } else {
        Err("may have letters, digits, `_` and `-` only")
    }
}

fn check_length(name: &str) -> Result<(), &'static str> {
    match name.len() {
        0 => Err("is empty"),
        1..=MAX_NAME => Ok(()),
        _ => Err("is longer than 128 bytes"),
    }
}

fn check_word(name: &str, also: impl Fn(char) -> bool) -> Result<(), &'static str> {
    // A leading `_` is kept for paths of our own, such as `_versions`.
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Err("must begin with a letter");
    }
    if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-' || also(c)) {
        Ok(())
    } else {
        Err("may have ASCII letters, digits, `_` and `-` only")
    }
}

/// The word of `known` that somebody who wrote `word` most likely meant, if any is near.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.len() / 3).max(1);
    known
        .into_iter()
        // Comparing takes the product of both lengths, and a word of a peer's may have megabytes.
        .filter(|candidate| word.len() <= 2 * candidate.len())
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap two neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    // The rows of the usual table for the last two characters of `a` and for the next one.
    let mut above_that = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut edits = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                let swap: usize = above_that[j - 2];
                edits = edits.min(swap + 1);
            }
            row.push(edits);
        }
        above_that = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_rename_as_serde_does() {
        // The table of serde's own documentation, field and variant.
        for (rule, field, variant) in [
            ("lowercase", "very_tasty", "verytasty"),
            ("UPPERCASE", "VERY_TASTY", "VERYTASTY"),
            ("PascalCase", "VeryTasty", "VeryTasty"),
            ("camelCase", "veryTasty", "veryTasty"),
            ("snake_case", "very_tasty", "very_tasty"),
            ("SCREAMING_SNAKE_CASE", "VERY_TASTY", "VERY_TASTY"),
            ("kebab-case", "very-tasty", "very-tasty"),
            ("SCREAMING-KEBAB-CASE", "VERY-TASTY", "VERY-TASTY"),
        ] {
            let parsed = RenameRule::parse(rule).unwrap();
            assert_eq!(parsed.apply_to_field("very_tasty"), field, "{rule}");
            assert_eq!(parsed.apply_to_variant("VeryTasty"), variant, "{rule}");
        }
        assert_eq!(RenameRule::parse("camel_case"), None);
    }

    #[test]
    fn names_that_would_break_a_path_are_refused() {
        for name in ["Catalog", "acme.Tasks", "a-b_c2"] {
            assert_eq!(check_interface_name(name), Ok(()), "{name}");
        }
        for name in ["", "_versions", "9a", "a..b", ".a", "a.", "a/b", "a b", "ä", "a?b"] {
            assert!(check_interface_name(name).is_err(), "{name}");
        }
        assert!(check_method_name("a.b").is_err());
        assert!(check_method_name(&"a".repeat(MAX_NAME)).is_ok());
        assert!(check_method_name(&"a".repeat(MAX_NAME + 1)).is_err());
    }

    #[test]
    fn the_nearest_word_is_suggested() {
        let known = ["version", "name", "rename_all"];
        assert_eq!(did_you_mean("verion", known), Some("version"));
        assert_eq!(did_you_mean("nmae", known), Some("name"));
        assert_eq!(did_you_mean("route", known), None);
        assert_eq!(did_you_mean("", known), None);
        assert_eq!(did_you_mean(&"version".repeat(100_000), ["version"; 1000]), None);
    }
}
