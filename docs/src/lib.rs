#![doc = include_str!("../guide/README.md")]
#![allow(clippy::doc_markdown, reason = "the pages are prose that is also read elsewhere")]

#[doc = include_str!("../../README.md")]
pub mod readme {}

#[doc = include_str!("../guide/first-interface.md")]
pub mod first_interface {}

#[doc = include_str!("../guide/interfaces.md")]
pub mod interfaces {}

#[doc = include_str!("../guide/types.md")]
pub mod types {}

#[doc = include_str!("../guide/calls.md")]
pub mod calls {}

#[doc = include_str!("../guide/context.md")]
pub mod context {}

#[doc = include_str!("../guide/streams.md")]
pub mod streams {}

#[doc = include_str!("../guide/errors.md")]
pub mod errors {}

#[doc = include_str!("../guide/access.md")]
pub mod access {}

#[doc = include_str!("../guide/versions.md")]
pub mod versions {}

#[doc = include_str!("../guide/pairs.md")]
pub mod pairs {}

#[doc = include_str!("../guide/ordering.md")]
pub mod ordering {}

#[doc = include_str!("../guide/observability.md")]
pub mod observability {}

#[doc = include_str!("../guide/http.md")]
pub mod http {}

#[doc = include_str!("../guide/production.md")]
pub mod production {}

#[doc = include_str!("../guide/limits.md")]
pub mod limits {}

#[doc = include_str!("../guide/command-line.md")]
pub mod command_line {}

#[doc = include_str!("../guide/typescript.md")]
pub mod typescript {}

#[doc = include_str!("../guide/typescript-client.md")]
pub mod typescript_client {}

#[doc = include_str!("../guide/openapi.md")]
pub mod openapi {}

#[doc = include_str!("../guide/cookbook.md")]
pub mod cookbook {}

/// Notes in memory.
pub mod notes_backend;
pub mod notes_interfaces;
/// A pair: a backend that has a text, and a frontend that has a user.
pub mod text_pair;

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_of_pairs_shows_the_code_that_others_use() {
        let code = include_str!("text_pair.rs");
        assert!(
            include_str!("../guide/pairs.md").contains(code),
            "pairs.md has another text than:\n{code}"
        );
    }

    #[test]
    fn the_first_page_shows_the_code_that_the_other_pages_use() {
        let page = include_str!("../guide/first-interface.md");
        for code in [include_str!("notes_interfaces.rs"), include_str!("notes_backend.rs")] {
            let code = code.replace("use crate::", "use ");
            assert!(page.contains(&code), "first-interface.md has another text than:\n{code}");
        }
    }
}
