//! How does a deadline stand in a header? As the milliseconds that remain: never as a time of day,
//! on which two machines seldom agree.

use std::time::Duration;

#[cfg(feature = "__http-client")]
use http::HeaderValue;

/// Most digits of `Traitwire-Timeout`: 115 days, and far from any overflow.
#[cfg(feature = "http-server")]
const MAX_DIGITS: usize = 10;

/// Reads `Traitwire-Timeout`.
#[cfg(feature = "http-server")]
pub(super) fn parse(text: &str) -> Result<Duration, String> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(millis) if digits && text.len() <= MAX_DIGITS => Ok(Duration::from_millis(millis)),
        _ => Err(format!(
            "Traitwire-Timeout must be whole milliseconds of 1 to {MAX_DIGITS} digits, not `{}`",
            text.escape_debug()
        )),
    }
}

/// Writes `Traitwire-Timeout`, rounded up, so that a deadline does not become none.
#[cfg(feature = "__http-client")]
pub(super) fn write(timeout: Duration) -> HeaderValue {
    const MAX: u64 = 9_999_999_999;
    let begun = u64::from(!timeout.subsec_nanos().is_multiple_of(1_000_000));
    let millis = timeout.as_secs().saturating_mul(1000);
    let millis = millis.saturating_add(u64::from(timeout.subsec_millis()) + begun);
    HeaderValue::from(millis.min(MAX))
}

#[cfg(all(test, feature = "__http-client", feature = "http-server"))]
mod tests {
    use super::*;

    #[test]
    fn ten_digits_pass_and_eleven_fail() {
        assert_eq!(parse("9999999999"), Ok(Duration::from_millis(9_999_999_999)));
        assert_eq!(parse("0"), Ok(Duration::ZERO));
        for text in ["", "-1", "+1", "1.5", " 1", "1 ", "NaN", "10000000000", "1e3", "١"] {
            let error = parse(text).unwrap_err();
            assert!(error.contains("whole milliseconds"), "{error}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        assert_eq!(write(Duration::from_nanos(1)), "1");
        for timeout in [Duration::from_millis(1), Duration::from_secs(30)] {
            assert_eq!(parse(write(timeout).to_str().unwrap()), Ok(timeout));
        }
        assert!(parse(write(Duration::MAX).to_str().unwrap()).is_ok());
    }
}
