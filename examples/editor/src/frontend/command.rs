//! Which command is a line?

pub(super) const HELP: &str = "\
open FILE      puts the text of a file in the place of the document
show           prints the document
insert N TEXT  puts a line before line N
delete N       takes line N away
undo, redo     undoes the last edit; does it again
import FILE    takes the sections of a file into the document; they begin with `# HEADING`
cancel         ends an import that is under way
quit           ends the editor, and its backend";

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Command {
    Open(String),
    Show,
    Insert(u64, String),
    Delete(u64),
    Undo,
    Redo,
    Import(String),
    Cancel,
    Help,
    Quit,
}

/// # Errors
/// What is wrong with the line, and what would be right.
pub(super) fn parse(line: &str) -> Result<Command, String> {
    let line = line.trim();
    let (name, rest) = line.split_once(' ').unwrap_or((line, ""));
    let rest = rest.trim_start();
    let alone = |command| match rest {
        "" => Ok(command),
        _ => Err(format!("`{name}` stands alone")),
    };
    match name {
        "open" => Ok(Command::Open(file(name, rest)?)),
        "show" => alone(Command::Show),
        "insert" => {
            let (line, text) = rest.split_once(' ').unwrap_or((rest, ""));
            Ok(Command::Insert(number(name, line)?, text.to_owned()))
        }
        "delete" => Ok(Command::Delete(number(name, rest)?)),
        "undo" => alone(Command::Undo),
        "redo" => alone(Command::Redo),
        "import" => Ok(Command::Import(file(name, rest)?)),
        "cancel" => alone(Command::Cancel),
        "help" => alone(Command::Help),
        "quit" => alone(Command::Quit),
        _ => Err(format!("there is no command `{name}`; `help` shows those that there are")),
    }
}

fn file(name: &str, text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err(format!("which file? {name} FILE"));
    }
    Ok(text.to_owned())
}

fn number(name: &str, text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| match text {
        "" => format!("which line? {name} N"),
        _ => format!("`{text}` is no number of a line"),
    })
}
