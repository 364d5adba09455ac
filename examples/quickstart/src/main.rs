//! Where does one begin with traitwire? Here: a backend, and a frontend that calls it.
//!
//! ```text
//! cargo run -p quickstart                     the frontend calls the backend in every way, and ends
//! cargo run -p quickstart -- --serve [ADDR]   the backend stays, shows a page, and prints curl lines
//! ```
//!
//! | module | the question it answers |
//! |---|---|
//! | `backend` | How are interfaces implemented and served? |
//! | `frontend` | How are they called, and what comes back? |
//! | `typescript` | How is the frontend in TypeScript made, and how is it run? |
//! | `page` | What does a browser get? |
//! | `curl` | How are they called without traitwire? |
//!
//! The frontends in TypeScript, for Node and for browsers, are in `typescript/`.
//!
//! The interfaces themselves are in the crate `traitwire-interfaces`.

mod backend;
mod curl;
mod frontend;
mod page;
mod typescript;

use std::error::Error;
use std::net::SocketAddr;
use std::process::ExitCode;

use traitwire::server::Server;

use crate::backend::Store;

const USAGE: &str = "usage: quickstart [--serve [ADDR]]   (ADDR is 127.0.0.1:7300 unless given)";

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
enum Task {
    Tour,
    Serve(SocketAddr),
    Help,
}

fn parse(args: &[String]) -> Result<Task, String> {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        [] => Ok(Task::Tour),
        ["--help" | "-h"] => Ok(Task::Help),
        ["--serve"] => Ok(Task::Serve(SocketAddr::from(([127, 0, 0, 1], 7300)))),
        ["--serve", address] => match address.parse() {
            Ok(address) => Ok(Task::Serve(address)),
            Err(_) => Err(format!("`{address}` is no address such as 127.0.0.1:7300")),
        },
        [other, ..] => Err(format!("unexpected `{other}`")),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let done = match parse(&args) {
        Ok(Task::Tour) => tour().await,
        Ok(Task::Serve(address)) => serve(address).await,
        Ok(Task::Help) => {
            println!("{USAGE}");
            Ok(())
        }
        Err(problem) => {
            eprintln!("quickstart: {problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("quickstart: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Starts a backend on a free port, and calls it from Rust and from TypeScript.
async fn tour() -> Result<(), Box<dyn Error>> {
    let backend = backend::build(&Store::open()?)?;
    // Ctrl-C is to end the tour, not only its server.
    let server = Server::builder(backend.clone()).signals(false).bind("127.0.0.1:0").await?;
    let url = format!("http://{}/rpc", server.local_addr());
    tokio::spawn(server.serve());
    frontend::run(&url, &backend).await?;

    frontend::title("In TypeScript: the same backend, from Node");
    if let Some(why) = typescript::missing().await {
        println!("  skipped: {why}");
        return Ok(());
    }
    typescript::run(&url).await
}

/// Serves until somebody ends the program.
async fn serve(address: SocketAddr) -> Result<(), Box<dyn Error>> {
    let backend = backend::build(&Store::open()?)?;
    let server = Server::builder(backend.clone())
        .application(env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"))
        .fallback(page::routes())
        .bind(address)
        .await?;
    let address = server.local_addr();
    frontend::submit_first_job(&backend).await?;
    println!("A page of it: http://{address}/\n");
    curl::print(&format!("http://{address}/rpc"));
    server.serve().await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_understood_or_refused() {
        let parse =
            |args: &[&str]| parse(&args.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(parse(&[]), Ok(Task::Tour));
        assert_eq!(parse(&["-h"]), Ok(Task::Help));
        assert_eq!(parse(&["--serve"]), Ok(Task::Serve(([127, 0, 0, 1], 7300).into())));
        assert_eq!(parse(&["--serve", "0.0.0.0:80"]), Ok(Task::Serve(([0, 0, 0, 0], 80).into())));
        assert_eq!(
            parse(&["--serve", "localhost"]),
            Err("`localhost` is no address such as 127.0.0.1:7300".to_owned())
        );
        assert_eq!(parse(&["--sevre"]), Err("unexpected `--sevre`".to_owned()));
    }
}
