//! What may the two ends ask each other?

use std::fmt;

use serde::{Deserialize, Serialize};
use traitwire::{Stream, Wire, ipc_interface};

/// The backend's half: it owns the document.
#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Editor {
    /// Puts the text of a file in the place of the document, and forgets what could be undone. Says how
    /// many lines there are.
    async fn open(&self, path: &str) -> Result<u64, EditError>;

    /// All lines. A stream, for there may be more than one message holds.
    fn lines(&self) -> impl Stream<Item = String> + Send;

    /// Puts a line before the one of this number; the first is 1.
    async fn insert(&self, number: u64, text: &str) -> Result<(), EditError>;

    /// Takes a line away, and says what it was.
    async fn delete(&self, number: u64) -> Result<String, EditError>;

    /// Undoes the last edit that is not undone.
    async fn undo(&self) -> Result<(), EditError>;

    /// Does again what was undone last.
    async fn redo(&self) -> Result<(), EditError>;

    /// Takes the sections of a file into the document, as one edit. Where the document has a section of the
    /// same heading, the frontend is asked whether to replace it. If the caller gives up, the document stays
    /// as it is.
    async fn import(&self, path: &str) -> Result<Imported, EditError>;
}

/// The frontend's half: it has the user.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
pub trait View {
    /// Asks the user; `true` means yes.
    async fn confirm(&self, question: &str) -> bool;

    /// Tells the user how far an import is.
    #[ipc(notify)]
    fn progress(&self, done: u64, total: u64);
}

/// What an import has done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct Imported {
    /// Sections that were not there.
    pub added: u64,
    /// Sections that took the place of others.
    pub replaced: u64,
    /// Sections that the user did not want.
    pub left_out: u64,
}

/// Why the document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub enum EditError {
    /// There is no such line.
    NoLine {
        /// The number that was given.
        number: u64,
        /// How many lines there are.
        lines: u64,
    },
    /// Nothing was edited that could be undone.
    NothingToUndo,
    /// Nothing was undone that could be done again.
    NothingToRedo,
    /// The file cannot be read.
    File {
        /// Which one.
        path: String,
        /// What the operating system says.
        why: String,
    },
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::NoLine { number, lines } => {
                write!(f, "there is no line {number}: the document has {lines}")
            }
            EditError::NothingToUndo => f.write_str("there is nothing to undo"),
            EditError::NothingToRedo => f.write_str("there is nothing to redo"),
            EditError::File { path, why } => write!(f, "`{path}` cannot be read: {why}"),
        }
    }
}
