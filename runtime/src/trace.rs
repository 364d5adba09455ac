//! How does a trace pass through a call (W3C Trace Context, level 1)?

use std::fmt;
use std::str::FromStr;

use crate::hex;

/// The longest `tracestate` that is passed on, in bytes: as much as W3C Trace Context asks for.
pub(crate) const MAX_STATE: usize = 512;

/// Where a call stands in a distributed trace: the content of `traceparent` and `tracestate`.
/// Tracing systems that speak [W3C Trace Context](https://www.w3.org/TR/trace-context/) read and
/// write it.
///
/// ```
/// use traitwire::Trace;
///
/// let trace: Trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse()?;
/// assert!(trace.is_sampled());
/// let child = trace.child();
/// assert_eq!(child.trace_id(), trace.trace_id());
/// assert_ne!(child.span_id(), trace.span_id());
/// # Ok::<(), traitwire::BadTrace>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    id: u128,
    span: u64,
    flags: u8,
    state: String,
}

impl Trace {
    /// A span in a trace. `sampled` says whether whoever began the trace records it.
    ///
    /// # Errors
    /// [`BadTrace`] if one of the ids is 0, which means "none".
    pub fn new(trace_id: u128, span_id: u64, sampled: bool) -> Result<Trace, BadTrace> {
        if trace_id == 0 || span_id == 0 {
            return Err(BadTrace);
        }
        Ok(Trace { id: trace_id, span: span_id, flags: u8::from(sampled), state: String::new() })
    }

    /// A trace that begins here, which nobody records until somebody decides to.
    pub(crate) fn begin() -> Trace {
        let id = u128::from(not_zero()) << 64 | u128::from(not_zero());
        Trace { id, span: not_zero(), flags: 0, state: String::new() }
    }

    /// Another span of the same trace.
    #[must_use]
    pub fn child(&self) -> Trace {
        Trace { span: not_zero(), ..self.clone() }
    }

    /// The same place, with what tracing systems keep beside it: the content of `tracestate`, which
    /// is passed on as it came. More than 512 bytes and what no header may hold are left out, as the
    /// specification allows.
    #[must_use]
    pub fn with_state(mut self, state: &str) -> Trace {
        let fits = state.len() <= MAX_STATE;
        if fits && state.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            state.clone_into(&mut self.state);
        }
        self
    }

    /// The same without its state, as it crosses between the ends of a pair.
    pub(crate) fn to_bytes(&self) -> [u8; 25] {
        let mut bytes = [0; 25];
        bytes[..16].copy_from_slice(&self.id.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.span.to_be_bytes());
        bytes[24] = self.flags;
        bytes
    }

    /// What has crossed; none, if it is none.
    #[cfg(feature = "__ipc")]
    pub(crate) fn from_bytes(bytes: &[u8; 25]) -> Option<Trace> {
        let id = u128::from_be_bytes(*bytes.first_chunk()?);
        let span = u64::from_be_bytes(*bytes[16..].first_chunk()?);
        let (flags, state) = (bytes[24], String::new());
        (id != 0 && span != 0).then_some(Trace { id, span, flags, state })
    }

    /// The id of the trace. Never 0.
    pub fn trace_id(&self) -> u128 {
        self.id
    }

    /// The id of the span that the call belongs to. Never 0.
    pub fn span_id(&self) -> u64 {
        self.span
    }

    /// Whether whoever began the trace records it.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// The content of `tracestate`; empty if there is none.
    pub fn state(&self) -> &str {
        &self.state
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-00";
        hex::write(&mut text[3..35], self.id);
        hex::write(&mut text[36..52], self.span.into());
        hex::write(&mut text[53..], self.flags.into());
        f.write_str(hex::text(&text))
    }
}

/// A text that is no `traceparent`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadTrace;

impl fmt::Display for BadTrace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a traceparent is version-traceid-spanid-flags in 2, 32, 16 and 2 lower-case \
             hexadecimal digits, with ids that are not 0",
        )
    }
}

impl std::error::Error for BadTrace {}

impl FromStr for Trace {
    type Err = BadTrace;

    fn from_str(text: &str) -> Result<Trace, BadTrace> {
        let mut parts = text.split('-');
        let mut part = |digits: usize| {
            let part = parts.next().filter(|part| part.len() == digits).ok_or(BadTrace)?;
            hex::read(part.as_bytes()).ok_or(BadTrace)
        };
        let (version, trace_id, span_id, flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
        // A version to come may add parts at the end; 255 is none.
        if version == 0xff || (version == 0 && parts.next().is_some()) {
            return Err(BadTrace);
        }
        let span_id = u64::try_from(span_id).map_err(|_| BadTrace)?;
        // Of the flags only the first has a meaning that may be passed on.
        Trace::new(trace_id, span_id, flags & 1 == 1)
    }
}

fn not_zero() -> u64 {
    crate::call::random().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for trace in [Trace::begin(), Trace::new(1, 1, true).unwrap(), Trace::begin().child()] {
            assert_eq!(trace.to_string().parse(), Ok(trace));
        }
    }

    #[test]
    fn only_what_the_specification_allows_is_read() {
        const IDS: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
        for good in ["00-{}-00", "00-{}-01", "00-{}-ff", "01-{}-01", "fe-{}-01-more"] {
            assert!(good.replace("{}", IDS).parse::<Trace>().is_ok(), "{good}");
        }
        for bad in ["", "00-{}", "ff-{}-01", "00-{}-01-more", "00-{}-1", "0-{}-01", "00-{}-0g"] {
            assert_eq!(bad.replace("{}", IDS).parse::<Trace>(), Err(BadTrace), "{bad}");
        }
        let upper = format!("00-{}-01", IDS.to_uppercase());
        let no_trace = format!("00-{:032}-00f067aa0ba902b7-01", 0);
        let no_span = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{:016}-01", 0);
        for bad in [upper, no_trace, no_span, "é".repeat(28)] {
            assert_eq!(bad.parse::<Trace>(), Err(BadTrace), "{bad}");
        }
    }

    #[test]
    fn a_state_of_512_bytes_is_kept_and_a_longer_one_is_not() {
        let state = |bytes: usize| Trace::begin().with_state(&"a".repeat(bytes)).state().len();
        assert_eq!([state(512), state(513)], [512, 0]);
        assert_eq!(Trace::begin().with_state("a=1\r\nx: y").state(), "");
    }
}
