//! What does a doc comment say, and which examples does it bring?
//!
//! A fenced block marked `json` is an example. It leaves the text, for it stands in `examples` or
//! `example`, where tools show it; all other blocks stay.

use traitwire_schema::{Method, Source};

use super::ordered::Json;
use crate::emit::Problem;

/// A doc comment.
#[derive(Debug, Default)]
pub(in crate::emit) struct Docs {
    /// Without its examples.
    pub(in crate::emit) text: String,
    /// In order.
    pub(in crate::emit) examples: Vec<Json>,
}

/// Reads a doc comment. What it describes is `of`, for a message.
///
/// # Errors
/// [`Problem`] at the definition, where an example is no JSON.
pub(in crate::emit) fn read(docs: &str, of: &str, source: &Source) -> Result<Docs, Problem> {
    let mut text = Vec::new();
    let mut examples = Vec::new();
    let mut lines = docs.lines();
    while let Some(line) = lines.next() {
        let Some(fence) = fence(line) else {
            text.push(line);
            continue;
        };
        let block: Vec<&str> = lines.by_ref().take_while(|line| !closes(line, fence)).collect();
        let info = line.trim()[fence.len()..].trim();
        if info.split([' ', ',']).next() == Some("json") {
            let example = Json::parse(&block.join("\n")).map_err(|error| Problem {
                message: format!("an example in the docs of {of} is no JSON: {error}"),
                source: source.clone(),
                label: "documented here".to_owned(),
                help: Some(
                    "mend the block, or mark it `jsonc` if it is not an example of the value"
                        .to_owned(),
                ),
            })?;
            examples.push(example);
        } else {
            text.push(line);
            text.extend(block);
            text.push(fence);
        }
    }
    // An example that left may have had empty lines on both sides.
    text.dedup_by(|a, b| a.trim().is_empty() && b.trim().is_empty());
    Ok(Docs { text: text.join("\n").trim().to_owned(), examples })
}

/// The examples of arguments and reply. The first block is the arguments, if there are any.
pub(in crate::emit) fn examples(
    method: &Method,
    place: &str,
    docs: &Docs,
    problems: &mut Vec<Problem>,
) -> (Option<Json>, Option<Json>) {
    let mut examples = docs.examples.iter().cloned();
    let request = if method.args.is_empty() { None } else { examples.next() };
    let reply = examples.next();
    let wrong = |message: String, help: &str| Problem {
        message,
        source: method.source.clone(),
        label: "documented here".to_owned(),
        help: Some(help.to_owned()),
    };
    if request.as_ref().is_some_and(|example| !matches!(example, Json::Object(_))) {
        problems.push(wrong(
            format!("the first example of {place} is not an object of its arguments"),
            "write the arguments as `{ \"name\": value }`, and the reply in a second block",
        ));
    }
    if examples.next().is_some() {
        problems.push(wrong(
            format!("{place} has more examples than its arguments and its reply"),
            "remove a block, or mark it `jsonc`",
        ));
    }
    (request, reply)
}

/// The backticks or tildes that open a block.
fn fence(line: &str) -> Option<&str> {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| *c == '`' || *c == '~')?;
    let length = line.len() - line.trim_start_matches(mark).len();
    // What has backticks after it is code in the line.
    (length >= 3 && !line[length..].contains('`')).then(|| &line[..length])
}

fn closes(line: &str, fence: &str) -> bool {
    let line = line.trim();
    line.starts_with(fence) && line.trim_start_matches(&fence[..1]).is_empty()
}

/// The first paragraph of a text in one line, without its full stop: a summary.
pub(in crate::emit) fn summary(text: &str) -> String {
    let paragraph: Vec<&str> =
        text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    paragraph.strip_suffix('.').unwrap_or(&paragraph).to_owned()
}

/// A text, then sentences that are not in it, each as a paragraph.
pub(in crate::emit) fn join(text: &str, more: impl IntoIterator<Item = String>) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend((!text.is_empty()).then(|| text.to_owned()));
    parts.extend(more);
    parts.join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_json_block_is_an_example_and_no_other_is() {
        let text = "Says it.\n\n```json\n{ \"a\": 1 }\n```\n\n```rust\nlet json = 1;\n```\n\
                    ````text\n```json\n{}\n```\n````\nEnd.";
        let docs = read(text, "x", &Source::default()).unwrap();
        assert_eq!(docs.examples, [Json::parse("{\"a\":1}").unwrap()]);
        assert_eq!(
            docs.text,
            "Says it.\n\n```rust\nlet json = 1;\n```\n````text\n```json\n{}\n```\n````\nEnd."
        );
    }

    #[test]
    fn an_example_that_is_no_json_is_named_with_its_place() {
        let source = Source { file: "a.rs".into(), line: 7, column: 1 };
        let problem = read("```json\n{ a: 1 }\n```", "`Shop/buy`", &source).unwrap_err();
        assert_eq!(
            problem.message,
            "an example in the docs of `Shop/buy` is no JSON: key must be a string at line 1 column 3"
        );
        assert_eq!(problem.source, source);
    }

    #[test]
    fn a_summary_is_the_first_paragraph() {
        assert_eq!(summary("One\nline. Two.\n\nThree."), "One line. Two");
        assert_eq!(summary(""), "");
    }
}
