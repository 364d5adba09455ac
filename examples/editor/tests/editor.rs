//! What a user sees of the editor, whose two processes are the real ones.

use std::fs;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// Longest that anything may take here.
const PATIENCE: Duration = Duration::from_secs(30);

/// An editor that is typed to, and read.
struct Editor {
    process: Child,
    stdin: Option<ChildStdin>,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
    backend: String,
    /// All that it has printed, for who has to find out what went wrong.
    printed: Vec<String>,
}

/// The lines of a pipe. They end when nobody has its other end any more.
fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines() {
            sender.send(line.expect("text")).expect("somebody reads");
        }
    });
    receiver
}

impl Editor {
    fn start(folder: &Path) -> Editor {
        let mut process = Command::new(env!("CARGO_BIN_EXE_editor"))
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the editor starts");
        let stdin = process.stdin.take();
        let stdout = lines(process.stdout.take().expect("stdout"));
        let stderr = lines(process.stderr.take().expect("stderr"));
        let (backend, printed) = (String::new(), Vec::new());
        let mut editor = Editor { process, stdin, stdout, stderr, backend, printed };
        let line = editor.line();
        let backend = line.strip_prefix("the backend is process ").expect("which process it is");
        backend.clone_into(&mut editor.backend);
        editor
    }

    fn line(&mut self) -> String {
        let line = self.stdout.recv_timeout(PATIENCE);
        let line = line.unwrap_or_else(|error| panic!("{error} after {:#?}", self.printed));
        self.printed.push(line.clone());
        line
    }

    fn types(&mut self, line: &str) {
        writeln!(self.stdin.as_mut().expect("stdin is open"), "{line}").expect("it reads");
    }

    /// Types a line, and sees just these.
    fn answers(&mut self, line: &str, expected: &[&str]) {
        self.types(line);
        for expected in expected {
            assert_eq!(self.line(), *expected, "after `{line}` and {:#?}", self.printed);
        }
    }

    /// How it has ended, and what more it has printed on stdout and on stderr. Both processes have stderr,
    /// so this is after both have ended.
    fn end(&mut self) -> (ExitStatus, Vec<String>, Vec<String>) {
        let rest = |lines: &Receiver<String>| {
            let mut rest = Vec::new();
            while let Ok(line) = lines.recv_timeout(PATIENCE) {
                rest.push(line);
            }
            rest
        };
        let (stdout, stderr) = (rest(&self.stdout), rest(&self.stderr));
        let ended = self.stderr.recv_timeout(PATIENCE);
        assert_eq!(ended, Err(std::sync::mpsc::RecvTimeoutError::Disconnected), "one still runs");
        (self.process.wait().expect("it has ended"), stdout, stderr)
    }
}

fn kill(process: &str) {
    let killed = Command::new("kill").args(["-KILL", process]).status().expect("there is `kill`");
    assert!(killed.success());
}

/// A folder with a document and something to import.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("letter"), "Dear Ann,\n# News\nnone\n# End\nyours\n").expect("a file");
    let news = "# Weather\nfine\n# News\na bridge\n# Post\nlate\n";
    fs::write(folder.join("news"), news).expect("a file");
    folder
}

const LETTER: [&str; 5] =
    ["   1  Dear Ann,", "   2  # News", "   3  none", "   4  # End", "   5  yours"];

#[test]
fn a_document_is_edited_and_edits_are_undone() {
    let mut editor = Editor::start(&folder("edit"));
    editor.answers("open letter", &["opened: 5 lines"]);
    editor.answers("insert 6 Bob", &["inserted"]);
    editor.answers("delete 1", &["deleted: Dear Ann,"]);
    let edited = ["   1  # News", "   2  none", "   3  # End", "   4  yours", "   5  Bob"];
    editor.answers("show", &edited);
    editor.answers("undo", &["undone"]);
    editor.answers("undo", &["undone"]);
    editor.answers("show", &LETTER);
    editor.answers("undo", &["there is nothing to undo"]);
    editor.answers("redo", &["done again"]);
    editor.answers("redo", &["done again"]);
    editor.answers("show", &edited);
    editor.answers("redo", &["there is nothing to redo"]);

    editor.types("quit");
    let (status, stdout, stderr) = editor.end();
    assert_eq!((status.code(), stdout, stderr), (Some(0), vec!["closed".to_owned()], Vec::new()));
}

#[test]
fn what_is_wrong_is_said() {
    let mut editor = Editor::start(&folder("wrong"));
    for (typed, said) in [
        ("save", "there is no command `save`; `help` shows those that there are"),
        ("open", "which file? open FILE"),
        ("open nothing", "`nothing` cannot be read: No such file or directory (os error 2)"),
        ("show all", "`show` stands alone"),
        ("insert", "which line? insert N"),
        ("insert one x", "`one` is no number of a line"),
        ("insert 2 x", "there is no line 2: the document has 0"),
        ("delete 0", "there is no line 0: the document has 0"),
        ("cancel", "there is nothing to cancel"),
    ] {
        editor.answers(typed, &[said]);
    }
    editor.answers("insert 1 it works", &["inserted"]);
    editor.answers("show", &["   1  it works"]);
    editor.types("quit");
    assert_eq!(editor.end().0.code(), Some(0));
}

#[test]
fn an_import_reports_progress_and_asks() {
    let mut editor = Editor::start(&folder("import"));
    editor.answers("open letter", &["opened: 5 lines"]);
    let asked = ["1 of 3 sections", "replace the section `News`? (yes, no or cancel)"];
    editor.answers("import news", &asked);
    editor.answers("why", &["`why` is no answer: yes, no or cancel"]);
    let done = ["2 of 3 sections", "3 of 3 sections"];
    editor.answers("no", &done);
    assert_eq!(editor.line(), "imported: 2 new, 0 replaced, 1 left as they were");
    let start = &LETTER[..];
    let more = ["   6  # Weather", "   7  fine", "   8  # Post", "   9  late"];
    editor.answers("show", &[start, &more].concat());
    editor.answers("undo", &["undone"]);
    editor.answers("show", start);

    editor.answers("import news", &asked);
    editor.answers("yes", &done);
    assert_eq!(editor.line(), "imported: 2 new, 1 replaced, 0 left as they were");
    let replaced = ["   3  a bridge", "   4  # End", "   5  yours"];
    editor.answers("show", &[&start[..2], &replaced, &more].concat());
}

#[test]
fn an_import_that_is_cancelled_changes_nothing() {
    let mut editor = Editor::start(&folder("cancel"));
    editor.answers("open letter", &["opened: 5 lines"]);
    let asked = ["1 of 3 sections", "replace the section `News`? (yes, no or cancel)"];
    for _ in 0..3 {
        editor.answers("import news", &asked);
        editor.answers("cancel", &["the import is cancelled"]);
        editor.answers("show", &LETTER);
    }
    editor.answers("undo", &["there is nothing to undo"]);
    // Nobody answers any more.
    editor.answers("import news", &asked);
    editor.stdin = None;
    let (status, stdout, stderr) = editor.end();
    assert_eq!(stdout, ["the import is cancelled", "closed"]);
    assert_eq!((status.code(), stderr), (Some(0), Vec::new()));
}

/// Neither a terminal nor somebody who waits: all is there at once, and then the end.
#[test]
fn a_script_runs_to_its_end() {
    let mut editor = Editor::start(&folder("script"));
    editor.types("open letter\nimport news\nyes\nshow\nimport news\nyes\nyes\nyes");
    editor.stdin = None;
    let (status, stdout, stderr) = editor.end();
    let last = "imported: 0 new, 3 replaced, 0 left as they were";
    assert_eq!(&stdout[stdout.len() - 2..], [last, "closed"], "{stdout:#?}");
    assert!(stdout.contains(&"   3  a bridge".to_owned()), "{stdout:#?}");
    assert_eq!((status.code(), stderr), (Some(0), Vec::new()));
}

#[test]
fn a_frontend_says_that_its_backend_is_gone() {
    let mut editor = Editor::start(&folder("backend-gone"));
    editor.answers("open letter", &["opened: 5 lines"]);
    kill(&editor.backend.clone());
    let (status, stdout, stderr) = editor.end();
    assert_eq!((status.code(), stdout), (Some(1), Vec::new()));
    assert_eq!(
        stderr,
        ["editor: the peer was lost: the connection has ended (signal: 9 (SIGKILL))"]
    );
}

#[test]
fn a_backend_ends_when_its_frontend_is_gone() {
    let mut editor = Editor::start(&folder("frontend-gone"));
    editor.answers("open letter", &["opened: 5 lines"]);
    // In the middle of an import, which waits for an answer.
    editor.answers("import news", &["1 of 3 sections"]);
    editor.process.kill().expect("it runs");
    let (status, _, stderr) = editor.end();
    assert_eq!(status.code(), None, "it was killed");
    assert_eq!(stderr, ["backend: the peer was lost: the connection has ended"]);
}
