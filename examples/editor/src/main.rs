//! How do two programs work on one thing together? Here: a backend owns a document, and a frontend in the
//! terminal shows it. They are a pair: the frontend starts the backend, each calls the other, and both end
//! together.
//!
//! ```text
//! cargo run -p editor             the frontend; it starts a backend of its own. `help` says what it can do
//! cargo run -p editor -- backend  the backend alone; it prints the path of its socket, and waits there
//! ```
//!
//! | module | the question it answers |
//! |---|---|
//! | `interface` | What may the two ends ask each other? |
//! | `backend` | How does a backend wait for its frontend, serve it, and end with it? |
//! | `backend/document` | What is a document, and how is an edit undone? |
//! | `backend/import` | What does an import do to a document, and when does it ask? |
//! | `frontend` | How does a frontend start its backend, become its peer, and end with it? |
//! | `frontend/session` | What does a frontend do with each command? |
//! | `frontend/command` | Which command is a line? |
//! | `frontend/input` | What does the user type? |
//! | `frontend/view` | How do questions and news of the backend reach the terminal? |

mod backend;
mod frontend;
pub mod interface;

use std::process::ExitCode;

const USAGE: &str = "usage: editor [backend]";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => frontend::run().await,
        ["backend"] => backend::run().await,
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
