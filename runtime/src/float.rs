//! How does a real cross that need not be finite?

use std::fmt;
use std::ops::Deref;

use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A real of 64 bits that need not be finite. JSON has finite numbers only, so that an `f64` which is
/// not one is refused where it is written; this type writes `"NaN"`, `"Infinity"` and `"-Infinity"`
/// instead. All else is a number, as it is for `f64`, `-0.0` included. A binary encoding carries the
/// bits as they are; in JSON all NaNs are one.
///
/// ```
/// use traitwire::Float;
///
/// let readings = [Float(1.5), Float(f64::NAN), Float(f64::NEG_INFINITY)];
/// let json = serde_json::to_string(&readings).unwrap();
/// assert_eq!(json, r#"[1.5,"NaN","-Infinity"]"#);
///
/// let back: Vec<Float> = serde_json::from_str(&json).unwrap();
/// assert!(back[1].is_nan());
/// assert_eq!(f64::from(back[0]), 1.5);
/// ```
#[derive(Clone, Copy, Default, PartialEq, PartialOrd)]
pub struct Float(pub f64);

impl Deref for Float {
    type Target = f64;

    fn deref(&self) -> &f64 {
        &self.0
    }
}

impl From<f64> for Float {
    fn from(real: f64) -> Self {
        Float(real)
    }
}

impl From<Float> for f64 {
    fn from(real: Float) -> Self {
        real.0
    }
}

impl fmt::Debug for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Float {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_finite() || !serializer.is_human_readable() {
            serializer.serialize_f64(self.0)
        } else if self.is_nan() {
            serializer.serialize_str("NaN")
        } else if self.0 > 0.0 {
            serializer.serialize_str("Infinity")
        } else {
            serializer.serialize_str("-Infinity")
        }
    }
}

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FloatVisitor;

        impl Visitor<'_> for FloatVisitor {
            type Value = Float;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(r#"a number, "NaN", "Infinity" or "-Infinity""#)
            }

            fn visit_f64<E: de::Error>(self, real: f64) -> Result<Float, E> {
                Ok(Float(real))
            }

            #[allow(clippy::cast_precision_loss, reason = "as `f64` reads an integer")]
            fn visit_i64<E: de::Error>(self, integer: i64) -> Result<Float, E> {
                Ok(Float(integer as f64))
            }

            #[allow(clippy::cast_precision_loss, reason = "as `f64` reads an integer")]
            fn visit_u64<E: de::Error>(self, integer: u64) -> Result<Float, E> {
                Ok(Float(integer as f64))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Float, E> {
                match text {
                    "NaN" => Ok(Float(f64::NAN)),
                    "Infinity" => Ok(Float(f64::INFINITY)),
                    "-Infinity" => Ok(Float(f64::NEG_INFINITY)),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }
        }

        if deserializer.is_human_readable() {
            deserializer.deserialize_any(FloatVisitor)
        } else {
            deserializer.deserialize_f64(FloatVisitor)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finite_crosses_to_the_last_bit() {
        for real in
            [0.0, -0.0, 0.1, -1.5, 5e-324, f64::MIN, f64::MAX, 1e300, 9_007_199_254_740_993.0]
        {
            let json = serde_json::to_string(&Float(real)).unwrap();
            assert_eq!(json, serde_json::to_string(&real).unwrap());
            let back: Float = serde_json::from_str(&json).unwrap();
            assert_eq!(back.to_bits(), real.to_bits(), "{json}");
        }
        assert_eq!(serde_json::from_str::<Float>("7").unwrap(), Float(7.0));
        assert_eq!(serde_json::from_str::<Float>("-7").unwrap(), Float(-7.0));
    }

    #[test]
    fn what_is_not_finite_has_a_name() {
        for (real, json) in [
            (f64::NAN, r#""NaN""#),
            (f64::INFINITY, r#""Infinity""#),
            (f64::NEG_INFINITY, r#""-Infinity""#),
        ] {
            assert_eq!(serde_json::to_string(&Float(real)).unwrap(), json);
            let back: Float = serde_json::from_str(json).unwrap();
            assert!(back.total_cmp(&real).is_eq() || back.is_nan() && real.is_nan());
        }
        for json in [r#""nan""#, r#""1.5""#, r#""""#, "null", "true", "[]"] {
            let error = serde_json::from_str::<Float>(json).unwrap_err().to_string();
            assert!(error.contains(r#"expected a number, "NaN""#), "{error}");
        }
    }
}
