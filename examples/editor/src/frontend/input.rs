//! What does the user type?

use std::collections::VecDeque;
use std::io::BufRead as _;
use std::thread;

use tokio::sync::mpsc;

/// The lines of stdin, of a terminal or of a pipe.
pub(super) struct Input {
    lines: mpsc::Receiver<String>,
    /// Lines that were given back.
    held: VecDeque<String>,
}

impl Input {
    /// Reads on a thread of its own, which nobody waits for: there may never be a next line.
    pub(super) fn read() -> Input {
        let (sender, lines) = mpsc::channel(1);
        thread::spawn(move || {
            for line in std::io::stdin().lock().lines() {
                let Ok(line) = line else { break };
                if sender.blocking_send(line).is_err() {
                    break;
                }
            }
        });
        Input { lines, held: VecDeque::new() }
    }

    /// The next line; `None` when there will be none.
    pub(super) async fn next(&mut self) -> Option<String> {
        match self.held.pop_front() {
            Some(line) => Some(line),
            None => self.lines.recv().await,
        }
    }

    /// Gives lines back: they come next, once more.
    pub(super) fn give_back(&mut self, lines: Vec<String>) {
        for line in lines.into_iter().rev() {
            self.held.push_front(line);
        }
    }
}
