//! How does a backend wait for its frontend, serve it, and end with it?

mod document;
mod import;

use std::process::ExitCode;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use tokio::sync::Mutex;
use traitwire::{Stream, ipc};

use self::document::Document;
use crate::interface::{EditError, Editor, EditorServer, Imported, ViewClient};

/// A frontend that was started together with this backend is there by then.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn run() -> ExitCode {
    let listener = match ipc::unix::Listener::bind() {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("backend: there is no socket to wait on: {error}");
            return ExitCode::FAILURE;
        }
    };
    println!("{}", listener.path().display());

    let backend =
        ipc::backend().serve(|view: ViewClient| EditorServer::new(OneDocument::new(view)));
    let pair = match tokio::time::timeout(PATIENCE, listener.pair::<()>(backend)).await {
        Ok(Ok((pair, ()))) => pair,
        Ok(Err(fault)) => {
            eprintln!("backend: {fault}");
            return ExitCode::FAILURE;
        }
        Err(_) => {
            eprintln!("backend: no frontend came within {} s", PATIENCE.as_secs());
            return ExitCode::FAILURE;
        }
    };
    let closed = pair.closed().await;
    if closed.is_orderly() {
        return ExitCode::SUCCESS;
    }
    eprintln!("backend: {closed}");
    ExitCode::FAILURE
}

/// The document of one frontend. An edit has it for itself, from its beginning to its end.
struct OneDocument {
    document: Mutex<Document>,
    view: ViewClient,
}

impl OneDocument {
    fn new(view: ViewClient) -> OneDocument {
        OneDocument { document: Mutex::default(), view }
    }
}

impl Editor for OneDocument {
    async fn open(&self, path: &str) -> Result<u64, EditError> {
        let mut document = self.document.lock().await;
        *document = Document::new(read(path).await?);
        Ok(document.lines().len() as u64)
    }

    fn lines(&self) -> impl Stream<Item = String> + Send {
        let lines = async { self.document.lock().await.lines().to_vec() };
        stream::once(lines).flat_map(stream::iter)
    }

    async fn insert(&self, number: u64, text: &str) -> Result<(), EditError> {
        self.document.lock().await.insert(number, text)
    }

    async fn delete(&self, number: u64) -> Result<String, EditError> {
        self.document.lock().await.delete(number)
    }

    async fn undo(&self) -> Result<(), EditError> {
        self.document.lock().await.undo()
    }

    async fn redo(&self) -> Result<(), EditError> {
        self.document.lock().await.redo()
    }

    async fn import(&self, path: &str) -> Result<Imported, EditError> {
        let mut document = self.document.lock().await;
        let (lines, imported) = import::run(document.lines(), read(path).await?, &self.view).await;
        // Who gives up has given up before: there is no await from here on.
        document.replace(lines);
        Ok(imported)
    }
}

async fn read(path: &str) -> Result<Vec<String>, EditError> {
    match tokio::fs::read_to_string(path).await {
        Ok(text) => Ok(text.lines().map(str::to_owned).collect()),
        Err(error) => Err(EditError::File { path: path.to_owned(), why: error.to_string() }),
    }
}
