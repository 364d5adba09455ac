//! Does the schema say what the trait says?

use traitwire::schema::{
    Access, Arg, Deprecation, End, Int, Interface, InterfaceKind, Method, Ref, Reply, Source, Text,
    Type,
};
use traitwire::{Context, Incoming, Stream, Wire, ipc_interface, rpc_interface};

use super::support::CatalogError;

type Outcome<T> = Result<T, CatalogError>;

/// Finds models.
///
///  Indented.
#[deprecated(since = "1.1.0", note = "use Search")]
#[rpc_interface(
    version = "1.2.0-rc.1+b7",
    name = "acme.Catalog",
    rename_all = "camelCase",
    route = required
)]
#[allow(deprecated)]
pub(crate) trait Catalog {
    /// Models whose name contains `query`.
    #[rpc(readonly, cache = "60s", public)]
    async fn search_all(&self, query_text: &str, limit: Option<u32>) -> Outcome<Vec<u64>>;

    #[rpc(idempotent, scope = "models:write")]
    #[rpc(alias = "setName", alias = "label", since = "1.1.0")]
    #[deprecated]
    async fn rename(&self, cx: &Context, r#type: u64, tags: &[String], other: &bool);

    fn watch(&self, id: u64) -> impl Stream<Item = Outcome<String>> + Send;
}

fn interface(name: &str) -> &'static Interface {
    use traitwire::__private::{Entry, inventory};
    let mut found = inventory::iter::<Entry>.into_iter().map(|entry| (entry.0)());
    let interface = found.find(|interface| interface.name == name);
    interface.expect("the program lists it")
}

fn text(text: &'static str) -> Text {
    Text::Borrowed(text)
}

fn arg(name: &'static str, rust_name: &'static str, ty: Type) -> Arg {
    Arg { name: text(name), rust_name: text(rust_name), ty, stream: false }
}

fn source(line: u32, column: u32) -> Source {
    Source { file: file!().into(), line, column }
}

fn plain(name: &'static str, rust_name: &'static str, source: Source) -> Method {
    Method {
        name: text(name),
        aliases: Vec::new().into(),
        rust_name: text(rust_name),
        args: Vec::new().into(),
        reply: Reply::Value(Type::Unit),
        error: None,
        access: Access::Authenticated,
        readonly: false,
        idempotent: false,
        cache: None,
        since: None,
        spawn: false,
        detached: false,
        docs: text(""),
        deprecated: None,
        source,
    }
}

#[test]
fn an_rpc_interface_is_described_in_full() {
    let u64 = Type::Int(Int::U64);
    let expected = Interface {
        name: text("acme.Catalog"),
        rust_name: text("Catalog"),
        kind: InterfaceKind::Rpc,
        served_by: End::Backend,
        version: text("1.2.0-rc.1+b7"),
        route_required: true,
        serial: false,
        methods: vec![
            Method {
                args: vec![
                    arg("queryText", "query_text", Type::String),
                    arg("limit", "limit", Type::Option(Ref::from(Type::Int(Int::U32)))),
                ]
                .into(),
                reply: Reply::Value(Type::Seq(Ref::from(u64.clone()))),
                error: Some(<CatalogError as Wire>::TYPE),
                access: Access::Public,
                readonly: true,
                idempotent: true,
                cache: Some(text("60s")),
                docs: text("Models whose name contains `query`."),
                ..plain("searchAll", "search_all", source(27, 14))
            },
            Method {
                aliases: vec![text("setName"), text("label")].into(),
                args: vec![
                    arg("type", "type", u64.clone()),
                    arg("tags", "tags", Type::Seq(Ref::from(Type::String))),
                    arg("other", "other", Type::Bool),
                ]
                .into(),
                access: Access::Scope(text("models:write")),
                idempotent: true,
                since: Some(text("1.1.0")),
                deprecated: Some(Deprecation { since: None, note: None }),
                ..plain("rename", "rename", source(32, 14))
            },
            Method {
                args: vec![arg("id", "id", u64)].into(),
                reply: Reply::Stream(Type::String),
                error: Some(<CatalogError as Wire>::TYPE),
                ..plain("watch", "watch", source(34, 8))
            },
        ]
        .into(),
        docs: text("Finds models.\n\n Indented."),
        deprecated: Some(Deprecation {
            since: Some(text("1.1.0")),
            note: Some(text("use Search")),
        }),
        source: source(24, 18),
    };
    assert_eq!(interface("acme.Catalog"), &expected);
}

/// The frontend's half.
#[ipc_interface(version = "0.3.1", served_by = frontend, serial, rename_all = "kebab-case")]
pub(crate) trait EditorView {
    #[ipc(spawn, detached, since = "0.3.0", alias = "ask")]
    async fn confirm(&self, cx: &Context, the_question: &str) -> bool;
    #[ipc(notify)]
    fn progress(&self, done: u64, total: Option<u64>);
    async fn stroke(&self, width: f32, points: Incoming<(f32, f32)>) -> Outcome<u64>;
    fn history(&self) -> impl Stream<Item = char> + Send;
}

struct View;

impl EditorView for View {
    async fn confirm(&self, _: &Context, the_question: &str) -> bool {
        the_question.is_empty()
    }

    fn progress(&self, _done: u64, _total: Option<u64>) {}

    async fn stroke(&self, _width: f32, _points: Incoming<(f32, f32)>) -> Outcome<u64> {
        Ok(0)
    }

    fn history(&self) -> impl Stream<Item = char> + Send {
        futures_util::stream::iter("ab".chars())
    }
}

#[test]
fn an_ipc_interface_is_described_in_full() {
    fn implemented(_: impl EditorView) {}
    implemented(View);

    let expected = Interface {
        name: text("EditorView"),
        rust_name: text("EditorView"),
        kind: InterfaceKind::Ipc,
        served_by: End::Frontend,
        version: text("0.3.1"),
        route_required: false,
        serial: true,
        methods: vec![
            Method {
                aliases: vec![text("ask")].into(),
                args: vec![arg("the-question", "the_question", Type::String)].into(),
                reply: Reply::Value(Type::Bool),
                since: Some(text("0.3.0")),
                spawn: true,
                detached: true,
                ..plain("confirm", "confirm", source(140, 14))
            },
            Method {
                args: vec![
                    arg("done", "done", Type::Int(Int::U64)),
                    arg("total", "total", Type::Option(Ref::from(Type::Int(Int::U64)))),
                ]
                .into(),
                reply: Reply::None,
                ..plain("progress", "progress", source(142, 8))
            },
            Method {
                args: vec![
                    arg("width", "width", Type::F32),
                    Arg {
                        stream: true,
                        ..arg("points", "points", Type::Tuple(vec![Type::F32, Type::F32].into()))
                    },
                ]
                .into(),
                reply: Reply::Value(Type::Int(Int::U64)),
                error: Some(<CatalogError as Wire>::TYPE),
                ..plain("stroke", "stroke", source(143, 14))
            },
            Method {
                reply: Reply::Stream(Type::Char),
                ..plain("history", "history", source(144, 8))
            },
        ]
        .into(),
        docs: text("The frontend's half."),
        deprecated: None,
        source: source(138, 18),
    };
    assert_eq!(interface("EditorView"), &expected);
}

#[test]
fn client_and_server_give_the_same_description() {
    use traitwire::rpc::Stub;
    #[allow(deprecated)]
    let interface_of_client = CatalogClient::interface();
    assert!(std::ptr::eq(interface_of_client, interface("acme.Catalog")));
}
