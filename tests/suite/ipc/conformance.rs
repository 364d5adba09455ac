//! What holds over every transport.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{Stream, StreamExt as _, stream};
use traitwire::ipc::{Closed, Limits};
use traitwire::{Bytes, CallError, Context, Executed, FaultKind};

use super::common::{
    Asked, Broken, Everything, Machine, Over, begin, fault, kind, quiet_panics, until,
};

/// Each case is a test over each transport.
macro_rules! cases {
    ($($case:ident)*) => {
        mod in_process {
            $(#[tokio::test]
            async fn $case() {
                super::bounded(super::$case(super::Over::InProcess)).await;
            })*
        }

        mod unix {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::bounded(super::$case(super::Over::Unix)).await;
            })*
        }

        mod tcp {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                super::bounded(super::$case(super::Over::Tcp)).await;
            })*
        }

        mod any_stream {
            $(#[tokio::test]
            async fn $case() {
                super::bounded(super::$case(super::Over::Short)).await;
            })*
        }
    };
}

cases! {
    calls_go_both_ways_and_at_once
    req_28_the_backend_gets_a_typed_result_or_error_of_its_frontend
    req_25_calls_nest_to_any_depth
    req_36_a_declared_error_arrives_as_it_was
    req_34_a_panic_is_a_fault_that_tells_nothing_and_the_pair_goes_on
    req_32_values_arrive_as_they_were
    large_values_arrive_and_small_calls_pass_them
    a_message_over_the_limit_fails_alone
    streams_come_out
    a_stream_that_fails_or_panics_ends_with_that
    streams_go_in
    streams_go_both_ways_in_one_call
    req_35_a_stream_that_is_dropped_ends_its_handler
    an_incoming_stream_that_is_dropped_ends_alone
    req_27_notifications_arrive_in_order_and_before_a_later_reply
    notifications_of_a_slow_handler_all_arrive
    req_31_a_deadline_ends_a_call_at_both_ends
    a_deadline_holds_for_calls_within
    req_35_cancellation_reaches_the_handler
    a_handler_on_a_task_of_its_own_holds_nobody_up
    a_detached_handler_runs_to_its_end
    req_21_state_lives_as_long_as_its_pair
    req_20_closing_ends_both_ends_in_order
    closing_lets_running_calls_end
    what_does_not_end_is_cut_when_the_pair_closes
    l4_256_calls_run_at_once_and_the_next_one_is_refused
    l4_128_streams_run_at_once_and_the_next_one_is_refused
    req_30_a_pair_knows_whether_it_is_local
}

async fn bounded(case: impl Future<Output = ()>) {
    quiet_panics();
    tokio::time::timeout(Duration::from_secs(20), case).await.expect("the case hangs");
}

/// How many bytes are large here: over the short transport each three of them are a wake-up.
fn large(over: Over) -> usize {
    if over == Over::Short { 200 * 1024 } else { 5 * 1024 * 1024 }
}

async fn calls_go_both_ways_and_at_once(over: Over) {
    let Machine { engine, dial, .. } = &over.open().await;
    assert_eq!(engine.add(2, 3).await, Ok(5));
    assert_eq!(dial.add(i64::MIN, -1).await, Ok(i64::MAX));
    let there = join_all((0..100).map(|n| engine.add(n, 1)));
    let back = join_all((0..100).map(|n| dial.add(n, 2)));
    let (there, back) = tokio::join!(there, back);
    assert!(there.into_iter().map(Result::unwrap).eq(1..=100));
    assert!(back.into_iter().map(Result::unwrap).eq(2..102));
}

async fn req_28_the_backend_gets_a_typed_result_or_error_of_its_frontend(over: Over) {
    let Machine { dial, .. } = &over.open().await;
    assert_eq!(dial.part(3).await.as_deref(), Ok("dial 3"));
    assert_eq!(dial.part(0).await, Err(CallError::Declared(Broken::OutOfOrder)));
    let counted: Vec<_> = dial.count(5, 10).map(Result::unwrap).collect().await;
    assert_eq!(counted, [5, 6, 7, 8, 9]);
    assert_eq!(dial.sum(stream::iter(1..=100)).await, Ok(5050));
}

async fn req_25_calls_nest_to_any_depth(over: Over) {
    let Machine { engine, dial, .. } = &over.open().await;
    for depth in [1, 20, 200] {
        assert_eq!(engine.down(depth).await, Ok(depth));
        assert_eq!(dial.up(depth).await, Ok(depth));
    }
    // From both ends at once, and so across each other.
    let (down, up) = tokio::join!(
        join_all((0..10).map(|_| engine.down(20))),
        join_all((0..10).map(|_| dial.up(20)))
    );
    assert!(down.into_iter().chain(up).all(|nested| nested == Ok(20)));
    // Each level is a call of its own; 512 are possible in both directions together.
    let nested = engine.down(600).await;
    let overloaded = Asked { code: "overloaded".to_owned() };
    assert_eq!(nested, Err(CallError::Declared(overloaded)));
    assert_eq!(engine.down(20).await, Ok(20));
}

async fn req_36_a_declared_error_arrives_as_it_was(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    assert_eq!(engine.part(7).await.as_deref(), Ok("part 7"));
    let error = Broken::NoSuchPart { id: -7, near: Some("gear".to_owned()) };
    assert_eq!(engine.part(-7).await, Err(CallError::Declared(error)));
    assert_eq!(engine.part(0).await, Err(CallError::Declared(Broken::OutOfOrder)));
}

async fn req_34_a_panic_is_a_fault_that_tells_nothing_and_the_pair_goes_on(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    for late in [false, true] {
        let fault = fault(engine.panics(late).await);
        assert_eq!((fault.kind(), fault.executed()), (FaultKind::Internal, Executed::Maybe));
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
    assert_eq!(engine.add(1, 1).await, Ok(2));
}

async fn req_32_values_arrive_as_they_were(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    assert_eq!(engine.nothing().await, Ok(()));
    for text in ["", "a", "\0 \"quoted\" \u{1F980} \r\n"] {
        assert_eq!(engine.text(text).await.as_deref(), Ok(text));
    }
    for bytes in [vec![], vec![0, 255], (0..=255).collect()] {
        let bytes = Bytes::from(bytes);
        assert_eq!(engine.bytes(bytes.clone()).await, Ok(bytes));
    }
    for real in [0.1, f64::MAX, f64::MIN_POSITIVE, f64::INFINITY] {
        let all = Everything {
            low: i128::MIN,
            high: u64::MAX,
            real,
            letter: '\u{10FFFF}',
            text: "x".repeat(1000),
            photo: vec![0, 1, 254, 255].into(),
            none: None,
            list: vec![(0, false), (255, true)],
            error: Broken::NoSuchPart { id: i64::MIN, near: None },
        };
        assert_eq!(engine.everything(&all).await, Ok(all));
    }
}

async fn large_values_arrive_and_small_calls_pass_them(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    let size = large(over);
    let bytes = Bytes::from((0..size).map(|n| u8::try_from(n % 251).unwrap()).collect::<Vec<_>>());
    let text = "läßt".repeat(size / 8);
    let passed = Arc::<AtomicUsize>::default();
    let small = tokio::spawn({
        let (engine, passed) = (engine.clone(), Arc::clone(&passed));
        async move {
            loop {
                assert_eq!(engine.add(1, 1).await, Ok(2));
                passed.fetch_add(1, SeqCst);
                tokio::task::yield_now().await;
            }
        }
    });
    let (bytes_back, text_back) = tokio::join!(engine.bytes(bytes.clone()), engine.text(&text));
    let passed = passed.load(SeqCst);
    assert!(!small.is_finished(), "a small call failed");
    small.abort();
    assert!(bytes_back == Ok(bytes), "the bytes have changed");
    assert!(text_back.as_deref() == Ok(&text), "the text has changed");
    assert!(passed > 1, "{passed} small calls while large ones were under way");
}

async fn a_message_over_the_limit_fails_alone(over: Over) {
    let limits = Limits { max_message: 1000, ..Limits::default() };
    let Machine { engine, .. } = &over.open_with(limits).await;
    let bytes = |count: usize| Bytes::from(vec![1; count]);
    assert_eq!(engine.bytes(bytes(1000)).await, Ok(bytes(1000)));
    let own = fault(engine.bytes(bytes(1001)).await);
    assert_eq!((own.kind(), own.executed()), (FaultKind::TooLarge, Executed::No));
    assert!(own.message().contains("1001 bytes"), "{own}");
    assert!(own.message().contains("the limit of 1000"), "{own}");
    let back = fault(engine.large(1001).await);
    assert_eq!((back.kind(), back.executed()), (FaultKind::TooLarge, Executed::Maybe));
    assert!(back.message().contains("1001 bytes"), "{back}");
    assert_eq!(engine.large(1000).await, Ok(vec![7; 1000].into()));
    let items: Vec<_> = engine.photos(2, 1001).collect().await;
    assert!(
        matches!(&items[..], [Err(CallError::Fault(fault))] if fault.kind() == FaultKind::TooLarge)
    );
    let size = engine.size(stream::iter([bytes(1000), bytes(1001)])).await;
    assert_eq!(size, Ok(1000), "the handler hears that the stream fails, and replies");
}

async fn streams_come_out(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    let items = if over == Over::Short { 5_000 } else { 100_000 };
    let counted: Vec<_> = engine.count(0, items).map(Result::unwrap).collect().await;
    assert!(counted.into_iter().eq(0..items));
    assert_eq!(engine.count(0, 0).collect::<Vec<_>>().await.len(), 0);
    // Items of more than the credit of a stream.
    let size = large(over) as u64 / 10;
    let photos: Vec<_> = engine.photos(3, size).map(Result::unwrap).collect().await;
    assert_eq!(photos.len(), 3);
    assert!(photos.iter().all(|photo| photo.len() as u64 == size && photo[..3] == [3; 3]));
    // Many at once.
    let all =
        join_all((0..100).map(|n| engine.count(n, n + 50).map(Result::unwrap).collect::<Vec<_>>()));
    for (n, items) in (0..).zip(all.await) {
        assert!(items.into_iter().eq(n..n + 50));
    }
}

async fn a_stream_that_fails_or_panics_ends_with_that(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    for after in [0, 1, 1000] {
        let mut items = engine.fails(after).collect::<Vec<_>>().await;
        assert_eq!(items.pop(), Some(Err(CallError::Declared(Broken::OutOfOrder))));
        assert!(items.into_iter().map(Result::unwrap).eq(0..after));
        let mut items = engine.breaks(after).collect::<Vec<_>>().await;
        let last = items.pop().expect("a fault").unwrap_err().into_fault();
        assert_eq!((last.kind(), last.executed()), (FaultKind::Internal, Executed::Maybe));
        assert!(!last.to_string().contains("secret"), "{last}");
        assert!(items.into_iter().map(Result::unwrap).eq(0..after), "what was before it arrives");
    }
}

async fn streams_go_in(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    let items = if over == Over::Short { 5_000 } else { 100_000 };
    assert_eq!(engine.sum(stream::iter(0..items)).await, Ok((0..items).sum()));
    assert_eq!(engine.sum(stream::iter([])).await, Ok(0));
    let size = large(over) / 10;
    let photo = Bytes::from(vec![9; size]);
    let sent = engine.size(stream::iter(vec![photo; 3])).await;
    assert_eq!(sent, Ok(3 * size as u64));
    let slowly = stream::iter(0..20).then(|n| async move {
        tokio::time::sleep(Duration::from_millis(1)).await;
        n
    });
    assert_eq!(engine.sum(slowly).await, Ok(190));
    let all = join_all((0..50).map(|n| engine.sum(stream::iter(0..n)))).await;
    assert!(all.into_iter().map(Result::unwrap).eq((0..50).map(|n| (0..n).sum::<i64>())));
}

async fn streams_go_both_ways_in_one_call(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    let items = if over == Over::Short { 5_000 } else { 50_000 };
    let doubled: Vec<_> =
        engine.doubled(stream::iter(0..items)).map(Result::unwrap).collect().await;
    assert!(doubled.into_iter().eq((0..items).map(|n| n * 2)));
    // One item goes when the one before has come back.
    let (send, receive) = tokio::sync::mpsc::unbounded_channel();
    let fed =
        stream::unfold(
            receive,
            |mut receive| async move { Some((receive.recv().await?, receive)) },
        );
    let mut doubled = std::pin::pin!(engine.doubled(fed));
    for n in 1..50 {
        send.send(n).expect("it is read");
        assert_eq!(doubled.next().await, Some(Ok(2 * n)));
    }
    drop(send);
    assert_eq!(doubled.next().await, None);
}

async fn req_35_a_stream_that_is_dropped_ends_its_handler(over: Over) {
    let Machine { engine, behind, .. } = &over.open().await;
    let mut ticks = Box::pin(engine.ticks());
    for n in 0..10 {
        assert_eq!(ticks.next().await, Some(Ok(n)));
    }
    assert_eq!(behind.running(), 1);
    drop(ticks);
    until("the handler has ended", || behind.running() == 0).await;
    // Before its first item has been read, too.
    let mut ticks = Box::pin(engine.ticks());
    begin(&mut ticks.next()).await;
    drop(ticks);
    assert_eq!(engine.add(1, 1).await, Ok(2));
    until("the handler has ended", || behind.running() == 0).await;
    // So do those whose caller has got all the credit used up and never reads.
    let mut unread = Box::pin(engine.photos(1000, 1000));
    assert!(unread.next().await.is_some());
    tokio::time::sleep(Duration::from_millis(20)).await;
    drop(unread);
    assert_eq!(engine.count(0, 3).count().await, 3);
}

/// A stream that says when it is dropped.
fn watched(
    items: impl Stream<Item = i64> + Send + 'static,
) -> (impl Stream<Item = i64> + Send + 'static, std::sync::Weak<()>) {
    let here = std::sync::Arc::new(());
    let weak = std::sync::Arc::downgrade(&here);
    let items = items.map(move |item| {
        let _ = &here;
        item
    });
    (items, weak)
}

async fn an_incoming_stream_that_is_dropped_ends_alone(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    // More than there is credit for, so that it would never end otherwise.
    let (endless, watch) = watched(stream::iter(0..));
    assert_eq!(engine.sum_until(endless, 10).await, Ok(45));
    until("the stream is dropped", || watch.strong_count() == 0).await;
    assert_eq!(engine.sum_until(stream::iter(0..), 0).await, Ok(0));
    // The caller goes, and its stream with it.
    let (never, watch) = watched(stream::pending());
    let mut sum = Box::pin(engine.sum(never));
    begin(&mut sum).await;
    drop(sum);
    assert_eq!(watch.strong_count(), 0);
    assert_eq!(engine.add(1, 1).await, Ok(2));
}

async fn req_27_notifications_arrive_in_order_and_before_a_later_reply(over: Over) {
    let Machine { engine, dial, before, .. } = &over.open().await;
    assert_eq!(engine.show_then_reply(0, 200).await, Ok(200));
    assert!(before.shown.lock().unwrap().drain(..).eq(0..200), "they come before the reply");
    // More than there is credit for: then the one who sends waits.
    let many = if over == Over::Short { 2_000 } else { 50_000 };
    for n in 0..many {
        dial.show(n).await.expect("it is sent");
    }
    // A call starts after what was sent before it.
    assert_eq!(dial.add(1, 1).await, Ok(2));
    assert!(before.shown.lock().unwrap().drain(..).eq(0..many));
}

async fn notifications_of_a_slow_handler_all_arrive(over: Over) {
    let Machine { dial, before, .. } = &over.open().await;
    let many = if over == Over::Short { 500 } else { 10_000 };
    for n in 0..many {
        dial.show_slowly(n).await.expect("it is sent");
    }
    let there = || before.shown.lock().unwrap().len() as u64 == many;
    until("all are shown", there).await;
    let mut shown = std::mem::take(&mut *before.shown.lock().unwrap());
    shown.sort_unstable();
    assert!(shown.into_iter().eq(0..many));
}

async fn req_31_a_deadline_ends_a_call_at_both_ends(over: Over) {
    let Machine { engine, dial, behind, before, .. } = &over.open().await;
    let short = Duration::from_millis(50);
    let began = Instant::now();
    let (there, back) =
        tokio::join!(engine.stalls().deadline(short), dial.stalls().deadline(short));
    let took = began.elapsed();
    assert_eq!(kind(there), FaultKind::DeadlineExceeded);
    assert_eq!(kind(back), FaultKind::DeadlineExceeded);
    assert!(took >= short, "{took:?}");
    assert!(took < short + Duration::from_millis(500), "{took:?}");
    until("both handlers have ended", || behind.running() + before.running() == 0).await;
    assert_eq!(behind.started.load(SeqCst), 1);
    // So does one of a stream.
    let mut ticks = Box::pin(engine.ticks().deadline(short));
    let last = loop {
        match ticks.next().await.expect("it does not just end") {
            Ok(_) => {}
            Err(error) => break error.into_fault(),
        }
    };
    assert_eq!(last.kind(), FaultKind::DeadlineExceeded);
    assert_eq!(ticks.next().await, None);
    until("its handler has ended", || behind.running() == 0).await;
    // A time that is long, or none, is no trouble.
    assert_eq!(engine.add(1, 1).deadline(Duration::MAX).await, Ok(2));
    let fault = fault(engine.add(1, 1).deadline(Duration::ZERO).await);
    assert_eq!((fault.kind(), fault.executed()), (FaultKind::DeadlineExceeded, Executed::No));
}

async fn a_deadline_holds_for_calls_within(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    assert_eq!(engine.remaining().await, Ok(None));
    assert_eq!(engine.remaining_within().await, Ok(None));
    let minute = Duration::from_mins(1);
    for left in [
        engine.remaining().deadline(minute).await,
        engine.remaining_within().deadline(minute).await,
        engine
            .remaining()
            .context(&Context::new("", "").with_deadline(Instant::now() + minute))
            .await,
        // The earlier of the two counts.
        engine
            .remaining()
            .deadline(minute * 2)
            .context(&Context::new("", "").with_deadline(Instant::now() + minute))
            .await,
    ] {
        let left = left.expect("an answer").expect("a deadline");
        assert!((50_000..=60_000).contains(&left), "{left}");
    }
}

async fn req_35_cancellation_reaches_the_handler(over: Over) {
    let Machine { engine, dial, behind, before, .. } = &over.open().await;
    for _ in 0..3 {
        let mut there = Box::pin(engine.stalls());
        let mut back = Box::pin(dial.stalls());
        begin(&mut there).await;
        begin(&mut back).await;
        let running = || behind.running() == 1 && before.running() == 1;
        let waiting = async { until("both run", running).await };
        tokio::select! {
            biased;
            () = waiting => {}
            _ = &mut there => panic!("it never ends"),
            _ = &mut back => panic!("it never ends"),
        }
        drop((there, back));
        until("both have ended", || behind.running() + before.running() == 0).await;
    }
    // A call that is dropped before it is polled was never made.
    drop(engine.stalls());
    assert_eq!(engine.add(1, 1).await, Ok(2));
    assert_eq!(behind.started.load(SeqCst), 3);
}

async fn a_handler_on_a_task_of_its_own_holds_nobody_up(over: Over) {
    let Machine { engine, .. } = &over.open().await;
    let (here, same) = (engine.place().await, engine.place().await);
    assert_eq!(here, same, "what is quick runs where it is read");
    let (one, other) = (engine.blocks(0).await, engine.blocks(0).await);
    assert!(one != other && one != here, "{one:?} {other:?} {here:?}");
    if tokio::runtime::Handle::current().metrics().num_workers() == 1 {
        return;
    }
    let blocked = async {
        engine.blocks(300).await.expect("it ends");
        Instant::now()
    };
    let others = async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(engine.add(1, 1).await, Ok(2));
        Instant::now()
    };
    let (blocked, others) = tokio::join!(blocked, others);
    assert!(others < blocked);
}

async fn a_detached_handler_runs_to_its_end(over: Over) {
    let Machine { front, engine, behind, .. } = &over.open().await;
    assert_eq!(engine.saves(1).await, Ok(()));
    let cut = engine.saves(60).deadline(Duration::from_millis(20)).await;
    assert_eq!(kind(cut), FaultKind::DeadlineExceeded);
    let mut dropped = Box::pin(engine.saves(60));
    begin(&mut dropped).await;
    assert_eq!(engine.add(1, 1).await, Ok(2), "the call has arrived");
    drop(dropped);
    until("all three are saved", || behind.saved.load(SeqCst) == 3).await;
    // It outlives even the pair.
    let mut last = Box::pin(engine.saves(60));
    begin(&mut last).await;
    assert_eq!(engine.add(1, 1).await, Ok(2));
    drop(last);
    front.close().await;
    until("the last is saved", || behind.saved.load(SeqCst) == 4).await;
}

async fn req_21_state_lives_as_long_as_its_pair(over: Over) {
    let first = over.open().await;
    for visit in 1..=3 {
        assert_eq!(first.engine.visits().await, Ok(visit));
    }
    let second = over.open().await;
    assert_eq!(second.engine.visits().await, Ok(1));
    assert_eq!(first.engine.visits().await, Ok(4));
    assert_eq!(first.behind.alive.load(SeqCst), 1);
    first.front.close().await;
    until("its state is dropped", || first.behind.alive.load(SeqCst) == 0).await;
    assert_eq!(second.engine.visits().await, Ok(2));
}

async fn req_20_closing_ends_both_ends_in_order(over: Over) {
    let Machine { front, back, engine, dial, .. } = over.open().await;
    assert_eq!((front.why_closed(), back.why_closed()), (None, None));
    assert_eq!(front.close().await, Closed::Here);
    assert_eq!(back.closed().await, Closed::Peer);
    assert!(front.why_closed().is_some_and(|closed| closed.is_orderly()));
    assert!(back.why_closed().is_some_and(|closed| closed.is_orderly()));
    let there = fault(engine.add(1, 1).await);
    assert_eq!((there.kind(), there.executed()), (FaultKind::Disconnected, Executed::No));
    assert_eq!(there.message(), "this end has closed the pair");
    let back = fault(dial.add(1, 1).await);
    assert_eq!((back.kind(), back.executed()), (FaultKind::Disconnected, Executed::No));
    assert_eq!(back.message(), "the peer has closed the pair");
    let notified = dial.show(1).await.unwrap_err();
    assert_eq!(notified.kind(), FaultKind::Disconnected);
    let streamed: Vec<_> = engine.count(0, 3).collect().await;
    assert_eq!(streamed.len(), 1);

    // The other end may do so as well, and both at once.
    let Machine { front, back, .. } = over.open().await;
    assert_eq!(back.close().await, Closed::Here);
    assert_eq!(front.closed().await, Closed::Peer);
    let Machine { front, back, .. } = over.open().await;
    let (front, back) = tokio::join!(front.close(), back.close());
    assert!(front.is_orderly() && back.is_orderly(), "{front}; {back}");
}

async fn closing_lets_running_calls_end(over: Over) {
    let Machine { front, back, engine, .. } = &over.open().await;
    let running = engine.saves(100);
    let close = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let closing = front.close();
        let late = async {
            tokio::time::sleep(Duration::from_millis(10)).await;
            kind(engine.add(1, 1).await)
        };
        tokio::join!(closing, late)
    };
    let (ended, (closed, late)) = tokio::join!(running, close);
    assert_eq!(ended, Ok(()));
    assert_eq!(closed, Closed::Here);
    assert_eq!(late, FaultKind::Disconnected, "no call begins any more");
    assert_eq!(back.closed().await, Closed::Peer);
}

async fn what_does_not_end_is_cut_when_the_pair_closes(over: Over) {
    let limits = Limits { close_timeout: Duration::from_millis(100), ..Limits::default() };
    let Machine { front, back, engine, behind, .. } = &over.open_with(limits).await;
    let began = Instant::now();
    let close = async {
        until("the handler runs", || behind.running() == 1).await;
        front.close().await
    };
    let (ended, closed) = tokio::join!(engine.stalls(), close);
    let ended = fault(ended);
    assert_eq!((ended.kind(), ended.executed()), (FaultKind::Disconnected, Executed::Maybe));
    assert_eq!(closed, Closed::Here);
    assert_eq!(back.closed().await, Closed::Peer);
    assert!(began.elapsed() >= Duration::from_millis(100));
    until("the handler has ended", || behind.running() == 0).await;
}

async fn l4_256_calls_run_at_once_and_the_next_one_is_refused(over: Over) {
    let Machine { engine, dial, behind, .. } = &over.open().await;
    let mut calls: Vec<_> = (0..256).map(|_| Box::pin(engine.stalls())).collect();
    for call in &mut calls {
        begin(call).await;
    }
    let began = Instant::now();
    let refused = fault(engine.add(1, 1).await);
    assert!(began.elapsed() < Duration::from_millis(100));
    assert_eq!((refused.kind(), refused.executed()), (FaultKind::Overloaded, Executed::No));
    assert_eq!(refused.message(), "256 calls are under way, which is the limit");
    assert_eq!(dial.add(1, 1).await, Ok(2), "the other direction has its own");
    let all = async { until("256 handlers run", || behind.running() == 256).await };
    tokio::select! {
        biased;
        () = all => {}
        _ = join_all(&mut calls) => panic!("they never end"),
    }
    drop(calls.pop());
    let room = async {
        until("there is room again", || behind.running() == 255).await;
        // The peer is told, and tells, that the call has ended.
        loop {
            match engine.add(1, 1).await {
                Ok(sum) => break sum,
                Err(_) => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    };
    assert_eq!(room.await, 2);
    drop(calls);
    until("all have ended", || behind.running() == 0).await;
    assert_eq!(engine.add(1, 1).await, Ok(2));
}

async fn l4_128_streams_run_at_once_and_the_next_one_is_refused(over: Over) {
    let mut limits = Limits::default();
    assert_eq!(limits.max_streams, 128);
    if over == Over::Short {
        // So many are too slow for it.
        limits.max_streams = 10;
    }
    let count = limits.max_streams;
    let Machine { engine, behind, .. } = &over.open_with(limits).await;
    let mut streams: Vec<_> = (0..count).map(|_| Box::pin(engine.ticks())).collect();
    for (place, stream) in streams.iter_mut().enumerate() {
        assert_eq!(stream.next().await, Some(Ok(0)), "{place}");
    }
    let refused = engine.ticks().next().await.expect("a fault").unwrap_err().into_fault();
    assert_eq!((refused.kind(), refused.executed()), (FaultKind::Overloaded, Executed::No));
    let message = format!("{count} calls with streams are under way, which is the limit");
    assert_eq!(refused.message(), message);
    assert_eq!(engine.add(1, 1).await, Ok(2), "calls without a stream go on");
    drop(streams);
    until("all have ended", || behind.running() == 0).await;
}

async fn req_30_a_pair_knows_whether_it_is_local(over: Over) {
    let Machine { front, back, .. } = &over.open().await;
    let local = over != Over::Short;
    assert_eq!((front.is_local(), back.is_local()), (local, local));
    assert_eq!(format!("{front:?}"), format!("Pair {{ local: {local}, .. }}"));
}
