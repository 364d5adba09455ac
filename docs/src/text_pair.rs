use tokio::sync::Mutex;
use traitwire::ipc_interface;

/// The backend's half: it has the text.
#[ipc_interface(version = "1.0.0", served_by = backend)]
pub trait Text {
    /// Puts a line at the end, and says how many there are.
    async fn append(&self, line: &str) -> u64;

    /// Takes all lines away if the user says so. Says whether it did.
    async fn clear(&self) -> bool;
}

/// The frontend's half: it has the user.
#[ipc_interface(version = "1.0.0", served_by = frontend)]
pub trait View {
    /// Asks the user.
    async fn confirm(&self, question: &str) -> bool;

    /// Says how many lines there are. Nothing comes back.
    #[ipc(notify)]
    fn counted(&self, lines: u64);
}

/// The text of one frontend.
pub struct OneText {
    lines: Mutex<Vec<String>>,
    view: ViewClient,
}

impl OneText {
    /// No lines yet.
    pub fn new(view: ViewClient) -> OneText {
        OneText { lines: Mutex::default(), view }
    }
}

impl Text for OneText {
    async fn append(&self, line: &str) -> u64 {
        let mut lines = self.lines.lock().await;
        lines.push(line.to_owned());
        let count = lines.len() as u64;
        // A frontend that is gone needs no news.
        let _ = self.view.counted(count).await;
        count
    }

    async fn clear(&self) -> bool {
        let mut lines = self.lines.lock().await;
        let question = format!("remove {} lines?", lines.len());
        let yes = self.view.confirm(&question).await.unwrap_or(false);
        if yes {
            lines.clear();
        }
        yes
    }
}

/// A window whose user always says yes.
pub struct Window;

impl View for Window {
    async fn confirm(&self, question: &str) -> bool {
        println!("{question} yes");
        true
    }

    fn counted(&self, lines: u64) {
        println!("{lines} lines");
    }
}
