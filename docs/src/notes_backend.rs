use futures_util::stream;
use tokio::sync::watch;
use traitwire::rpc::{Backend, BuildError, StaticTokens};
use traitwire::{Caller, Context, Stream};

use crate::notes_interfaces::{Note, NoteError, Notes, NotesServer};

/// Keeps its notes until it is dropped.
#[derive(Default)]
pub struct Memory {
    notes: watch::Sender<Vec<Note>>,
}

impl Notes for Memory {
    async fn count(&self) -> u32 {
        u32::try_from(self.notes.borrow().len()).unwrap_or(u32::MAX)
    }

    async fn find(&self, text: &str, limit: Option<u32>) -> Vec<Note> {
        let limit = limit.unwrap_or(100) as usize;
        let notes = self.notes.borrow();
        notes.iter().filter(|note| note.text.contains(text)).take(limit).cloned().collect()
    }

    async fn get(&self, id: u32) -> Result<Note, NoteError> {
        let notes = self.notes.borrow();
        notes.iter().find(|note| note.id == id).cloned().ok_or(NoteError::NotFound { id })
    }

    async fn add(&self, cx: &Context, text: &str) -> Result<Note, NoteError> {
        if text.is_empty() {
            return Err(NoteError::Empty);
        }
        // `add` is not public, so there is a caller.
        let author = cx.caller().map_or("nobody", Caller::subject).to_owned();
        let mut note = Note { id: 0, text: text.to_owned(), author };
        self.notes.send_modify(|notes| {
            note.id = u32::try_from(notes.len() + 1).unwrap_or(u32::MAX);
            notes.push(note.clone());
        });
        Ok(note)
    }

    fn follow(&self, after: u32) -> impl Stream<Item = Note> + Send {
        let notes = self.notes.subscribe();
        stream::unfold((notes, after as usize), |(mut notes, next)| async move {
            let note = notes.wait_for(|notes| notes.len() > next).await.ok()?[next].clone();
            Some((note, (notes, next + 1)))
        })
    }
}

/// A backend that serves notes to ann, who reads, and to bob, who also writes.
///
/// # Errors
/// None, as long as there is an authenticator.
pub fn build() -> Result<Backend, BuildError> {
    let reader = Caller::new("ann");
    let writer = Caller::new("bob").with_scope("notes:write");
    Backend::builder()
        .serve(NotesServer::new(Memory::default()))
        .authenticator(StaticTokens::new([("ann-token", reader), ("bob-token", writer)]))
        .build()
}
