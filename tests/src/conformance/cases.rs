//! Which calls are made, and how does each of them end?
//!
//! A case is data, so that one list serves all frontends. A value is written down twice: as JSON,
//! exactly as serde writes it, and as the TypeScript expression of the same value. So neither the
//! emitter nor the runtime of TypeScript has a say in what is expected of them.

use std::fmt::Write as _;

use traitwire::{Executed, FaultKind};

use super::sites::Site;

#[path = "cases/endings.rs"]
mod endings;
#[path = "cases/values.rs"]
mod values;

/// A value, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Both {
    pub json: String,
    pub typescript: String,
}

/// A value whose JSON is no TypeScript.
pub fn both(json: impl Into<String>, typescript: impl Into<String>) -> Both {
    Both { json: json.into(), typescript: typescript.into() }
}

/// A value whose JSON is its TypeScript too.
pub fn same(json: impl Into<String>) -> Both {
    let json = json.into();
    Both { typescript: json.clone(), json }
}

impl Both {
    /// These arguments by their names.
    pub fn object<const N: usize>(members: [(&str, Both); N]) -> Both {
        let (mut json, mut typescript) = (String::new(), String::new());
        for (name, value) in members {
            let comma = if json.is_empty() { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(json, "{comma}\"{name}\":{}", value.json);
            let _ = write!(typescript, "{comma} {name}: {}", value.typescript);
        }
        both(format!("{{{json}}}"), format!("{{{typescript} }}"))
    }

    /// The whole numbers from zero, as 64-bit integers.
    fn count(to: u64) -> Both {
        let numbers: Vec<String> = (0..to).map(|n| n.to_string()).collect();
        both(format!("[{}]", numbers.join(",")), format!("counted({to})"))
    }

    fn none() -> Both {
        same("[]")
    }
}

/// How a call ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Reply(Both),
    /// A stream, after its last item.
    Ended,
    /// And the status that TypeScript shows.
    Declared(Both, u16),
    Fault {
        kind: FaultKind,
        executed: Executed,
        /// Where in the arguments; anywhere and nowhere if it is not said.
        path: Option<&'static str>,
    },
    /// The frontend gave up; the handler must have been dropped then.
    GaveUp,
}

/// Who makes the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frontends {
    All,
    /// All but the one in process: something stands in the way.
    OverHttp,
    /// What ends otherwise in TypeScript.
    Rust,
    /// What no Rust program can say, or what ends otherwise there.
    TypeScript,
}

/// A frontend that makes the calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frontend {
    InProcess,
    Http,
    /// In Node, or in a browser.
    TypeScript,
}

impl Frontends {
    pub fn has(self, frontend: Frontend) -> bool {
        match self {
            Frontends::All => true,
            Frontends::OverHttp => frontend != Frontend::InProcess,
            Frontends::Rust => frontend != Frontend::TypeScript,
            Frontends::TypeScript => frontend == Frontend::TypeScript,
        }
    }
}

/// One call.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub frontends: Frontends,
    pub site: Site,
    /// Its name in Rust and on the wire.
    pub method: &'static str,
    pub args: Both,
    pub token: Option<&'static str>,
    pub timeout_ms: Option<u32>,
    pub max_reply: Option<usize>,
    /// Gives up after so many items, once the handler runs.
    pub give_up_after: Option<usize>,
    /// Gives up by an abort in TypeScript, and not by leaving the loop. Rust drops the call anyway.
    pub abort: bool,
    /// The items of a stream: all of them, or some if `cut`.
    pub items: Both,
    pub cut: bool,
    pub end: End,
}

impl Case {
    fn new(method: &'static str, what: &str, args: Both, end: End) -> Case {
        Case {
            name: format!("{method}: {what}"),
            frontends: Frontends::All,
            site: Site::Main,
            method,
            args,
            token: None,
            timeout_ms: None,
            max_reply: None,
            give_up_after: None,
            abort: false,
            items: Both::none(),
            cut: false,
            end,
        }
    }

    /// A call that brings back its only argument.
    fn echo(method: &'static str, what: &str, value: Both) -> Case {
        let args = Both::object([("value", value.clone())]);
        Case::new(method, what, args, End::Reply(value))
    }

    fn fault(method: &'static str, what: &str, args: Both, kind: FaultKind, ran: Executed) -> Case {
        Case::new(method, what, args, End::Fault { kind, executed: ran, path: None })
    }

    /// A fault that says where in the arguments.
    fn at(mut self, at: &'static str) -> Case {
        if let End::Fault { path, .. } = &mut self.end {
            *path = Some(at);
        }
        self
    }

    fn on(self, site: Site) -> Case {
        Case { site, ..self }
    }

    fn by(self, frontends: Frontends) -> Case {
        Case { frontends, ..self }
    }

    fn token(self, token: &'static str) -> Case {
        Case { token: Some(token), ..self }
    }

    fn items(self, items: Both) -> Case {
        Case { items, ..self }
    }
}

/// The cases of a frontend, in the order in which they are run.
pub fn of(frontend: Frontend) -> Vec<Case> {
    all().into_iter().filter(|case| case.frontends.has(frontend)).collect()
}

fn all() -> Vec<Case> {
    let mut cases = values::cases();
    cases.extend(endings::cases());
    cases
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_case_has_a_name_of_its_own() {
        let cases = all();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), cases.len());
    }

    #[test]
    fn every_kind_of_fault_is_met() {
        let cases = all();
        for kind in FaultKind::ALL {
            let met = cases.iter().any(|case| match case.end {
                End::Fault { kind: met, .. } => met == *kind,
                // What TypeScript calls so; Rust drops the call and sees nothing.
                End::GaveUp => *kind == FaultKind::Cancelled,
                _ => false,
            });
            assert!(met, "{kind}");
        }
    }
}
