//! What does a message look like, and with which exit code does a command end?

use std::io::{self, Write as _};
use std::ops::Range;
use std::process::ExitCode;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Why a command ends without success. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Something that should not happen, such as a full disk.
    Unexpected = 1,
    /// Wrong usage or configuration.
    Usage = 2,
    /// The user's crates do not build.
    Build = 3,
    /// Generated files are not what the schema gives.
    Stale = 4,
    /// A remote answered with an error.
    Remote = 6,
}

impl Exit {
    pub(crate) fn code(self) -> ExitCode {
        ExitCode::from(self as u8)
    }
}

/// The end of a command that did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What is still to be said; cargo may have said it all.
    pub(crate) reports: Vec<Report>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, report: Report) -> Failure {
        Failure { exit, reports: vec![report] }
    }

    pub(crate) fn usage(title: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, Report::error(title))
    }

    /// A failure of the system, with what was being done.
    pub(crate) fn io(doing: impl Into<String>, error: &io::Error) -> Failure {
        Failure::new(Exit::Unexpected, Report::error(format!("{}: {error}", doing.into())))
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Failure {
        if let Some(last) = self.reports.pop() {
            self.reports.push(last.help(help));
        }
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Failure {
        if let Some(last) = self.reports.pop() {
            self.reports.push(last.note(note));
        }
        self
    }
}

impl From<Report> for Failure {
    fn from(report: Report) -> Failure {
        Failure::new(Exit::Usage, report)
    }
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Severity {
    Error,
    Warning,
    Note,
}

/// A message about a place, or about none.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    severity: Severity,
    title: String,
    place: Option<Place>,
    notes: Vec<String>,
    helps: Vec<String>,
}

#[derive(Debug, Clone)]
enum Place {
    /// A part of a text at hand.
    Excerpt { path: String, text: String, span: Range<usize>, label: String },
    /// A place whose text is not at hand.
    Name { path: String, line: u32, column: u32 },
}

impl Report {
    pub(crate) fn new(severity: Severity, title: impl Into<String>) -> Report {
        Report { severity, title: title.into(), place: None, notes: vec![], helps: vec![] }
    }

    pub(crate) fn error(title: impl Into<String>) -> Report {
        Report::new(Severity::Error, title)
    }

    /// The same, where the command goes on.
    pub(crate) fn into_warning(mut self) -> Report {
        self.severity = Severity::Warning;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Report {
        self.helps.push(help.into());
        self
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Report {
        self.notes.push(note.into());
        self
    }

    /// At bytes of a text.
    pub(crate) fn at(mut self, path: &str, text: &str, span: Range<usize>, label: &str) -> Report {
        // A span beyond the text would be a mistake of ours; the message matters more.
        let end = span.end.min(text.len());
        self.place = Some(Place::Excerpt {
            path: path.to_owned(),
            text: text.to_owned(),
            span: span.start.min(end)..end,
            label: label.to_owned(),
        });
        self
    }

    /// At the word that begins at a line and column (in characters, from 1; column 0: the line).
    pub(crate) fn at_word(
        self,
        path: &str,
        text: &str,
        line: u32,
        column: u32,
        label: &str,
    ) -> Report {
        match word(text, line, column) {
            Some(span) => self.at(path, text, span, label),
            None => self.at_name(path, line, column),
        }
    }

    /// At a place whose text cannot be shown.
    pub(crate) fn at_name(mut self, path: &str, line: u32, column: u32) -> Report {
        self.place = Some(Place::Name { path: path.to_owned(), line, column });
        self
    }

    /// The message as text with colours.
    pub(crate) fn render(&self) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
            Severity::Note => Level::NOTE,
        };
        let title = level.primary_title(&self.title);
        let mut group = match &self.place {
            None => Group::with_title(title),
            Some(Place::Excerpt { path, text, span, label }) => {
                let mut mark = AnnotationKind::Primary.span(span.clone());
                if !label.is_empty() {
                    mark = mark.label(label);
                }
                title.element(Snippet::source(text).path(path).annotation(mark))
            }
            Some(Place::Name { path, line, column }) => {
                let mut origin = Origin::path(path);
                if *line > 0 {
                    origin = origin.line(*line as usize).char_column((*column).max(1) as usize);
                }
                title.element(origin)
            }
        };
        for note in &self.notes {
            group = group.element(Level::NOTE.message(note));
        }
        for help in &self.helps {
            group = group.element(Level::HELP.message(help));
        }
        Renderer::styled().render(&[group])
    }

    /// Prints the message on the standard error, with colours where that is a terminal.
    pub(crate) fn show(&self) {
        let text = self.render();
        // As the compiler does: an empty line after what has more than one.
        let end = if text.trim_end().contains('\n') { "\n" } else { "" };
        say(&format!("{}{end}", text.trim_end()));
    }
}

/// The bytes of the word that begins at a line and column, or of the line's text.
fn word(text: &str, line: u32, column: u32) -> Option<Range<usize>> {
    let index = usize::try_from(line).ok()?.checked_sub(1)?;
    let content = text.split_inclusive('\n').nth(index)?;
    let start: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
    let trimmed = content.trim_end();
    if column == 0 {
        let indent = trimmed.len() - trimmed.trim_start().len();
        return Some(start + indent..start + trimmed.len());
    }
    let (offset, _) = trimmed.char_indices().nth(column as usize - 1)?;
    let rest = &trimmed[offset..];
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some(start + offset..start + offset + end.max(rest.chars().next()?.len_utf8()))
}

/// A line on the standard error. Nobody is left to be told when it is closed.
pub(crate) fn say(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Data on the standard output. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn print(data: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match stdout.write_all(data.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::io("the output could not be written", &error))
        }
        _ => Ok(()),
    }
}

/// Text for people on the standard output. A document from elsewhere may say anything, but cannot steer
/// their terminal.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    let turns = |c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let plain = |c: char| if (c.is_control() && c != '\n') || turns(c) { '\u{fffd}' } else { c };
    print(&text.chars().map(plain).collect::<String>())
}

/// `one file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// `` `a` ``, `` `a` and `b` ``, `` `a`, `b` and `c` ``.
pub(crate) fn names<T: std::fmt::Display>(names: impl IntoIterator<Item = T>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.pop() {
        None => "none".to_owned(),
        Some(last) if names.is_empty() => last,
        Some(last) => format!("{} and {last}", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_by_line_and_column() {
        let text = "first\n  pub trait Äöü {\n";
        let at = |line, column| word(text, line, column).map(|span| &text[span]);
        assert_eq!(at(2, 3), Some("pub"));
        assert_eq!(at(2, 13), Some("Äöü"));
        assert_eq!(at(2, 0), Some("pub trait Äöü {"));
        assert_eq!(at(2, 17), Some("{"));
        assert_eq!(at(2, 99), None);
        assert_eq!(at(9, 1), None);
        assert_eq!(at(0, 0), None);
    }
}
