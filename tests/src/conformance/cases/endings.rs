//! In which ways can a call and a stream end?

use traitwire::{Executed, FaultKind};

use super::{Both, Case, End, Frontends, Site, both, same};
use crate::conformance::backend::MAX_BODY;

pub(super) fn cases() -> Vec<Case> {
    let mut cases = declared();
    cases.extend(refused());
    cases.extend(failed());
    cases.extend(streams());
    cases.extend(given_up());
    cases
}

fn no_args() -> Both {
    same("{}")
}

fn to(items: u64) -> Both {
    Both::object([("to", both(items.to_string(), format!("{items}n")))])
}

fn declared() -> Vec<Case> {
    let refuse = |what, error: Both, status| {
        let args = Both::object([("error", error.clone())]);
        Case::new("refuse", what, args, End::Declared(error, status))
    };
    let fail = |what, error: Both, status| {
        let args = Both::object([("error", error.clone())]);
        Case::new("fail", what, args, End::Declared(error, status))
    };
    vec![
        refuse(
            "404",
            both(
                r#"{"type":"notFound","id":18446744073709551615}"#,
                r#"{ type: "notFound", id: 18446744073709551615n }"#,
            ),
            404,
        ),
        refuse(
            "409",
            both(
                r#"{"type":"conflict","with":[9007199254740993,1]}"#,
                r#"{ type: "conflict", with: [9007199254740993n, 1n] }"#,
            ),
            409,
        ),
        refuse("410", both(r#"{"type":"gone"}"#, r#"{ type: "gone" }"#), 410),
        refuse(
            "422",
            both(
                r#"{"type":"other","data":"AP8="}"#,
                r#"{ type: "other", data: Uint8Array.of(0, 255) }"#,
            ),
            422,
        ),
        fail(
            "an integer of 128 bits",
            both(
                r#"{"Full":340282366920938463463374607431768211455}"#,
                "{ Full: 340282366920938463463374607431768211455n }",
            ),
            507,
        ),
        fail("a text", same(r#""Busy""#), 422),
        Case::new(
            "fail",
            "not at all",
            no_args(),
            End::Reply(both("18446744073709551615", "18446744073709551615n")),
        ),
        Case::new("fail_with_null", "null", no_args(), End::Declared(same("null"), 422)),
    ]
}

/// What is refused before a handler runs.
fn refused() -> Vec<Case> {
    let refused = |method, what, args, kind| Case::fault(method, what, args, kind, Executed::No);
    let long = MAX_BODY + 1;
    let large = both(format!("\"{}\"", "x".repeat(long)), format!("\"x\".repeat({long})"));
    vec![
        refused("who", "no token", no_args(), FaultKind::Unauthenticated),
        refused("who", "a wrong token", no_args(), FaultKind::Unauthenticated).token("wrong"),
        Case::new("who", "a token", no_args(), End::Reply(same(r#""ann""#))).token("reader"),
        refused("scoped", "no scope", no_args(), FaultKind::PermissionDenied).token("reader"),
        Case::new("scoped", "the scope", no_args(), End::Reply(same("true"))).token("burner"),
        refused("text", "over the limit", Both::object([("value", large)]), FaultKind::TooLarge)
            .by(Frontends::OverHttp),
        refused("recent", "in an older backend", no_args(), FaultKind::Incompatible)
            .on(Site::Older),
        refused("nothing", "in an older backend", no_args(), FaultKind::Incompatible)
            .on(Site::Older),
        refused("optional", "of an older shape", no_args(), FaultKind::Incompatible)
            .on(Site::Older),
        Case::echo("unsigned", "of an older backend", both("7", "7n")).on(Site::Older),
        refused("nothing", "in a newer backend", no_args(), FaultKind::Unimplemented)
            .on(Site::Newer),
        refused("nothing", "with too much to do", no_args(), FaultKind::Overloaded)
            .on(Site::Overloaded)
            .by(Frontends::OverHttp),
        refused("count", "with too much to do", to(3), FaultKind::Overloaded)
            .on(Site::Overloaded)
            .by(Frontends::OverHttp),
    ]
}

/// What fails when a handler may have run.
fn failed() -> Vec<Case> {
    let failed = |method, what, args, kind| Case::fault(method, what, args, kind, Executed::Maybe);
    let text = || {
        let text = both(format!("\"{}\"", "x".repeat(1000)), "\"x\".repeat(1000)");
        Both::object([("value", text)])
    };
    let mut large = failed("text", "a reply over the limit", text(), FaultKind::TooLarge)
        .by(Frontends::OverHttp);
    large.max_reply = Some(1000);
    let mut fits = Case::new(
        "text",
        "a reply of the limit",
        text(),
        End::Reply(both(format!("\"{}\"", "x".repeat(1000)), "\"x\".repeat(1000)")),
    )
    .by(Frontends::OverHttp);
    fits.max_reply = Some(1002);
    let mut late = failed("stalls", "too long", no_args(), FaultKind::DeadlineExceeded);
    late.timeout_ms = Some(200);
    vec![
        large,
        fits,
        late,
        failed("panics", "and says nothing of it", no_args(), FaultKind::Internal),
        failed("text", "cut", text(), FaultKind::Disconnected)
            .on(Site::Cut)
            .by(Frontends::OverHttp),
        failed("text", "a page of a proxy", text(), FaultKind::BadReply)
            .on(Site::Page)
            .by(Frontends::OverHttp),
        failed("page", "truncated JSON", page(), FaultKind::BadReply)
            .on(Site::Garbage)
            .by(Frontends::OverHttp),
        failed("count", "a page of a proxy", to(3), FaultKind::BadReply)
            .on(Site::Page)
            .by(Frontends::OverHttp),
    ]
}

fn page() -> Both {
    same(r#"{"value":{"items":[],"next":null}}"#)
}

fn streams() -> Vec<Case> {
    let gone = || both(r#"{"type":"gone"}"#, r#"{ type: "gone" }"#);
    let refuse = |items: u64, error: Both| {
        Both::object([("to", both(items.to_string(), format!("{items}n"))), ("error", error)])
    };
    let found = || {
        both(
            r#"{"type":"notFound","id":18446744073709551615}"#,
            r#"{ type: "notFound", id: 18446744073709551615n }"#,
        )
    };
    let failed = |method, what, args, kind| Case::fault(method, what, args, kind, Executed::Maybe);
    let mut cases = Vec::new();
    for items in [0, 1, 10_000] {
        let what = format!("{items} items");
        cases.push(Case::new("count", &what, to(items), End::Ended).items(Both::count(items)));
    }
    let blobs = both(
        r#"[{"data":"AP8=","parts":[""],"maybe":null},{"data":"Af8=","parts":[""],"maybe":null}]"#,
        "[{ data: Uint8Array.of(0, 255), parts: [pattern(0)], maybe: null }, { data: Uint8Array.of(1, 255), parts: [pattern(0)], maybe: null }]",
    );
    cases.push(
        Case::new("blobs", "bytes", Both::object([("to", same("2"))]), End::Ended).items(blobs),
    );
    cases.push(Case::new(
        "count_and_refuse",
        "at once",
        refuse(0, found()),
        End::Declared(found(), 404),
    ));
    cases.push(
        Case::new("count_and_refuse", "later", refuse(3, gone()), End::Declared(gone(), 410))
            .items(Both::count(3)),
    );
    cases.push(failed("count_and_panic", "at once", to(0), FaultKind::Internal));
    cases
        .push(failed("count_and_panic", "later", to(2), FaultKind::Internal).items(Both::count(2)));
    let mut late = failed("count_and_stall", "too long", to(1), FaultKind::DeadlineExceeded)
        .items(Both::count(1));
    // More than the quarter of a second for which a backend waits for what a stream begins with.
    late.timeout_ms = Some(600);
    cases.push(late);
    for (site, what) in [(Site::Cut, "cut"), (Site::Polite, "ended without its last event")] {
        let mut cut = failed("count", what, to(1000), FaultKind::Disconnected)
            .items(Both::count(1000))
            .on(site)
            .by(Frontends::OverHttp);
        cut.cut = true;
        cases.push(cut);
    }
    cases
}

fn given_up() -> Vec<Case> {
    let mut call = Case::new("stalls", "given up", no_args(), End::GaveUp);
    (call.give_up_after, call.abort) = (Some(0), true);
    let mut early =
        Case::new("count_and_stall", "given up", to(3), End::GaveUp).items(Both::count(2));
    early.give_up_after = Some(2);
    let mut late = Case::new("count_and_stall", "given up while it waits", to(3), End::GaveUp)
        .items(Both::count(3));
    (late.give_up_after, late.abort) = (Some(3), true);
    vec![call, early, late]
}
