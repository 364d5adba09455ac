//! How do questions and news of the backend reach the terminal?

use tokio::sync::{mpsc, oneshot};

use crate::interface::View;

/// The terminal, as the backend knows it.
pub(super) struct Terminal {
    questions: mpsc::Sender<Question>,
}

/// A question that the backend waits for. Dropping it means no.
pub(super) struct Question {
    pub(super) text: String,
    answer: oneshot::Sender<bool>,
}

impl Question {
    pub(super) fn answer(self, yes: bool) {
        // Who asked may have given up meanwhile, and needs no answer then.
        let _ = self.answer.send(yes);
    }

    /// Waits until who asked has given up.
    pub(super) async fn withdrawn(&mut self) {
        self.answer.closed().await;
    }
}

pub(super) fn new() -> (Terminal, mpsc::Receiver<Question>) {
    let (questions, receiver) = mpsc::channel(1);
    (Terminal { questions }, receiver)
}

impl View for Terminal {
    async fn confirm(&self, question: &str) -> bool {
        let (answer, answered) = oneshot::channel();
        let asked = self.questions.send(Question { text: question.to_owned(), answer }).await;
        asked.is_ok() && answered.await.unwrap_or(false)
    }

    fn progress(&self, done: u64, total: u64) {
        println!("{done} of {total} sections");
    }
}
