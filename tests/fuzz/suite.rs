//! The inputs that fuzzing has found worth keeping, and some to begin with.

use std::path::Path;

use traitwire_fuzz::{TARGETS, frames};

#[test]
fn every_kept_input_is_borne() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        let folder = std::fs::read_dir(corpus.join(name)).expect("the target has inputs");
        let mut inputs = 0;
        for input in folder {
            let path = input.expect("a file").path();
            let bytes = std::fs::read(&path).expect("it is read");
            // The name is seen if it panics.
            println!("{}", path.display());
            target(&bytes);
            inputs += 1;
        }
        assert!(inputs > 0, "{name} has no inputs");
        println!("{name}: {inputs} inputs");
    }
}

/// The frames that other implementations replay are good to begin with.
#[test]
fn every_frame_of_the_vectors_is_borne() {
    let vectors = include_str!("../vectors/frames.json");
    let vectors: Vec<serde_json::Value> = serde_json::from_str(vectors).expect("a list");
    for vector in vectors {
        let hex = vector["bytes"].as_str().expect("digits");
        let digits: Vec<u8> = (0..hex.len() / 2)
            .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("digits"))
            .collect();
        frames(&digits);
    }
}
