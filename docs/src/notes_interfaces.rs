//! What the backend and the frontend of the notes have in common.

use serde::{Deserialize, Serialize};
use traitwire::{Context, Stream, Wire, rpc_interface};

/// A note.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
pub struct Note {
    /// Notes are numbered from 1.
    pub id: u32,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub author: String,
}

/// What can go wrong with notes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Wire)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum NoteError {
    /// There is no such note.
    #[wire(status = 404)]
    NotFound {
        /// Which one.
        id: u32,
    },
    /// A note must say something.
    Empty,
}

/// Keeps notes.
#[rpc_interface(version = "1.0.0")]
pub trait Notes {
    /// How many notes there are. Everyone may ask.
    #[rpc(readonly, public)]
    async fn count(&self) -> u32;

    /// Notes that contain `text`, oldest first.
    #[rpc(readonly)]
    async fn find(&self, text: &str, limit: Option<u32>) -> Vec<Note>;

    /// One note.
    #[rpc(readonly)]
    async fn get(&self, id: u32) -> Result<Note, NoteError>;

    /// Writes a note in the name of the caller.
    #[rpc(scope = "notes:write")]
    async fn add(&self, cx: &Context, text: &str) -> Result<Note, NoteError>;

    /// The notes after number `after`, and then each one as it is written.
    #[rpc(readonly)]
    fn follow(&self, after: u32) -> impl Stream<Item = Note> + Send;
}
