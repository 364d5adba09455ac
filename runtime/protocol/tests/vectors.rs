//! The frames that other implementations replay are read here as they are there.

use serde_json::Value;
use traitwire_protocol::frame::{self, Frame, Malformed};

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|two| std::str::from_utf8(two).expect("ASCII"));
    digits.map(|two| u8::from_str_radix(two, 16).expect("two digits")).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn as_json(frame: Frame<'_>) -> Value {
    let header = frame.header;
    serde_json::json!({
        "kind": format!("{:?}", header.kind).to_lowercase(),
        "flags": header.flags.bits(),
        "method": header.method,
        "id": header.id,
        "payload": hex(frame.payload),
    })
}

#[test]
fn every_vector_is_read_as_it_says() {
    let vectors = include_str!("../../../tests/vectors/frames.json");
    let vectors: Vec<Value> = serde_json::from_str(vectors).expect("a list");
    assert!(vectors.len() > 30);
    for vector in &vectors {
        let (name, bytes) = (&vector["name"], bytes(vector["bytes"].as_str().expect("digits")));
        match frame::read(&bytes) {
            Ok(Some((frame, length))) => {
                assert_eq!(as_json(frame), vector["frame"], "{name}");
                assert_eq!(length, bytes.len(), "{name}");
                let mut written = Vec::new();
                frame::write(&mut written, frame).expect("it fits");
                assert_eq!(written, bytes, "{name}");
            }
            Ok(None) => assert_eq!(vector["incomplete"], true, "{name}"),
            Err(error) => {
                let why = match error {
                    Malformed::Length(_) => "length",
                    Malformed::Kind(_) => "kind",
                    Malformed::Flags { .. } => "flags",
                    Malformed::Method { .. } => "method",
                    Malformed::Id { .. } => "id",
                };
                assert_eq!(vector["refused"], why, "{name}: {error}");
            }
        }
    }
}
