//! What does `#[derive(Wire)]` add to a check of a crate that has serde's derives?
//!
//! Two packages of 100 structs of 8 fields and 50 enums of 5 variants, one with serde's derives alone
//! and one with `Wire` beside them, are checked in turns; their dependencies are built before. Counted
//! is CPU time, so that other work on the machine matters less.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const STRUCTS: usize = 100;
const ENUMS: usize = 50;

/// What a field may be; each struct takes eight, beginning at another one.
const FIELDS: [&str; 13] = [
    "pub id: u64",
    "pub name: String",
    "pub tags: Vec<String>",
    "#[serde(default)]\n    pub limit: Option<u32>",
    "pub ratio: f64",
    "pub active: bool",
    "/// A comment that goes into the schema.\n    pub note: Option<String>",
    "pub sizes: std::collections::BTreeMap<String, u64>",
    "pub pair: (u32, String)",
    "pub count: i32",
    "#[serde(skip_serializing_if = \"Vec::is_empty\", default)]\n    pub items: Vec<i64>",
    "#[serde(rename = \"kind\")]\n    pub what: String",
    "pub bytes: [u8; 16]",
];

fn main() {
    let rounds = env::args().nth(1).and_then(|text| text.parse().ok()).unwrap_or(9);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/packages");
    let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runtime");
    let runtime = runtime.canonicalize().expect("the runtime is there");
    let serde = package(&folder, "serde", "", "Serialize, Deserialize", "");
    let wire = package(
        &folder,
        "wire",
        &format!("traitwire = {{ path = {runtime:?}, default-features = false }}\n"),
        "Serialize, Deserialize, Wire",
        "use traitwire::Wire;\n",
    );
    let packages = [serde, wire];
    for package in &packages {
        check(package);
    }
    let mut seconds = [Vec::new(), Vec::new()];
    for round in 1..=rounds {
        for (package, seconds) in packages.iter().zip(&mut seconds) {
            seconds.push(check(package));
        }
        println!(
            "round {round}: serde {:.2} s, with Wire {:.2} s",
            seconds[0][round - 1],
            seconds[1][round - 1]
        );
    }
    let mut ratios: Vec<f64> = seconds[0].iter().zip(&seconds[1]).map(|(a, b)| b / a).collect();
    println!(
        "check of {} types, CPU seconds, medians of {rounds}: serde {:.2}, with Wire {:.2}, ratio {:.2}",
        STRUCTS + ENUMS,
        median(&mut seconds[0]),
        median(&mut seconds[1]),
        median(&mut ratios),
    );
}

fn package(folder: &Path, name: &str, dependency: &str, derives: &str, import: &str) -> PathBuf {
    let package = folder.join(name);
    fs::create_dir_all(package.join("src")).expect("a folder");
    let manifest = format!(
        "[package]\nname = \"measured-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nserde = {{ version = \"1\", features = [\"derive\"] }}\n{dependency}\n\
         [workspace]\n"
    );
    fs::write(package.join("Cargo.toml"), manifest).expect("a file");
    // Versions as the project has them; what it does not need is dropped from the copy.
    let lock = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.lock");
    fs::copy(lock, package.join("Cargo.lock")).expect("a file");
    fs::write(package.join("src/lib.rs"), code(derives, import)).expect("a file");
    package
}

fn code(derives: &str, import: &str) -> String {
    let mut code = format!("use serde::{{Deserialize, Serialize}};\n{import}");
    for n in 0..STRUCTS {
        let _ = write!(code, "\n/// One of many.\n#[derive({derives})]\npub struct Struct{n} {{\n");
        for at in 0..8 {
            let _ = writeln!(code, "    {},", FIELDS[(n + at) % FIELDS.len()]);
        }
        code.push_str("}\n");
    }
    for n in 0..ENUMS {
        let tag = if n % 2 == 0 { "#[serde(tag = \"type\")]\n" } else { "" };
        let _ = write!(
            code,
            "\n/// One of some.\n#[derive({derives})]\n{tag}pub enum Enum{n} {{\n    Nothing,\n    \
             One(Struct{n}),\n    Other(Struct{}),\n    Text {{ text: String, at: u32 }},\n    \
             /// The last.\n    Point {{ x: f64, y: f64 }},\n}}\n",
            n + 50
        );
    }
    code
}

/// CPU seconds of a check of the package alone.
fn check(package: &Path) -> f64 {
    let file = package.join("src/lib.rs");
    let code = fs::read(&file).expect("it was written");
    fs::write(&file, code).expect("it can be written again");
    let before = cpu_of_children();
    let status = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args(["check", "--quiet", "--offline"])
        .current_dir(package)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", package.join("target"))
        .status();
    assert!(status.is_ok_and(|status| status.success()), "{} is checked", package.display());
    cpu_of_children() - before
}

/// User and system time of all ended children (proc(5): fields 16 and 17, in ticks of 1/100 s on Linux).
fn cpu_of_children() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("CPU times are read from /proc");
    // The second field is the program's name in brackets and may have spaces.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks = rest.split_whitespace().skip(13).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}
