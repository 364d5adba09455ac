//! How does a piece of text break into lines of at most 100 columns?
//!
//! A small printer of the kind that Wadler described and Prettier made popular: a group stands on one
//! line if it fits, and otherwise breaks at all of its own lines.

/// Longest line.
const WIDTH: usize = 100;

/// What one level of indentation is, in columns.
const INDENT: usize = 2;

/// Text that knows where it may break.
#[derive(Debug, Clone)]
pub(super) enum Doc {
    Text(String),
    /// A space, or the end of a line.
    Line,
    /// Nothing, or the end of a line.
    Soft,
    /// The end of a line; every group around it breaks.
    Hard,
    /// Only where the group around it breaks.
    IfBroken(&'static str),
    Concat(Vec<Doc>),
    Indent(Box<Doc>),
    Group(Box<Doc>),
}

impl Doc {
    pub(super) fn nil() -> Doc {
        Doc::Concat(Vec::new())
    }

    pub(super) fn group(self) -> Doc {
        Doc::Group(Box::new(self))
    }

    pub(super) fn indent(self) -> Doc {
        Doc::Indent(Box::new(self))
    }

    fn has_hard(&self) -> bool {
        match self {
            Doc::Hard => true,
            Doc::Concat(parts) => parts.iter().any(Doc::has_hard),
            Doc::Indent(inner) | Doc::Group(inner) => inner.has_hard(),
            _ => false,
        }
    }
}

impl From<&str> for Doc {
    fn from(text: &str) -> Doc {
        Doc::Text(text.to_owned())
    }
}

impl From<String> for Doc {
    fn from(text: String) -> Doc {
        Doc::Text(text)
    }
}

/// Several in a row.
macro_rules! concat {
    ($($part:expr),* $(,)?) => {
        $crate::emit::typescript::write::Doc::Concat(vec![
            $($crate::emit::typescript::write::Doc::from($part)),*
        ])
    };
}
pub(super) use concat;

/// Items with something between them.
pub(super) fn join(items: impl IntoIterator<Item = Doc>, between: &Doc) -> Doc {
    let mut parts = Vec::new();
    for item in items {
        if !parts.is_empty() {
            parts.push(between.clone());
        }
        parts.push(item);
    }
    Doc::Concat(parts)
}

/// `open a, b close` on one line, or each item on a line of its own with a comma.
pub(super) fn list(open: &str, items: Vec<Doc>, close: &str) -> Doc {
    if items.is_empty() {
        return concat![open, close];
    }
    enclosed(open, items, Doc::Soft, ",", close)
}

/// `Name<A, B>`: arguments of a type may have no comma behind the last one.
pub(super) fn type_args(name: &str, args: Vec<Doc>) -> Doc {
    enclosed(&format!("{name}<"), args, Doc::Soft, "", ">")
}

/// `{ a, b }` on one line, or each item on a line of its own with a comma.
pub(super) fn braced(items: Vec<Doc>) -> Doc {
    if items.is_empty() {
        return "{}".into();
    }
    enclosed("{", items, Doc::Line, ",", "}")
}

fn enclosed(open: &str, items: Vec<Doc>, edge: Doc, last: &'static str, close: &str) -> Doc {
    let items = join(items, &concat![",", Doc::Line]);
    let inner = concat![edge.clone(), items, Doc::IfBroken(last)].indent();
    concat![open, inner, edge, close].group()
}

/// The text, with a line break at its end.
pub(super) fn print(doc: &Doc) -> String {
    let mut text = String::new();
    let mut column = 0;
    let mut rest: Vec<(usize, bool, &Doc)> = vec![(0, true, doc)];
    while let Some((indent, broken, doc)) = rest.pop() {
        match doc {
            Doc::Text(part) => {
                text.push_str(part);
                column += part.chars().count();
            }
            Doc::IfBroken(part) if broken => {
                text.push_str(part);
                column += part.chars().count();
            }
            Doc::Line if !broken => {
                text.push(' ');
                column += 1;
            }
            Doc::IfBroken(_) => {}
            Doc::Soft if !broken => {}
            Doc::Line | Doc::Soft | Doc::Hard => {
                text.truncate(text.trim_end_matches(' ').len());
                text.push('\n');
                text.extend(std::iter::repeat_n(' ', indent));
                column = indent;
            }
            Doc::Concat(parts) => {
                rest.extend(parts.iter().rev().map(|part| (indent, broken, part)));
            }
            Doc::Indent(inner) => rest.push((indent + INDENT, broken, inner)),
            Doc::Group(inner) => {
                let broken = inner.has_hard() || !fits(column, inner, &rest);
                rest.push((indent, broken, inner));
            }
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Whether a group, and what follows it up to where a line may end, fits on the line.
fn fits(mut column: usize, group: &Doc, rest: &[(usize, bool, &Doc)]) -> bool {
    let mut rest = rest.iter().rev();
    let mut stack = vec![(false, group)];
    loop {
        let (broken, doc) = match stack.pop() {
            Some(next) => next,
            None => match rest.next() {
                Some((_, broken, doc)) => (*broken, *doc),
                None => return true,
            },
        };
        match doc {
            Doc::Text(part) => column += part.chars().count(),
            Doc::Line | Doc::Soft | Doc::Hard if broken => return true,
            Doc::Line => column += 1,
            Doc::IfBroken(part) if broken => column += part.chars().count(),
            Doc::Hard => return true,
            Doc::Soft | Doc::IfBroken(_) => {}
            Doc::Concat(parts) => stack.extend(parts.iter().rev().map(|part| (broken, part))),
            Doc::Indent(inner) => stack.push((broken, inner)),
            // What follows may break on its own.
            Doc::Group(inner) => stack.push((broken && inner.has_hard(), inner)),
        }
        if column > WIDTH {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(args: &[&str]) -> Doc {
        list("f(", args.iter().map(|arg| Doc::from(*arg)).collect(), ")")
    }

    #[test]
    fn what_fits_stands_on_one_line() {
        assert_eq!(print(&call(&["a", "b"])), "f(a, b)\n");
        assert_eq!(print(&braced(vec!["a: 1".into()])), "{ a: 1 }\n");
        assert_eq!(print(&braced(vec![])), "{}\n");
    }

    #[test]
    fn a_line_has_100_columns_and_no_more() {
        let (long, longer) = ("x".repeat(97), "x".repeat(98));
        assert_eq!(print(&call(&[&long])), format!("f({long})\n"));
        assert_eq!(print(&call(&[&longer])), format!("f(\n  {longer},\n)\n"));
        let text = print(&concat![call(&[&long]), ";"]);
        assert_eq!(text, format!("f(\n  {long},\n);\n"), "what follows counts");
    }

    #[test]
    fn only_the_outer_group_breaks_where_that_is_enough() {
        let long = "x".repeat(90);
        let inner = list("[", vec!["a".into(), "b".into()], "]");
        let text = print(&list("f(", vec![long.as_str().into(), inner], ")"));
        assert_eq!(text, format!("f(\n  {long},\n  [a, b],\n)\n"));
    }

    #[test]
    fn a_hard_line_breaks_all_groups_around_it_and_no_others() {
        let inner = braced(vec![concat!["// why", Doc::Hard, "a"]]);
        let text = print(&list("f(", vec![inner, call(&["b"])], ")"));
        assert_eq!(text, "f(\n  {\n    // why\n    a,\n  },\n  f(b),\n)\n");
    }
}
