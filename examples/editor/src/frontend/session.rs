//! What does a frontend do with each command?

use std::mem;
use std::pin::pin;

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use traitwire::CallError;

use super::command::{self, Command, HELP};
use super::input::Input;
use super::view::Question;
use crate::interface::{EditError, EditorClient, Imported};

/// So many lines may be typed ahead while an import runs.
const AHEAD: usize = 16;

/// What a user and a backend have to do with each other.
pub(super) struct Session {
    pub(super) editor: EditorClient,
    pub(super) questions: mpsc::Receiver<Question>,
    pub(super) input: Input,
}

impl Session {
    /// Runs commands until the user wants no more.
    pub(super) async fn run(&mut self) {
        while let Some(line) = self.input.next().await {
            if line.trim().is_empty() {
                continue;
            }
            match command::parse(&line) {
                Ok(Command::Quit) => return,
                Ok(command) => self.execute(command).await,
                Err(wrong) => println!("{wrong}"),
            }
        }
    }

    async fn execute(&mut self, command: Command) {
        let editor = &self.editor;
        match command {
            Command::Open(path) => {
                say(editor.open(&path).await.map(|lines| format!("opened: {lines} lines")));
            }
            Command::Show => self.show().await,
            Command::Insert(number, text) => {
                say(editor.insert(number, &text).await.map(|()| "inserted".to_owned()));
            }
            Command::Delete(number) => {
                say(editor.delete(number).await.map(|line| format!("deleted: {line}")));
            }
            Command::Undo => say(editor.undo().await.map(|()| "undone".to_owned())),
            Command::Redo => say(editor.redo().await.map(|()| "done again".to_owned())),
            Command::Import(path) => self.import(&path).await,
            Command::Cancel => println!("there is nothing to cancel"),
            Command::Help => println!("{HELP}"),
            Command::Quit => {}
        }
    }

    async fn show(&self) {
        let mut lines = self.editor.lines().enumerate();
        while let Some((position, line)) = lines.next().await {
            match line {
                Ok(line) => println!("{:>4}  {line}", position + 1),
                Err(error) => println!("the rest cannot be shown: {error}"),
            }
        }
    }

    /// An import asks, and can be cancelled. What else is typed meanwhile is done when it has ended.
    async fn import(&mut self, path: &str) {
        let mut import = pin!(self.editor.import(path));
        let mut question: Option<Question> = None;
        let mut typed: Vec<String> = Vec::new();
        let mut is_over = false;
        // Leaving the loop drops the call, and with it the handler if that has not ended.
        loop {
            let reads = question.is_some() || (typed.len() < AHEAD && !is_over);
            tokio::select! {
                ended = &mut import => {
                    say(ended.map(|imported| told(&imported)));
                    break;
                }
                Some(asked) = self.questions.recv(), if question.is_none() => {
                    println!("{} (yes, no or cancel)", asked.text);
                    question = Some(asked);
                    // The answer may have been typed before.
                    self.input.give_back(mem::take(&mut typed));
                }
                () = withdrawn(&mut question) => question = None,
                line = self.input.next(), if reads => {
                    let line = match line {
                        Some(line) => line,
                        // Nobody is there any more to answer.
                        None if question.is_some() => "cancel".to_owned(),
                        None => {
                            is_over = true;
                            continue;
                        }
                    };
                    match (line.trim(), question.take()) {
                        ("cancel", _) => {
                            println!("the import is cancelled");
                            break;
                        }
                        ("yes", Some(asked)) => asked.answer(true),
                        ("no", Some(asked)) => asked.answer(false),
                        (other, Some(asked)) => {
                            println!("`{other}` is no answer: yes, no or cancel");
                            question = Some(asked);
                        }
                        (_, None) => typed.push(line),
                    }
                }
            }
        }
        self.input.give_back(typed);
    }
}

/// Waits until the backend wants no answer any more: as after an import that was cancelled.
async fn withdrawn(question: &mut Option<Question>) {
    match question {
        Some(asked) => asked.withdrawn().await,
        None => std::future::pending().await,
    }
}

fn say(done: Result<String, CallError<EditError>>) {
    match done {
        Ok(text) => println!("{text}"),
        Err(CallError::Declared(why)) => println!("{why}"),
        Err(CallError::Fault(fault)) => println!("the backend could not do that: {fault}"),
    }
}

fn told(imported: &Imported) -> String {
    let Imported { added, replaced, left_out } = imported;
    format!("imported: {added} new, {replaced} replaced, {left_out} left as they were")
}
