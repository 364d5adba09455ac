//! Which known name did a peer probably mean?

/// The known name that is nearest to a word of a peer's, if one is near. A word of a peer's may have
/// megabytes, and comparing takes the product of both lengths: only names of its size are compared.
pub(crate) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let known = known.into_iter().filter(|name| word.len() <= 2 * name.len());
    traitwire_schema::names::did_you_mean(word, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_its_size_are_near_a_word() {
        assert_eq!(did_you_mean("serch", ["search", "rename"]), Some("search"));
        assert_eq!(did_you_mean(&"search".repeat(100_000), ["search"; 1000]), None);
    }
}
