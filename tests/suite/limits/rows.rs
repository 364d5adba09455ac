//! Which limits are there, what is beyond each, and which test goes there?

use std::time::Duration;

use traitwire::ipc;
use traitwire::rpc::{Fixed, Limits};
use traitwire::server::ServerLimits;

/// A line of the guide's table.
pub(super) struct Row {
    pub(super) what: &'static str,
    pub(super) default: String,
    pub(super) change: String,
    pub(super) beyond: &'static str,
    /// Where something of the limit passes and one more does not: file and function.
    pub(super) tests: &'static [(&'static str, &'static str)],
}

/// All of them. The patterns name every field, so that one more does not compile without its line.
pub(super) fn rows() -> Vec<Row> {
    [backend(), server(), pair(), fixed()].into_iter().flatten().collect()
}

const PAIR: &str = "tests/suite/ipc/limits.rs";
const BEYOND: &str = "tests/suite/limits/beyond.rs";
const ABUSE: &str = "tests/suite/server/abuse.rs";
const DRAIN: &str = "tests/suite/server/drain.rs";
const BAD_INPUT: &str = "tests/suite/http_bad_input.rs";
const OVERLOAD: &str = "tests/suite/service/overload.rs";
const SQLITE_STORE: &str = "runtime/src/rpc/idempotency/sqlite.rs";
const MEMORY_STORE: &str = "runtime/src/rpc/idempotency/memory.rs";

fn backend() -> Vec<Row> {
    let Limits { max_body, max_url, default_deadline, max_deadline, max_calls, max_streams } =
        Limits::default();
    let row = |what, default, field, beyond, tests| {
        let change = format!("`Limits::{field}`");
        Row { what, default, change, beyond, tests }
    };
    vec![
        row(
            "body of a request, inflated",
            bytes(max_body),
            "max_body",
            "`TooLarge`, 413",
            &[
                (BAD_INPUT, "a_body_of_the_limit_passes_and_one_byte_more_fails"),
                (
                    "tests/suite/server/compression.rs",
                    "l8_the_limit_counts_what_a_body_inflates_to",
                ),
            ],
        ),
        row(
            "path and query",
            bytes(max_url),
            "max_url",
            "`TooLarge`, 414",
            &[
                (BEYOND, "a_url_of_the_limit_passes_and_one_byte_more_does_not"),
                (BAD_INPUT, "limits_can_be_changed"),
            ],
        ),
        row(
            "time of a call that does not say, and until a stream has its caller and arguments",
            time(default_deadline),
            "default_deadline",
            "`DeadlineExceeded`, 504",
            &[
                (BEYOND, "a_call_that_does_not_say_has_the_default_time"),
                ("tests/suite/life.rs", "an_authenticator_that_hangs_is_ended_by_the_deadline"),
            ],
        ),
        row(
            "time that a call with one reply may ask for",
            time(max_deadline),
            "max_deadline",
            "cut down to it",
            &[(BEYOND, "more_time_than_the_limit_is_cut_down_to_it")],
        ),
        row(
            "calls with one reply at once",
            count(max_calls),
            "max_calls",
            "`Overloaded`, 503 with `Retry-After: 1`",
            &[
                (OVERLOAD, "l4_as_many_as_the_default_run_and_one_more_is_refused_in_process"),
                (OVERLOAD, "l4_n_calls_run_and_one_more_is_refused_over_http"),
            ],
        ),
        row(
            "streams at once",
            count(max_streams),
            "max_streams",
            "`Overloaded`, 503 with `Retry-After: 1`",
            &[(OVERLOAD, "l4_n_streams_are_open_and_one_more_is_refused")],
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a table")]
fn server() -> Vec<Row> {
    let ServerLimits {
        max_connections,
        head_timeout,
        tls_timeout,
        tls_reload,
        idle_timeout,
        write_timeout,
        max_head,
        max_headers,
        h2_max_streams,
        h2_max_head,
        h2_ping_interval,
        h2_ping_timeout,
        accept_pause,
        ready_timeout,
        drain_delay,
        drain_streams,
        drain_grace,
    } = ServerLimits::default();
    let row = |what, default, field, beyond, tests| {
        let change = format!("`ServerLimits::{field}`");
        Row { what, default, change, beyond, tests }
    };
    vec![
        row(
            "connections",
            count(max_connections),
            "max_connections",
            "`Overloaded`, 503 with `Retry-After: 1`, before anything is read but the first bytes; \
             closed, with TLS",
            &[(ABUSE, "l4_one_connection_too_many_is_told_so")],
        ),
        row(
            "time for the head of a request",
            time(head_timeout),
            "head_timeout",
            "closed",
            &[(ABUSE, "l5_connections_that_stall_are_ended_while_others_are_served")],
        ),
        row(
            "time for a handshake of TLS",
            time(tls_timeout),
            "tls_timeout",
            "closed",
            &[("tests/suite/server/tls.rs", "l5_a_handshake_that_stalls_is_ended")],
        ),
        row(
            "time until a certificate that has changed is noticed",
            time(tls_reload),
            "tls_reload",
            "the new one is used",
            &[("tests/suite/server/tls.rs", "files_that_change_are_noticed")],
        ),
        row(
            "time without a request",
            time(idle_timeout),
            "idle_timeout",
            "closed",
            &[
                (ABUSE, "l5_an_idle_connection_is_kept_for_its_time_and_no_longer"),
                (ABUSE, "l5_an_idle_connection_of_http2_is_told_that_it_ends"),
            ],
        ),
        row(
            "time in which a peer takes nothing of a response",
            time(write_timeout),
            "write_timeout",
            "closed, and its handler dropped",
            &[(ABUSE, "l1_a_peer_that_takes_nothing_is_ended")],
        ),
        row(
            "head of a request, path and headers",
            bytes(max_head),
            "max_head",
            "431",
            &[(ABUSE, "b7_a_head_of_the_limit_passes_and_one_byte_more_does_not")],
        ),
        row(
            "headers of a request",
            count(max_headers),
            "max_headers",
            "431",
            &[(ABUSE, "b7_a_head_of_the_limit_passes_and_one_byte_more_does_not")],
        ),
        row(
            "calls at once on a connection of HTTP/2",
            count(h2_max_streams as usize),
            "h2_max_streams",
            "they wait at the client",
            &[(BEYOND, "one_call_too_many_on_a_connection_of_http2_waits")],
        ),
        row(
            "list of headers on HTTP/2, 32 bytes more for each",
            bytes(h2_max_head as usize),
            "h2_max_head",
            "431",
            &[(BEYOND, "a_list_of_headers_of_the_limit_passes_and_one_byte_more_does_not")],
        ),
        row(
            "time between two pings of HTTP/2",
            time(h2_ping_interval),
            "h2_ping_interval",
            "a ping is sent",
            &[(BEYOND, "a_peer_of_http2_that_answers_no_ping_is_gone")],
        ),
        row(
            "time for the answer to a ping",
            time(h2_ping_timeout),
            "h2_ping_timeout",
            "closed",
            &[(BEYOND, "a_peer_of_http2_that_answers_no_ping_is_gone")],
        ),
        row(
            "pause after accepting a connection has failed",
            time(accept_pause),
            "accept_pause",
            "it is tried again",
            &[(ABUSE, "l6_a_server_without_files_accepts_again_once_there_are_some")],
        ),
        row(
            "time for a check of readiness",
            time(ready_timeout),
            "ready_timeout",
            "not ready, 503",
            &[("tests/suite/server/paths.rs", "a_check_of_readiness_that_hangs_is_not_waited_for")],
        ),
        row(
            "draining: time in which connections are still accepted",
            time(drain_delay),
            "drain_delay",
            "refused",
            &[(DRAIN, "c7_a_server_is_not_ready_while_it_still_serves")],
        ),
        row(
            "draining: time for streams after that",
            time(drain_streams),
            "drain_streams",
            "each ends with a fault",
            &[(DRAIN, "c7_streams_end_with_a_fault_that_says_why")],
        ),
        row(
            "draining: time for calls after that",
            time(drain_grace),
            "drain_grace",
            "cut",
            &[(DRAIN, "c7_a_stuck_handler_holds_the_end_up_for_the_grace_only")],
        ),
    ]
}

fn pair() -> Vec<Row> {
    let ipc::Limits {
        max_message,
        max_calls,
        max_streams,
        max_queue,
        hello_timeout,
        keep_alive,
        stall_timeout,
        close_timeout,
    } = ipc::Limits::default();
    assert_eq!(keep_alive, None, "the transport says");
    let row = |what, default, field, beyond, tests| {
        let change = format!("`ipc::Limits::{field}`");
        Row { what, default, change, beyond, tests }
    };
    vec![
        row(
            "pair: arguments, a reply, an item",
            bytes(max_message),
            "max_message",
            "`TooLarge`",
            &[(PAIR, "a_message_of_the_limit_passes_and_one_byte_more_fails_alone")],
        ),
        row(
            "pair: calls at once, in each direction",
            count(max_calls),
            "max_calls",
            "`Overloaded`",
            &[(PAIR, "as_many_calls_as_the_limit_run_and_one_more_is_refused")],
        ),
        row(
            "pair: those of them that have a stream",
            count(max_streams),
            "max_streams",
            "`Overloaded`",
            &[(PAIR, "as_many_streams_as_the_limit_are_open_and_one_more_is_refused")],
        ),
        row(
            "pair: bytes that the transport has not taken",
            bytes(max_queue),
            "max_queue",
            "whoever has more to say waits",
            &[(PAIR, "who_finds_the_queue_full_waits")],
        ),
        row(
            "pair: time for each of the two hellos",
            time(hello_timeout),
            "hello_timeout",
            "no pair: `Disconnected`",
            &[(PAIR, "a_peer_that_says_no_hello_in_time_is_no_peer")],
        ),
        row(
            "pair: silence until the peer is asked for a sign of life, and then until it has given one",
            "10 s; without end where the system says that the peer is gone".to_owned(),
            "keep_alive",
            "the pair is lost",
            &[(PAIR, "a_peer_that_gives_no_sign_of_life_is_lost")],
        ),
        row(
            "pair: time in which the peer takes no byte of what is sent to it",
            time(stall_timeout),
            "stall_timeout",
            "the pair is lost",
            &[(PAIR, "a_peer_that_takes_nothing_is_lost")],
        ),
        row(
            "pair: time for calls to end when it is closed",
            time(close_timeout),
            "close_timeout",
            "cut: `Disconnected`",
            &[(PAIR, "calls_have_their_time_to_end_when_the_pair_closes")],
        ),
    ]
}

fn fixed() -> Vec<Row> {
    let Fixed {
        label,
        trace_state,
        depth,
        stored_entries,
        stored_bytes,
        database,
        reply,
        token,
        key_document,
    } = Fixed::HERE;
    let row = |what, default, change: &str, beyond, tests| Row {
        what,
        default,
        change: change.to_owned(),
        beyond,
        tests,
    };
    vec![
        row(
            "reply and item, at the frontend",
            bytes(reply),
            "`Connector::max_reply`; TypeScript `maxReply`",
            "`TooLarge`, and the call may have run",
            &[
                ("tests/suite/life.rs", "a_reply_over_the_limit_is_refused"),
                (
                    "runtime/src/http/events.rs",
                    "an_item_of_the_limit_passes_and_one_byte_more_fails",
                ),
            ],
        ),
        row(
            "calls whose ends `MemoryStore` keeps",
            count(stored_entries),
            "`MemoryStore::max_entries`",
            "the oldest is forgotten",
            &[(MEMORY_STORE, "as_many_as_the_limit_are_known_and_the_oldest_goes")],
        ),
        row(
            "memory of those ends",
            bytes(stored_bytes),
            "`MemoryStore::max_bytes`",
            "the oldest is forgotten; of one that is larger, only that it has run is kept",
            &[(MEMORY_STORE, "bytes_of_the_limit_are_kept_and_one_more_is_not")],
        ),
        row(
            "bytes of ends that `SqliteStore` keeps",
            bytes(database),
            "`SqliteStore::max_bytes`",
            "the oldest is forgotten; of one that is larger, only that it has run is kept",
            &[
                (SQLITE_STORE, "where_room_is_needed_the_oldest_goes_and_nothing_that_runs"),
                (SQLITE_STORE, "an_end_of_the_limit_is_kept_and_of_a_larger_one_only_that_it_ran"),
            ],
        ),
        row(
            "nesting of arrays and objects",
            count(depth),
            "",
            "`InvalidArgument`, 400",
            &[(
                "tests/suite/service/bad_input.rs",
                "b3_nesting_of_the_limit_passes_and_more_is_an_error",
            )],
        ),
        row(
            "request id, session, application, route, idempotency key, last event id, each",
            bytes(label),
            "",
            "`InvalidArgument`, 400; at the frontend, before anything is sent",
            &[("tests/suite/context.rs", "labels_of_128_bytes_pass_and_longer_ones_are_refused")],
        ),
        row(
            "`tracestate`",
            bytes(trace_state),
            "",
            "left out",
            &[("runtime/src/trace.rs", "a_state_of_512_bytes_is_kept_and_a_longer_one_is_not")],
        ),
        row(
            "JSON Web Token",
            bytes(token),
            "",
            "`Unauthenticated`, 401",
            &[(BEYOND, "a_token_of_the_limit_is_read_and_a_longer_one_is_not")],
        ),
        row(
            "document of keys from a URL",
            bytes(key_document),
            "",
            "not taken: the keys that are there are used; without any, `Overloaded`",
            &[(
                "tests/suite/auth/keys.rs",
                "a_document_of_the_limit_is_taken_and_a_longer_one_is_not",
            )],
        ),
    ]
}

fn bytes(bytes: usize) -> String {
    match bytes {
        _ if bytes > 0 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", count(bytes >> 20)),
        _ if bytes > 0 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

fn time(time: Duration) -> String {
    let (seconds, millis) = (time.as_secs(), time.as_millis());
    match seconds {
        _ if millis % 1000 != 0 => format!("{millis} ms"),
        _ if seconds > 60 && seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

fn count(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
