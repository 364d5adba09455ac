//! How does one connection live and end?

use std::convert::Infallible;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

#[cfg(feature = "tls")]
use futures_util::future::{Either, select};
use http::header::CONNECTION;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Sleep;

use super::app::{AnyBody, RequestBody};
use super::drain::Phase;
#[cfg(feature = "tls")]
use super::limits::LINGER;
use super::limits::{LEAST_HEAD, ServerLimits};
use super::routes::Routes;
use super::socket::{Activity, Counted, Socket};
use crate::http::problem_response;
use crate::{Fault, FaultKind};

/// What all connections of a server share.
pub(super) struct Shared {
    pub(super) routes: Routes,
    pub(super) limits: ServerLimits,
    pub(super) http: auto::Builder<TokioExecutor>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<tokio_rustls::TlsAcceptor>,
    pub(super) phase: watch::Receiver<Phase>,
    /// How many requests are being answered, on all connections.
    pub(super) running: Arc<AtomicUsize>,
}

/// The most headers that hyper takes unasked, documented at its `max_headers`.
const HEADERS_OF_HYPER: usize = 100;

/// How many streams of a connection may have been given up before the server has looked at them. Whoever
/// gives up all of its calls in one moment, and then those that took their places, is no attacker; h2's
/// own 20 would end its connection, and all other calls on it. More are an attack (CVE-2023-44487), and
/// until it is cut holds no more than as many calls would.
fn most_given_up(limits: &ServerLimits) -> usize {
    (limits.h2_max_streams as usize).saturating_mul(2).max(20)
}

/// The rules of HTTP under these limits. That h2 ends a connection after 1,024 streams that it had to
/// reset for what was wrong with them stays as it is.
pub(super) fn http(limits: &ServerLimits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        // It would run on kept connections as well; `Activity` tells them apart.
        .header_read_timeout(None)
        // What is read before a head is whole. The limit itself is `head_size`'s.
        .max_buf_size(limits.max_head.max(LEAST_HEAD) + LEAST_HEAD);
    // hyper has as many places on its stack; any number that is said takes the heap.
    if limits.max_headers != HEADERS_OF_HYPER {
        builder.http1().max_headers(limits.max_headers);
    }
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.h2_max_streams)
        .max_pending_accept_reset_streams(most_given_up(limits))
        // h2 refuses a list of just the size that it is given.
        .max_header_list_size(limits.h2_max_head.saturating_add(1))
        .keep_alive_interval(limits.h2_ping_interval)
        .keep_alive_timeout(limits.h2_ping_timeout);
    builder
}

impl Shared {
    /// Waits until nothing new is accepted any more.
    async fn closing(&self) {
        // A server that is gone has ended, too.
        let _ = self.phase.clone().wait_for(|phase| *phase >= Phase::Closing).await;
    }
}

/// Serves one connection to its end, by TLS if the server has a certificate.
pub(super) async fn welcome(shared: Arc<Shared>, stream: TcpStream, place: OwnedSemaphorePermit) {
    #[cfg(feature = "tls")]
    if let Some(tls) = &shared.tls {
        if let Some(stream) = shake_hands(&shared, tls, stream).await {
            serve(Arc::clone(&shared), stream, place).await;
        }
        return;
    }
    serve(shared, stream, place).await;
}

/// A handshake of TLS, if it succeeds in time.
#[cfg(feature = "tls")]
async fn shake_hands(
    shared: &Shared,
    tls: &tokio_rustls::TlsAcceptor,
    stream: TcpStream,
) -> Option<tokio_rustls::server::TlsStream<TcpStream>> {
    let late = async {
        shared.closing().await;
        // No call has been sent before a handshake is over.
        tokio::time::sleep(LINGER).await;
    };
    let shaken = tokio::time::timeout(shared.limits.tls_timeout, tls.accept(stream));
    match select(pin!(shaken), pin!(late)).await {
        Either::Left((Ok(Ok(stream)), _)) => return Some(stream),
        Either::Left((Ok(Err(error)), _)) => tracing::debug!(%error, "a handshake failed"),
        Either::Left((Err(_), _)) => tracing::debug!("a handshake took too long"),
        Either::Right(_) => {}
    }
    None
}

/// Serves one connection to its end.
async fn serve<T>(shared: Arc<Shared>, io: T, place: OwnedSemaphorePermit)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let activity = Activity::new(Arc::clone(&shared.running));
    // Also if this future is dropped.
    let _end = TakeAway(Arc::clone(&activity));
    drive(&shared, Socket::new(io, Arc::clone(&activity), place), &activity).await;
    // An upgraded connection goes on without HTTP.
    std::future::poll_fn(|cx| {
        activity.register(cx.waker());
        if activity.is_gone() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

/// Speaks HTTP until one end has enough.
async fn drive<T>(shared: &Arc<Shared>, socket: Socket<T>, activity: &Arc<Activity>)
where
    T: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn({
        let (shared, activity) = (Arc::clone(shared), Arc::clone(activity));
        move |request| answer(Arc::clone(&shared), Arc::clone(&activity), request)
    });
    let mut closing = pin!(shared.closing());
    let mut closing_since = None;
    let mut told = false;
    let mut alarm = pin!(Alarm::new());
    let http = shared.http.serve_connection_with_upgrades(TokioIo::new(socket), service);
    let mut http = pin!(http);
    std::future::poll_fn(|cx| {
        activity.register(cx.waker());
        if closing_since.is_none() && closing.as_mut().poll(cx).is_ready() {
            closing_since = Some(Instant::now());
        }
        loop {
            // First, for what has come already is to be answered.
            if let Poll::Ready(ended) = http.as_mut().poll(cx) {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended with an error");
                }
                return Poll::Ready(());
            }
            // An idle connection of HTTP/1.1 would be closed under a request that is on its way; one of
            // HTTP/2 tells the other end what it still takes.
            if closing_since.is_some() && !told && (activity.running() > 0 || activity.is_http2()) {
                http.as_mut().graceful_shutdown();
                told = true;
                continue;
            }
            let quiet_at = closing_since.and_then(|since| activity.quiet_at(since));
            let closes_at = activity.closes_at(&shared.limits);
            ready!(alarm.as_mut().poll_at(quiet_at.into_iter().chain(closes_at).min(), cx));
            if closing_since.is_some() || !activity.is_http2() || activity.running() > 0 {
                return Poll::Ready(());
            }
            closing_since = Some(Instant::now());
        }
    })
    .await;
}

/// A timer that is seldom set: it may go off too early, and looks then what time it is.
struct Alarm {
    set: Option<Instant>,
    timer: Pin<Box<Sleep>>,
}

impl Alarm {
    fn new() -> Alarm {
        Alarm { set: None, timer: Box::pin(tokio::time::sleep(Duration::ZERO)) }
    }

    /// Ready once that time has come, if there is one.
    fn poll_at(mut self: Pin<&mut Self>, at: Option<Instant>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(at) = at else { return Poll::Pending };
        loop {
            if at <= Instant::now() {
                return Poll::Ready(());
            }
            if self.set.is_none_or(|set| at < set) {
                self.set = Some(at);
                self.timer.as_mut().reset(at.into());
            }
            ready!(self.timer.as_mut().poll(cx));
            self.set = None;
        }
    }
}

struct TakeAway(Arc<Activity>);

impl Drop for TakeAway {
    fn drop(&mut self) {
        self.0.take_away();
    }
}

async fn answer(
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    request: Request<hyper::body::Incoming>,
) -> Result<Response<Counted<AnyBody>>, Infallible> {
    let http2 = request.version() == Version::HTTP_2;
    let connects = !http2 && request.method() == Method::CONNECT;
    let running = activity.begin(http2);
    let max_head = shared.limits.max_head;
    let mut response = if head_size(&request) > max_head {
        let message = format!("path and headers are longer than {max_head} bytes");
        let fault = Fault::before(FaultKind::TooLarge, message);
        problem_response(&fault, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE).map(AnyBody::whole)
    } else {
        shared.routes.answer(request.map(RequestBody::new)).await
    };
    if !http2 && *shared.phase.borrow() >= Phase::Closing {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    let accepts = response.status().is_success();
    if (connects && accepts) || response.status() == StatusCode::SWITCHING_PROTOCOLS {
        activity.upgrade();
    }
    Ok(response.map(|body| Counted::new(body, http2, running)))
}

/// The size of a request's head as HTTP/1.1 writes it.
fn head_size<B>(request: &Request<B>) -> usize {
    let target = request.uri().path_and_query().map_or(1, |target| target.as_str().len());
    let line = request.method().as_str().len() + target + "  HTTP/1.1\r\n".len();
    let headers = request.headers().iter();
    line + headers
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum::<usize>()
}
