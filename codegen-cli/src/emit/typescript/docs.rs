//! How does a doc comment of Rust become one of TypeScript?

use traitwire_schema::{Deprecation, Type};

use super::direction::{Way, one_way};
use super::text::misleads;
use super::write::{Doc, concat, join};

/// What is said of something: lines of text, then tags.
#[derive(Debug, Default)]
pub(super) struct Comment {
    lines: Vec<String>,
    tags: Vec<String>,
}

impl Comment {
    pub(super) fn new(docs: &str) -> Comment {
        let mut comment = Comment::default();
        comment.paragraph(docs);
        comment
    }

    /// Adds lines, after an empty one if there are some already.
    pub(super) fn paragraph(&mut self, docs: &str) {
        let docs = docs.trim_matches('\n').trim_end();
        if docs.is_empty() {
            return;
        }
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.extend(docs.lines().map(line));
    }

    /// One point of a list, whose further lines are indented.
    pub(super) fn point(&mut self, head: &str, docs: &str) {
        let mut docs = docs.trim().lines().map(line);
        let head = line(head);
        match docs.next() {
            Some(first) => self.lines.push(format!("- {head}: {first}")),
            None => self.lines.push(format!("- {head}")),
        }
        self.lines.extend(docs.map(
            |rest| {
                if rest.is_empty() { rest } else { format!("  {rest}") }
            },
        ));
    }

    /// An empty line between what came and what comes.
    pub(super) fn gap(&mut self) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
    }

    pub(super) fn tag(&mut self, tag: &str) {
        // A tag goes to the end of its line.
        self.tags.push(safe(&tag.split_whitespace().collect::<Vec<_>>().join(" ")));
    }

    pub(super) fn since(mut self, since: Option<&str>) -> Comment {
        if let Some(since) = since {
            self.tag(&format!("@since {since}"));
        }
        self
    }

    pub(super) fn deprecated(mut self, deprecated: Option<&Deprecation>) -> Comment {
        if let Some(Deprecation { since, note }) = deprecated {
            let since = since.as_deref().map(|since| format!("since {since}"));
            let said: Vec<&str> = since.as_deref().into_iter().chain(note.as_deref()).collect();
            self.tag(format!("@deprecated {}", said.join(": ")).trim());
        }
        self
    }

    /// Of which form the text is, if it is text of a form.
    pub(super) fn form(mut self, ty: &Type, way: Way) -> Comment {
        match one_way(ty, way) {
            Type::Option(inner) => self.form(inner, way),
            Type::Format(format) => {
                self.tag(&format!("@format {}", format.name));
                self
            }
            _ => self,
        }
    }

    /// What stands in for a value that is left out, as JSON.
    pub(super) fn default_value(mut self, json: Option<&str>) -> Comment {
        if let Some(json) = json {
            // Spaces in a text of it count.
            self.tags.push(safe(&format!("@default {json}")));
        }
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.tags.is_empty()
    }

    /// The comment and the end of its last line; nothing if nothing is said.
    pub(super) fn doc(&self) -> Doc {
        match (&self.lines[..], &self.tags[..]) {
            ([], []) => Doc::nil(),
            ([one], []) | ([], [one]) => {
                let text = concat![Doc::IfBroken(" * "), one.as_str()];
                let end = concat![Doc::Line, Doc::IfBroken(" "), "*/"];
                concat![concat!["/**", Doc::Line, text, end].group(), Doc::Hard]
            }
            (lines, tags) => {
                let gap: &[String] =
                    if lines.is_empty() || tags.is_empty() { &[] } else { &[String::new()] };
                let lines = lines.iter().chain(gap).chain(tags);
                let lines = lines.map(|line| Doc::from(format!(" * {line}").trim_end()));
                concat!["/**", Doc::Hard, join(lines, &Doc::Hard), Doc::Hard, " */", Doc::Hard]
            }
        }
    }
}

/// A line that cannot end the comment, and begins no tag of its own.
fn line(text: &str) -> String {
    let text = safe(text.trim_end());
    match text.trim_start().strip_prefix('@') {
        Some(_) => text.replacen('@', "\\@", 1),
        None => text,
    }
}

fn safe(text: &str) -> String {
    let clean = |c: char| if c == '\t' || misleads(c) { ' ' } else { c };
    text.chars().map(clean).collect::<String>().replace("*/", "*\\/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::emit::typescript::write::{concat, print};

    fn printed(comment: &Comment) -> String {
        print(&concat![comment.doc(), "x"])
    }

    #[test]
    fn short_docs_stand_on_one_line() {
        assert_eq!(printed(&Comment::new("One model.")), "/** One model. */\nx\n");
        assert_eq!(printed(&Comment::new("")), "x\n");
        let tag = Comment::new("").since(Some("1.4.0"));
        assert_eq!(printed(&tag), "/** @since 1.4.0 */\nx\n");
    }

    #[test]
    fn tags_come_after_the_text() {
        let deprecated = Deprecation { since: Some("1.1.0".into()), note: Some("use\n`b`".into()) };
        let comment = Comment::new("A.\n\n    indented\n").deprecated(Some(&deprecated));
        let expected = "/**\n * A.\n *\n *     indented\n *\n \
                        * @deprecated since 1.1.0: use `b`\n */\nx\n";
        assert_eq!(printed(&comment), expected);
    }

    #[test]
    fn docs_cannot_leave_their_comment() {
        let comment = Comment::new("a */ b\u{2028}c\u{202e}\u{0}d\r\n@deprecated not really");
        let expected = "/**\n * a *\\/ b c  d\n * \\@deprecated not really\n */\nx\n";
        assert_eq!(printed(&comment), expected);
    }

    #[test]
    fn points_of_a_list_keep_together() {
        let mut comment = Comment::new("A list.");
        comment.gap();
        comment.point("`\"a\"`", "First\nof all.");
        comment.point("`\"b\"`", "");
        let expected =
            "/**\n * A list.\n *\n * - `\"a\"`: First\n *   of all.\n * - `\"b\"`\n */\nx\n";
        assert_eq!(printed(&comment), expected);
    }
}
