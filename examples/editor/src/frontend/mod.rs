//! How does a frontend start its backend, become its peer, and end with it?

mod command;
mod input;
mod session;
mod view;

use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use traitwire::ipc::{self, Pair};

use self::input::Input;
use self::session::Session;
use crate::interface::{EditorClient, ViewServer};

/// Longest that a backend may take to say where it waits, and to end once the pair is closed.
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn run() -> ExitCode {
    match edit().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("editor: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn edit() -> Result<ExitCode, Box<dyn Error>> {
    let (mut backend, path) = start().await?;
    println!("the backend is process {}", backend.id().unwrap_or_default());

    let (view, questions) = view::new();
    let frontend = ipc::frontend().serve(|()| ViewServer::new(view));
    let socket = ipc::unix::connect(path).await?;
    let (pair, editor) = frontend.open::<EditorClient>(socket).await?;

    let mut session = Session { editor, questions, input: Input::read() };
    // Whatever is under way when the backend is gone is dropped.
    let closed = tokio::select! {
        () = session.run() => None,
        closed = pair.closed() => Some(closed),
    };
    let Some(closed) = closed else { return close(&pair, &mut backend).await };
    let status = ended(&mut backend).await?;
    eprintln!("editor: {closed} ({status})");
    Ok(ExitCode::FAILURE)
}

/// Starts a backend, and waits until it says where its socket is. It ends with this process, however that
/// ends: an orderly end kills it, and otherwise it sees that the socket is closed.
async fn start() -> Result<(Child, String), Box<dyn Error>> {
    let mut backend = Command::new(std::env::current_exe()?)
        .arg("backend")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let stdout = backend.stdout.take().ok_or("the backend has no stdout")?;
    let mut lines = BufReader::new(stdout).lines();
    match tokio::time::timeout(PATIENCE, lines.next_line()).await {
        Ok(Ok(Some(path))) => Ok((backend, path)),
        Ok(Ok(None)) => Err("the backend has ended before it said where it waits".into()),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err("the backend does not say where it waits".into()),
    }
}

/// Closes the pair; the backend ends by itself then.
async fn close(pair: &Pair, backend: &mut Child) -> Result<ExitCode, Box<dyn Error>> {
    let closed = pair.close().await;
    let status = ended(backend).await?;
    if closed.is_orderly() && status.success() {
        println!("closed");
        return Ok(ExitCode::SUCCESS);
    }
    Err(format!("{closed} ({status})").into())
}

async fn ended(backend: &mut Child) -> io::Result<std::process::ExitStatus> {
    let ended = tokio::time::timeout(PATIENCE, backend.wait()).await;
    ended.unwrap_or_else(|_| Err(io::Error::new(ErrorKind::TimedOut, "the backend does not end")))
}
