//! How do values become JSON and back, exactly and bounded?

use std::fmt;

use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed};

use crate::rpc::exact::Exact;
use crate::rpc::fragile::is_fragile;
use crate::wire::Wire;

/// Deepest nesting of arrays and objects that is decoded. `serde_json`'s own limit of 128 is only the
/// second line.
pub(crate) const MAX_DEPTH: usize = 64;

/// Why bytes are not the value that was expected.
#[derive(Debug)]
pub struct DecodeError {
    /// Where: `filter.kinds[2]`; empty for the whole.
    pub(crate) path: String,
    /// What, in `serde_json`'s words.
    pub(crate) message: String,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Encodes a value.
pub(crate) fn encode<T: Wire>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    let mut json = Vec::with_capacity(128);
    write::<T, T>(&mut json, value)?;
    Ok(json)
}

/// Encodes a value, which crosses as a `W`, behind what is there already.
pub(crate) fn write<W: Wire, T: Serialize + ?Sized>(
    json: &mut Vec<u8>,
    value: &T,
) -> Result<(), serde_json::Error> {
    if is_fragile::<W>() {
        serde_json::to_writer(json, &Exact::new(value))
    } else {
        serde_json::to_writer(json, value)
    }
}

/// Decodes a value that is all of `json`.
pub(crate) fn decode<T: DeserializeOwned>(json: &[u8]) -> Result<T, DecodeError> {
    decode_seed(json, || std::marker::PhantomData)
}

/// Decodes what `seed` decodes. On failure the seed is used once more, to find the place: a track
/// of the path costs more than decoding does, and only a failure needs it.
pub(crate) fn decode_seed<'de, S: DeserializeSeed<'de>>(
    json: &'de [u8],
    seed: impl Fn() -> S,
) -> Result<S::Value, DecodeError> {
    check_depth(json)?;
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let decoded = seed().deserialize(&mut deserializer);
    match decoded.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(DecodeError { path: path(json, seed()), message: error.to_string() }),
    }
}

/// Where `seed` fails; empty for the whole.
#[cfg(feature = "__rpc")]
fn path<'de, S: DeserializeSeed<'de>>(json: &'de [u8], seed: S) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    match seed.deserialize(tracked) {
        Ok(_) => String::new(),
        // The track says `.` for the whole and `?` where an enum hides the place.
        Err(_) => match track.path().to_string() {
            path if path == "." || path == "?" => String::new(),
            path => path,
        },
    }
}

/// Without a transport nothing is decoded, so that nobody asks.
#[cfg(not(feature = "__rpc"))]
fn path<'de, S: DeserializeSeed<'de>>(_: &'de [u8], _: S) -> String {
    String::new()
}

/// Refuses JSON that is nested too deeply before anything recurses over it.
fn check_depth(json: &[u8]) -> Result<(), DecodeError> {
    // Nesting of n takes at least n opening brackets and, to be valid, n closing ones.
    if json.len() <= 2 * MAX_DEPTH {
        return Ok(());
    }
    let mut depth = 0_usize;
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > MAX_DEPTH {
                    let message = format!("nested deeper than {MAX_DEPTH} arrays and objects");
                    return Err(DecodeError { path: String::new(), message });
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nesting_of_64_passes_and_65_fails() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(check_depth(nested(64).as_bytes()).is_ok());
        let error = check_depth(nested(65).as_bytes()).unwrap_err();
        assert_eq!(error.message, "nested deeper than 64 arrays and objects");
    }

    #[test]
    fn brackets_in_strings_are_not_nesting() {
        let json = format!(r#"["\"{}\\", "{}"]"#, "[".repeat(100), "{".repeat(100));
        assert!(check_depth(json.as_bytes()).is_ok());
    }

    #[test]
    fn a_real_that_is_not_finite_is_refused_where_it_is_written() {
        assert_eq!(encode(&vec![1.5, -0.0]).unwrap(), b"[1.5,-0.0]");
        let error = encode(&vec![Some(f64::NAN)]).unwrap_err().to_string();
        assert_eq!(error, "JSON has finite numbers only");
        assert!(write::<Vec<f32>, [f32]>(&mut Vec::new(), &[f32::INFINITY]).is_err());
        assert_eq!(encode(&crate::Float(f64::NAN)).unwrap(), b"\"NaN\"");
    }

    #[cfg(feature = "__rpc")]
    #[test]
    fn the_place_of_a_wrong_value_is_named() {
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code, reason = "only decoded")]
        struct Filter {
            kinds: Vec<u8>,
        }
        let error = decode::<Filter>(br#"{"kinds": [1, 2, "x"]}"#).unwrap_err();
        assert_eq!(error.path, "kinds[2]");
        assert!(error.message.contains("invalid type: string"), "{error}");
        let error = decode::<Filter>(b"{} {}").unwrap_err();
        assert_eq!(error.path, "");
    }
}
