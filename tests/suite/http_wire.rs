//! What curl, a browser or a load balancer sees: paths, methods, headers, bodies, statuses.

use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use traitwire::http::Connector;
use traitwire::rpc::{Backend, SchemaAccess};
use traitwire::schema::walk::Schema;
use traitwire_tests::{Cook, KitchenClient, KitchenServer, Server, dish, kitchen, tokens};

async fn server() -> Server {
    Server::start(kitchen().0).await
}

fn post(server: &Server, method: &str, args: &Value) -> RequestBuilder {
    let request = Client::new().post(server.method(method));
    request.header("content-type", "application/json").body(args.to_string())
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_post_takes_an_object_and_gives_bare_json() {
    let server = server().await;
    let response = post(&server, "order", &json!({"id": 3})).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "traitwire-offer"), "1.2.0");
    assert!(!header(&response, "x-request-id").is_empty());
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(body, serde_json::to_value(dish(3)).unwrap());

    let response = post(&server, "nothing", &json!({})).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "null");
    let empty = Client::new().post(server.method("nothing"));
    let response = empty.header("content-type", "application/json; charset=UTF-8").send().await;
    assert_eq!(response.unwrap().status(), 200);
}

#[tokio::test]
async fn a_read_only_method_answers_get() {
    let server = server().await;
    let get = |query: &str| {
        let url = format!("{}?{query}", server.method("join"));
        Client::new().get(url).header("authorization", "Bearer reader").send()
    };
    // Text as it is, all else as JSON.
    let dish = "%7B%22id%22:1,%22name%22:%22soup%22%7D";
    let query = format!("by=+%26+&words=%5B%22a%22,%22b%22%5D&dish={dish}");
    let response = get(&query).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.text().await.unwrap(), "\"a & b & soup\"");

    for (query, part) in [
        (format!("by=,&words=a&dish={dish}"), "the argument `words` must be JSON in a URL"),
        (format!("by=,&words=[],%22x%22:1&dish={dish}"), "`words` must be JSON in a URL"),
        (format!("by=,&by=;&words=[]&dish={dish}"), "the argument `by` is there twice"),
        ("by=,&words=[]".to_owned(), "the argument `dish` is missing"),
    ] {
        let response = get(&query).await.unwrap();
        assert_eq!(response.status(), 400, "{query}");
        let text = response.text().await.unwrap();
        assert!(text.contains(part), "{query}: {text}");
    }
    // What is no UTF-8 would have to be altered.
    for query in [format!("by=%FF&words=[]&dish={dish}"), format!("%FF=1&words=[]&dish={dish}")] {
        let response = get(&query).await.unwrap();
        assert_eq!(response.status(), 400, "{query}");
        let text = response.text().await.unwrap();
        assert!(text.contains("UTF-8"), "{text}");
    }
    // A percent sign that begins no byte stands for itself; empty pairs are skipped.
    let response = get(&format!("&by=%25%zz%C3%A9%&&words=[%22a%22]&dish={dish}")).await.unwrap();
    assert_eq!(response.text().await.unwrap(), "\"a%%zz\u{e9}%soup\"");
    let stream = Client::new().get(format!("{}?count=1", server.method("courses"))).send().await;
    assert_eq!(header(&stream.unwrap(), "content-type"), "text/event-stream");
}

#[tokio::test]
async fn other_methods_of_http_are_refused_with_those_that_are_not() {
    let server = server().await;
    for (method, verb, allow) in [
        ("order", reqwest::Method::GET, "POST"),
        ("order", reqwest::Method::DELETE, "POST"),
        ("echo", reqwest::Method::PUT, "GET, HEAD, POST"),
    ] {
        let request = Client::new().request(verb, server.method(method));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(header(&response, "allow"), allow);
        assert_eq!(header(&response, "content-type"), "application/problem+json");
    }
    let versions = Client::new().post(format!("{}/_versions", server.url)).send().await.unwrap();
    assert_eq!(versions.status(), 405);
}

#[tokio::test]
async fn a_lone_argument_and_a_reply_of_bytes_travel_as_they_are_or_as_json() {
    let server = server().await;
    let send = |content_type: &str, accept: &str, body: Vec<u8>| {
        let request = Client::new().post(server.method("reversed"));
        request.header("content-type", content_type).header("accept", accept).body(body).send()
    };
    for (content_type, body) in [
        ("application/octet-stream", vec![1, 2, 255]),
        ("application/json", br#"{"photo":"AQL/"}"#.to_vec()),
    ] {
        for (accept, reply, reply_type) in [
            ("application/octet-stream", vec![255, 2, 1], "application/octet-stream"),
            (
                "text/html, Application/Octet-Stream;q=0.5",
                vec![255, 2, 1],
                "application/octet-stream",
            ),
            ("*/*", br#""/wIB""#.to_vec(), "application/json"),
            (
                "application/json, application/octet-stream; q=0.0",
                br#""/wIB""#.to_vec(),
                "application/json",
            ),
        ] {
            let response = send(content_type, accept, body.clone()).await.unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(header(&response, "content-type"), reply_type);
            assert_eq!(response.bytes().await.unwrap(), reply);
        }
    }
    let empty = send("application/octet-stream", "application/octet-stream", vec![]).await.unwrap();
    assert_eq!(empty.bytes().await.unwrap(), vec![]);
    let request = Client::new().post(server.method("two_photos"));
    let response = request.header("content-type", "application/octet-stream").body("ab").send();
    let response = response.await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("a lone argument of bytes only"));
}

#[tokio::test]
async fn failures_are_problem_documents_with_statuses_of_their_own() {
    let server = server().await;
    for (method, args, status, code) in [
        ("order", json!({"id": 0}), 404, "declared"),
        ("order", json!({"id": 1}), 409, "declared"),
        ("order", json!({"id": 2}), 422, "declared"),
        ("order", json!({"id": "x"}), 400, "invalid_argument"),
        ("who", json!({}), 401, "unauthenticated"),
        ("panics", json!({"late": true}), 500, "internal"),
        ("missing", json!({}), 404, "unimplemented"),
    ] {
        let response = post(&server, method, &args).send().await.unwrap();
        assert_eq!(response.status(), status, "{method}");
        assert_eq!(header(&response, "content-type"), "application/problem+json");
        let challenge = if status == 401 { "Bearer" } else { "" };
        assert_eq!(header(&response, "www-authenticate"), challenge);
        let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(problem["status"], status);
        assert_eq!(problem["code"], code);
        assert_eq!(problem["type"], format!("urn:traitwire:{code}"));
        let executed = matches!(code, "declared" | "internal");
        assert_eq!(problem["executed"], if executed { "maybe" } else { "no" });
    }
    let response = post(&server, "order", &json!({"id": 1})).send().await.unwrap();
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(problem["error"], json!({"type": "burnt", "after": i64::MIN}));

    let denied = post(&server, "burn", &json!({"id": 1})).header("authorization", "Bearer reader");
    assert_eq!(denied.send().await.unwrap().status(), 403);
    let late = post(&server, "stalls", &json!({})).header("traitwire-timeout", "50");
    let response = late.send().await.unwrap();
    assert_eq!(response.status(), 504);
    let none_left = post(&server, "nothing", &json!({})).header("traitwire-timeout", "0");
    assert_eq!(none_left.send().await.unwrap().status(), 504);
    let old = post(&server, "nothing", &json!({})).header("traitwire-need", "1.3.0");
    let response = old.send().await.unwrap();
    assert_eq!(response.status(), 412);
    let problem: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(
        problem["incompatibility"],
        json!({
            "interface": "Kitchen", "method": "nothing", "need": "1.3.0", "offers": ["1.2.0"],
            "reason": "newer_needed", "fix": "upgrade_backend", "retryable": true,
        })
    );
}

#[tokio::test]
async fn a_stream_is_events_with_an_explicit_end() {
    let server = server().await;
    let text = |args: Value| {
        let sent = post(&server, "courses", &args).send();
        async { sent.await.unwrap().text().await.unwrap() }
    };
    let dish = serde_json::to_string(&dish(0)).unwrap();
    assert_eq!(
        text(json!({"count": 1})).await,
        format!("id: 1\ndata: {dish}\n\nevent: end\ndata: {{}}\n\n")
    );
    assert_eq!(text(json!({"count": 0})).await, "event: end\ndata: {}\n\n");
    let failed = text(json!({"count": 1, "error": {"type": "closed"}})).await;
    let (items, failure) = failed.split_once("event: failed\ndata: ").unwrap();
    assert_eq!(items, format!("id: 1\ndata: {dish}\n\n"));
    let problem: Value = serde_json::from_str(failure.trim_end()).unwrap();
    assert_eq!(problem["error"], json!({"type": "closed"}));

    // What fails before its first item fails as any call does.
    let args = json!({"count": 0, "error": {"type": "noSuchDish", "id": 9}});
    let response = post(&server, "courses", &args).send().await.unwrap();
    assert_eq!(response.status(), 404);
    let photos = post(&server, "photos", &json!({})).send().await.unwrap().text().await.unwrap();
    assert_eq!(photos, "id: 1\ndata: \"AP8=\"\n\nid: 2\ndata: \"\"\n\nevent: end\ndata: {}\n\n");
}

#[tokio::test]
async fn a_stream_without_a_first_item_yet_has_its_head_soon() {
    let server = server().await;
    let sent = post(&server, "stalling_items", &json!({})).send();
    let mut response = tokio::time::timeout(Duration::from_secs(5), sent).await.unwrap().unwrap();
    assert_eq!(header(&response, "content-type"), "text/event-stream");
    assert_eq!(response.chunk().await.unwrap().unwrap(), "id: 1\ndata: 1\n\n");
}

#[tokio::test]
async fn the_versions_are_public_and_the_schema_is_not() {
    let server = server().await;
    let response = Client::new().get(format!("{}/_versions", server.url)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    let versions: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let interface = &versions["interfaces"][0];
    assert_eq!(interface["name"], "Kitchen");
    assert_eq!(interface["series"], "v1");
    assert_eq!(interface["version"], "1.2.0");
    let say = interface["methods"].as_array().unwrap().last().unwrap();
    assert_eq!((&say["name"], &say["since"]), (&json!("say"), &json!("1.1.0")));
    assert_eq!(say["aliases"], json!(["speak"]));
    assert_eq!(say["fingerprint"].as_str().unwrap().len(), 32);

    let url = format!("{}/_schema", server.url);
    assert_eq!(Client::new().get(&url).send().await.unwrap().status(), 401);
    let request = Client::new().get(&url).header("authorization", "Bearer reader");
    let text = request.send().await.unwrap().text().await.unwrap();
    let schema = Schema::from_json(&text).unwrap();
    assert_eq!(schema, *kitchen().0.schema());

    for (access, status) in [(SchemaAccess::Public, 200), (SchemaAccess::Off, 404)] {
        let kitchen = Backend::builder()
            .serve(KitchenServer::new(Cook::default()))
            .authenticator(tokens())
            .schema(access)
            .build();
        let server = Server::start(kitchen.unwrap()).await;
        let response = Client::new().get(format!("{}/_schema", server.url)).send().await.unwrap();
        assert_eq!(response.status(), status);
    }
}

#[tokio::test]
async fn an_alias_answers_under_the_old_name() {
    let server = server().await;
    let response = post(&server, "speak", &json!({"text": "a"})).send().await.unwrap();
    assert_eq!(response.text().await.unwrap(), "\"a\"");
}

#[tokio::test]
async fn a_request_id_comes_back_and_reaches_the_handler() {
    let server = server().await;
    let request = post(&server, "who", &json!({})).header("authorization", "bearer reader");
    let response = request.header("x-request-id", "abc-1").send().await.unwrap();
    assert_eq!(header(&response, "x-request-id"), "abc-1");
    assert_eq!(response.text().await.unwrap(), "\"ann:abc-1\"");

    // An empty one is none.
    let request = post(&server, "who", &json!({})).header("authorization", "bearer reader");
    let response = request.header("x-request-id", "").send().await.unwrap();
    let id = header(&response, "x-request-id").to_owned();
    assert!(id.len() > 16, "{id}");
    assert_eq!(response.text().await.unwrap(), format!("\"ann:{id}\""));
}

/// What a client really sends, as a server of any kind sees it.
#[tokio::test]
async fn every_request_carries_what_a_stateless_backend_needs() {
    use std::sync::{Arc, Mutex};

    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&seen);
    let app = axum::Router::new()
        .nest_service("/rpc", traitwire::http::service(kitchen().0))
        .layer(axum::middleware::from_fn(
            move |request: axum::extract::Request, next: axum::middleware::Next| {
                let head = (request.uri().path().to_owned(), request.headers().clone());
                record.lock().unwrap().push(head);
                next.run(request)
            },
        ));
    let server = Server::start_app(app).await;
    let connector = Connector::new(&format!("{}/", server.url)).unwrap().token("reader");
    let client: KitchenClient = connector.connect().await.unwrap();
    client.order(3).await.unwrap();
    client.say("hi".into()).deadline(Duration::from_secs(2)).await.unwrap();

    let seen = seen.lock().unwrap();
    let (path, order) = &seen[1];
    assert_eq!(path, "/rpc/Kitchen/v1/order");
    assert_eq!(order["authorization"], "Bearer reader");
    assert_eq!(order["content-type"], "application/json");
    assert_eq!(order["traitwire-timeout"], "30000");
    let need = order["traitwire-need"].to_str().unwrap();
    assert!(need.starts_with("1.2.0; fp=") && need.len() == "1.2.0; fp=".len() + 32, "{need}");
    assert_ne!(order["x-request-id"], seen[2].1["x-request-id"]);
    let (_, say) = &seen[2];
    assert_eq!(say["traitwire-timeout"], "2000");
    assert!(say["traitwire-need"].to_str().unwrap().ends_with("; since=1.1.0"));
}
