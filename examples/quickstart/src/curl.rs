//! How are interfaces called without traitwire?
//!
//! With any program that speaks HTTP. None of these lines has a header of ours: the path names the
//! interface, the series of its version, and the method.

/// What `curl` is told after the path.
enum Args {
    /// The arguments in the URL: read-only methods answer `GET` too.
    Get(&'static str),
    /// The same, where an argument has characters that a URL has to escape.
    GetEncoded(&'static str),
    /// The same, and the items of the stream as they come.
    Stream(&'static str),
    /// The arguments as one JSON object.
    Post(&'static str),
    /// A file as the only argument.
    Upload,
}

const PUBLIC: Option<&str> = None;
const READER: Option<&str> = Some("reader-token");
const WRITER: Option<&str> = Some("writer-token");

/// Each method of both interfaces.
const CALLS: &[(&str, Option<&str>, Args)] = &[
    ("Catalog/v1/ping", PUBLIC, Args::Get("")),
    ("Catalog/v1/search", READER, Args::Get("?query=harbour&limit=5")),
    ("Catalog/v1/model", READER, Args::Get("?id=101")),
    ("Catalog/v1/describe", READER, Args::Get("?id=101")),
    ("Catalog/v1/hierarchy", READER, Args::Get("?model=101&depth=2")),
    ("Catalog/v1/children", READER, Args::Get("?parent=1010001")),
    ("Catalog/v1/element", READER, Args::Get("?id=1010004")),
    ("Catalog/v1/elements", READER, Args::GetEncoded("-d 'ids=[1010001,1010004]'")),
    ("Catalog/v1/properties", READER, Args::Get("?id=1010012")),
    ("Catalog/v1/geometry_summary", READER, Args::Get("?id=1010012")),
    (
        "Catalog/v1/tile",
        READER,
        Args::GetEncoded(
            "-d model=101 -d 'tile=[0,0,0]' -H 'accept: application/octet-stream' -o tile.bin",
        ),
    ),
    ("Catalog/v1/upload_thumbnail", WRITER, Args::Upload),
    (
        "Catalog/v1/query",
        READER,
        Args::Post(
            r#"{"query":{"model":101,"where":[{"property":"mass","is":"greater-than","value":40}],"columns":["mass"],"limit":3}}"#,
        ),
    ),
    ("Catalog/v1/statistics", READER, Args::Get("")),
    ("Catalog/v1/rename", WRITER, Args::Post(r#"{"id":101,"name":"Linden Bridge"}"#)),
    ("Catalog/v1/tag", WRITER, Args::Post(r#"{"id":101,"tags":["listed"]}"#)),
    ("Catalog/v1/untag", WRITER, Args::Post(r#"{"id":101,"tags":["road"]}"#)),
    ("Catalog/v1/versions", READER, Args::Get("?id=101")),
    ("Catalog/v1/changes", READER, Args::Get("?id=101&after=1")),
    ("Catalog/v1/watch", READER, Args::Stream("?id=101&after=0")),
    ("Jobs/v0.3/limits", PUBLIC, Args::Get("")),
    (
        "Jobs/v0.3/submit",
        WRITER,
        Args::Post(r#"{"spec":{"task":{"detect_clashes":{"tolerance":0.01}},"input":103}}"#),
    ),
    ("Jobs/v0.3/status", READER, Args::Get("?id=1")),
    ("Jobs/v0.3/wait", READER, Args::Get("?id=1")),
    ("Jobs/v0.3/list", READER, Args::Get("?state=DONE")),
    ("Jobs/v0.3/report", READER, Args::Get("?id=1")),
    ("Jobs/v0.3/log", READER, Args::Stream("?id=1")),
    ("Jobs/v0.3/cancel", WRITER, Args::Post(r#"{"id":1}"#)),
];

/// Prints a line for each method.
pub(crate) fn print(url: &str) {
    println!("The catalog and its jobs are at {url} until you press Ctrl-C.");
    println!(
        "Job 1 is running. ann reads with `reader-token`; bob also writes, with `writer-token`."
    );
    println!();
    for (path, token, args) in CALLS {
        println!("{}", line(url, path, *token, args));
    }
}

fn line(url: &str, path: &str, token: Option<&str>, args: &Args) -> String {
    let bearer = match token {
        Some(token) => format!(" -H 'authorization: Bearer {token}'"),
        None => String::new(),
    };
    match args {
        Args::Get(query) => format!("curl '{url}/{path}{query}'{bearer}"),
        Args::GetEncoded(args) => format!("curl -G '{url}/{path}'{bearer} {args}"),
        Args::Stream(query) => format!("curl -N '{url}/{path}{query}'{bearer}"),
        Args::Post(json) => {
            format!("curl '{url}/{path}'{bearer} -H 'content-type: application/json' -d '{json}'")
        }
        Args::Upload => format!(
            "curl '{url}/{path}'{bearer} -H 'content-type: application/octet-stream' \
             --data-binary '@{}/data/bridge.png'",
            env!("CARGO_MANIFEST_DIR")
        ),
    }
}
