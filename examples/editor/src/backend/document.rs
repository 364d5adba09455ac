//! What is a document, and how is an edit undone?

use crate::interface::EditError;

/// Lines of text, and what was done to them.
#[derive(Default)]
pub(super) struct Document {
    lines: Vec<String>,
    done: Vec<Edit>,
    undone: Vec<Edit>,
}

/// At one place, some lines went and others came.
struct Edit {
    at: usize,
    gone: Vec<String>,
    come: Vec<String>,
}

impl Document {
    pub(super) fn new(lines: Vec<String>) -> Document {
        Document { lines, ..Document::default() }
    }

    pub(super) fn lines(&self) -> &[String] {
        &self.lines
    }

    pub(super) fn insert(&mut self, number: u64, text: &str) -> Result<(), EditError> {
        let at = self.position(number, self.lines.len() + 1)?;
        self.edit(Edit { at, gone: Vec::new(), come: vec![text.to_owned()] });
        Ok(())
    }

    pub(super) fn delete(&mut self, number: u64) -> Result<String, EditError> {
        let at = self.position(number, self.lines.len())?;
        let line = self.lines[at].clone();
        self.edit(Edit { at, gone: vec![line.clone()], come: Vec::new() });
        Ok(line)
    }

    /// Puts other lines in the place of all.
    pub(super) fn replace(&mut self, lines: Vec<String>) {
        self.edit(Edit { at: 0, gone: self.lines.clone(), come: lines });
    }

    pub(super) fn undo(&mut self) -> Result<(), EditError> {
        let edit = self.done.pop().ok_or(EditError::NothingToUndo)?;
        self.lines.splice(edit.at..edit.at + edit.come.len(), edit.gone.iter().cloned());
        self.undone.push(edit);
        Ok(())
    }

    pub(super) fn redo(&mut self) -> Result<(), EditError> {
        let edit = self.undone.pop().ok_or(EditError::NothingToRedo)?;
        self.apply(edit);
        Ok(())
    }

    fn edit(&mut self, edit: Edit) {
        self.undone.clear();
        self.apply(edit);
    }

    fn apply(&mut self, edit: Edit) {
        self.lines.splice(edit.at..edit.at + edit.gone.len(), edit.come.iter().cloned());
        self.done.push(edit);
    }

    /// The position of a line that is one of the first so many.
    fn position(&self, number: u64, most: usize) -> Result<usize, EditError> {
        let position = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        position
            .filter(|position| *position < most)
            .ok_or(EditError::NoLine { number, lines: self.lines.len() as u64 })
    }
}
