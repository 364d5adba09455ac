//! What does an import do to a document, and when does it ask?

use crate::interface::{Imported, ViewClient};

/// A heading, `# ..`, and all up to the next one. What stands before the first has none.
struct Section {
    heading: Option<String>,
    lines: Vec<String>,
}

fn sections(lines: &[String]) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in lines {
        let heading = line.strip_prefix("# ").map(|heading| heading.trim().to_owned());
        match sections.last_mut() {
            Some(section) if heading.is_none() => section.lines.push(line.clone()),
            _ => sections.push(Section { heading, lines: vec![line.clone()] }),
        }
    }
    sections
}

/// What a document is with the sections of another text in it.
pub(super) async fn run(
    document: &[String],
    text: Vec<String>,
    view: &ViewClient,
) -> (Vec<String>, Imported) {
    let mut document = sections(document);
    let mut imported = Imported { added: 0, replaced: 0, left_out: 0 };
    let come = sections(&text);
    let total = come.len();
    let mut told = 0;
    for (done, section) in (1..).zip(come) {
        let known = document.iter_mut().find(|known| known.heading == section.heading);
        match (known, &section.heading) {
            (Some(known), Some(heading)) => {
                let question = format!("replace the section `{heading}`?");
                // A frontend that is gone wants nothing replaced; but then this handler is dropped.
                if view.confirm(&question).await.unwrap_or(false) {
                    *known = section;
                    imported.replaced += 1;
                } else {
                    imported.left_out += 1;
                }
            }
            _ => {
                document.push(section);
                imported.added += 1;
            }
        }
        let percent = done * 100 / total;
        if percent > told {
            told = percent;
            let _ = view.progress(done as u64, total as u64).await;
        }
        // A handler can be given up where it waits, so one that computes for long has to.
        tokio::task::yield_now().await;
    }
    (document.into_iter().flat_map(|section| section.lines).collect(), imported)
}
