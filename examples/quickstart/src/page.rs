//! What does a browser get?

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::routing::get;

/// The page and what it is made of. `build.rs` bundles the script from `typescript/src/page.ts`.
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(file("text/html", include_str!("../typescript/index.html"))))
        .route("/page.css", get(file("text/css", include_str!("../typescript/page.css"))))
        .route(
            "/page.js",
            get(file("text/javascript", include_str!(concat!(env!("OUT_DIR"), "/page.js")))),
        )
}

type File = ([(HeaderName, String); 2], &'static str);

fn file(media_type: &str, text: &'static str) -> File {
    // The page loads nothing from anywhere else, and nothing can be slipped into it.
    let policy = "default-src 'self'; img-src 'self' data:".to_owned();
    let headers =
        [(CONTENT_TYPE, format!("{media_type}; charset=utf-8")), (CONTENT_SECURITY_POLICY, policy)];
    (headers, text)
}
