//! Where are the backends reached, and what stands in the way?

use std::time::Duration;

use axum::Router;
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use futures_util::{StreamExt as _, stream};
use traitwire::rpc::Backend;

use super::backend::Backends;

/// One path of the server under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Site {
    /// The backend of the frontends' own revision.
    Main,
    Older,
    Newer,
    /// Behind a layer that lets nothing through.
    Overloaded,
    /// Behind something that cuts every connection in the middle of a reply.
    Cut,
    /// Behind a proxy that answers with a page.
    Page,
    /// Behind something that truncates JSON without a sign.
    Garbage,
    /// Behind something that ends a stream politely, without its last event.
    Polite,
}

impl Site {
    pub const ALL: [Site; 8] = [
        Site::Main,
        Site::Older,
        Site::Newer,
        Site::Overloaded,
        Site::Cut,
        Site::Page,
        Site::Garbage,
        Site::Polite,
    ];

    /// The path below which its interfaces stand, without slashes.
    pub fn path(self) -> &'static str {
        match self {
            Site::Main => "rpc",
            Site::Older => "older",
            Site::Newer => "newer",
            Site::Overloaded => "overloaded",
            Site::Cut => "cut",
            Site::Page => "page",
            Site::Garbage => "garbage",
            Site::Polite => "polite",
        }
    }

    /// Its backend, if nothing stands in the way.
    pub fn backend(self, backends: &Backends) -> Option<&Backend> {
        match self {
            Site::Main => Some(&backends.main),
            Site::Older => Some(&backends.older),
            Site::Newer => Some(&backends.newer),
            _ => None,
        }
    }
}

/// All sites as one app, so that a page may call each of them as its own origin.
pub fn app(backends: &Backends) -> Router {
    Site::ALL.into_iter().fold(Router::new(), |app, site| {
        let backend = site.backend(backends).unwrap_or(&backends.main).clone();
        let service = Router::new().fallback_service(traitwire::http::service(backend));
        let service = match site {
            Site::Main | Site::Older | Site::Newer => service,
            _ => service.layer(from_fn(move |request, next| in_the_way(site, request, next))),
        };
        app.nest(&format!("/{}", site.path()), service)
    })
}

async fn in_the_way(site: Site, request: Request, next: Next) -> Response {
    // A frontend connects before it calls.
    if request.uri().path().ends_with("/_versions") {
        return next.run(request).await;
    }
    match site {
        Site::Main | Site::Older | Site::Newer => next.run(request).await,
        Site::Overloaded => {
            let problem = r#"{"type":"urn:traitwire:overloaded","title":"overloaded","status":503,"code":"overloaded","detail":"too much to do","executed":"no"}"#;
            let headers = [(CONTENT_TYPE, "application/problem+json"), (RETRY_AFTER, "2")];
            (axum::http::StatusCode::SERVICE_UNAVAILABLE, headers, problem).into_response()
        }
        Site::Page => {
            let page = "<html><h1>502 Bad Gateway</h1></html>";
            (axum::http::StatusCode::BAD_GATEWAY, [(CONTENT_TYPE, "text/html")], page)
                .into_response()
        }
        Site::Garbage => ([(CONTENT_TYPE, "application/json")], r#"{"items":[1,2"#).into_response(),
        Site::Cut => shortened(next.run(request).await, true),
        Site::Polite => shortened(next.run(request).await, false),
    }
}

/// Bytes of a body that come through before it is cut: some items of a stream.
const SHORT: usize = 100;

/// Passes the first bytes of the body, and then ends it, or breaks the connection.
fn shortened(response: Response, broken: bool) -> Response {
    let (mut head, body) = response.into_parts();
    if !broken {
        // It is not as long any more.
        head.headers.remove(axum::http::header::CONTENT_LENGTH);
    }
    let pass = |(mut body, left): (BodyDataStream, usize)| async move {
        match body.next().await {
            Some(Ok(mut bytes)) if left > 0 => {
                bytes.truncate(left);
                let left = left - bytes.len();
                Some((Ok::<_, std::io::Error>(bytes), (body, left)))
            }
            _ => None,
        }
    };
    let end = stream::once(async move {
        if !broken {
            return Ok(Bytes::default());
        }
        // Hyper drops what it has not sent when a body fails, so it is given the time to send it.
        tokio::time::sleep(Duration::from_millis(50)).await;
        Err(std::io::Error::other("cut"))
    });
    let body = stream::unfold((body.into_data_stream(), SHORT), pass).chain(end);
    Response::from_parts(head, Body::from_stream(body))
}
