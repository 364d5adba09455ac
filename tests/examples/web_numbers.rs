//! What does the npm runtime cost, and how long do compilers take over a large interface? Run it by
//! `cargo xtask bench-web`.

#![allow(missing_docs, reason = "a program")]

use std::time::Instant;

use serde_json::json;
use traitwire_cli::emit::typescript::Options;
use traitwire_tests::corpus;
use traitwire_tests::web::{self, COMPILERS, Package, Web};

#[tokio::main]
async fn main() {
    let web = Web::find().unwrap();
    let package = web.package("numbers").await;
    package.copy("numbers");
    let sizes = web.file("runtime/typescript/scripts/sizes.mjs").expect("the runtime's script");
    print!("{}", web::finish(tokio::process::Command::new("node").arg(sizes)).await.unwrap());

    lossless(&web, &package).await;

    for methods in [0, 1000] {
        package.write_all("large", &web::typescript(&corpus::large(methods), &Options::default()));
        let options = json!({
            "compilerOptions": {
                "target": "es2022", "lib": ["es2022", "dom"], "types": [], "module": "nodenext",
                "strict": true, "noEmit": true,
                // What the compilers' own files cost is not ours to measure: over 3 s of CPU time.
                "skipLibCheck": true,
            },
            "include": ["large"],
        });
        package.write("tsconfig.json", &options.to_string());
        for compiler in COMPILERS {
            let (start, before) = (Instant::now(), cpu_of_children());
            package.check(compiler, "tsconfig.json").await.unwrap();
            let cpu = cpu_of_children() - before;
            let wall = start.elapsed().as_secs_f64();
            println!("{methods} methods, {compiler}: {cpu:.1} s CPU, {wall:.1} s");
        }
    }
}

/// Speed of reading integers that JavaScript cannot hold, beside `JSON.parse`.
async fn lossless(web: &Web, package: &Package) {
    let Some(bench) = web.file("runtime/typescript/bench/json.ts") else {
        return web::skipped("runtime/typescript/bench/json.ts is not there");
    };
    let entry = format!("export {{ measure }} from {};\n", json!(bench));
    package.write("bench.ts", &entry);
    let printed = package.run("numbers/bench-node.ts", &[]).await.unwrap();
    println!("lossless integers beside `JSON.parse` in Node: {}", printed.trim());

    let Some(chromium) = web::chromium() else { return web::skipped("Chromium is not installed") };
    let app = axum::Router::new();
    let printed = package.run_in(&chromium, "numbers/bench-browser.ts", app).await.unwrap();
    println!("lossless integers beside `JSON.parse` in Chromium: {}", printed.trim());
}

/// User and system time of all ended children, in seconds (proc(5): fields 16 and 17, in ticks of
/// 1/100 s on Linux).
fn cpu_of_children() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(13).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}
