//! What do the cases look like as a TypeScript module?

use std::fmt::Write as _;

use serde_json::json;

use super::cases::{Case, End};

/// A module that exports `cases`. `client` is the generated module of the interface.
///
/// Its expectations have the types that the generated client says, so `tsc` proves that a value of
/// each case goes with them, in both directions.
pub fn module(cases: &[Case], client: &str, cases_module: &str) -> String {
    let mut module = format!(
        "import {{ unrecognized }} from \"@traitwire/runtime\";\n\
         import {{ type Case, counted, declared, ended, failed, pattern, reply, twice }} from {};\n\
         import {{ Conformance, type ConformanceClient as Client }} from {};\n\n\
         export {{ Conformance }};\n\
         export type {{ Client }};\n\n\
         export const cases: readonly Case<Client>[] = [\n",
        json!(cases_module),
        json!(client)
    );
    for case in cases {
        // Writing to a string cannot fail.
        let _ = writeln!(module, "  {},", expression(case));
    }
    module.push_str("];\n");
    module
}

fn expression(case: &Case) -> String {
    let how = json!({
        "name": case.name,
        "site": case.site.path(),
        "token": case.token,
        "timeoutMs": case.timeout_ms,
        "maxReply": case.max_reply,
        "giveUpAfter": case.give_up_after,
        "abort": case.abort,
        "cut": case.cut,
    });
    let method = camel(case.method);
    // Of the arguments, nothing is said where there are none to be said.
    let call = format!("(c: Client, o) => c.{method}({}, o)", case.args.typescript);
    let stream = STREAMS.contains(&case.method);
    let items = if stream { &case.items.typescript } else { "undefined" };
    match &case.end {
        End::Reply(value) => format!("reply({how}, {call}, {})", value.typescript),
        End::Declared(error, status) => {
            format!("declared({how}, {call}, {}, {status}, {items})", error.typescript)
        }
        End::Fault { kind, executed, path } => {
            let (kind, executed, path) = (json!(kind.code()), json!(executed.word()), json!(path));
            format!("failed({how}, {call}, {kind}, {executed}, {path}, {items})")
        }
        End::GaveUp => {
            format!("failed({how}, {call}, \"cancelled\", \"maybe\", null, {items})")
        }
        End::Ended => format!("ended({how}, {call}, {items})"),
    }
}

/// The methods that bring a stream.
const STREAMS: [&str; 5] =
    ["count", "count_and_refuse", "count_and_panic", "count_and_stall", "blobs"];

/// What TypeScript calls a method.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(1);
        name + &head.to_uppercase() + tail
    })
}
