//! How do items cross as `text/event-stream` (WHATWG HTML §9.2)?
//!
//! An item is an event without a name whose data is its JSON and whose id is its number, counted from
//! 1 or from behind the `Last-Event-ID` of the request. A comment breaks a long silence. The last event is `end`, or `failed`
//! with a problem document; a stream that stops without either was cut. (It is not called `error`:
//! a browser's `EventSource` fires an event of that name for a lost connection.)

#[cfg(feature = "http-server")]
use std::fmt::Write as _;
#[cfg(feature = "__http-client")]
use std::ops::Range;

#[cfg(feature = "http-server")]
use bytes::{Bytes, BytesMut};

/// The event after the last item.
const END: &str = "end";

/// The event in place of an item that could not come.
const FAILED: &str = "failed";

/// An item with its number. JSON as it is encoded here has no line breaks.
#[cfg(feature = "http-server")]
pub(super) fn item(to: &mut BytesMut, id: u64, json: &[u8]) {
    to.reserve("id: \ndata: \n\n".len() + MAX_DIGITS + json.len());
    // Writing into memory cannot fail.
    let _ = write!(to, "id: {id}\ndata: ");
    to.extend_from_slice(json);
    to.extend_from_slice(b"\n\n");
}

/// Digits of the largest id.
#[cfg(feature = "http-server")]
const MAX_DIGITS: usize = 20;

/// The end of the stream.
#[cfg(feature = "http-server")]
pub(super) fn end(to: &mut BytesMut) {
    let _ = write!(to, "event: {END}\ndata: {{}}\n\n");
}

/// A failure, which ends the stream.
#[cfg(feature = "http-server")]
pub(super) fn failed(to: &mut BytesMut, problem: &[u8]) {
    let _ = write!(to, "event: {FAILED}\ndata: ");
    to.extend_from_slice(problem);
    to.extend_from_slice(b"\n\n");
}

/// Nothing, said so that it is heard: a comment.
#[cfg(feature = "http-server")]
pub(super) fn heartbeat() -> Bytes {
    Bytes::from_static(b":\n\n")
}

/// What an event means.
#[cfg(feature = "__http-client")]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    Item(Vec<u8>),
    End,
    Failed(Vec<u8>),
}

/// Why bytes are no event stream of ours.
#[cfg(feature = "__http-client")]
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadEvents {
    /// An event is larger than the limit.
    TooLarge,
    /// An event has a name that is not ours.
    Unknown(String),
}

/// How much of the name of an event is kept, in bytes.
#[cfg(feature = "__http-client")]
const MAX_NAME: usize = 64;

/// Takes bytes as they come and gives events as they are whole.
#[cfg(feature = "__http-client")]
#[derive(Debug)]
pub(super) struct Parser {
    limit: usize,
    /// Bytes that are no whole line yet, from `start` on.
    buffer: Vec<u8>,
    start: usize,
    /// Bytes from `start` on that are known to hold no line break.
    searched: usize,
    name: String,
    data: Vec<u8>,
    /// Whether the event has data at all, be it empty.
    has_data: bool,
}

#[cfg(feature = "__http-client")]
impl Parser {
    pub(super) fn new(limit: usize) -> Parser {
        let (name, data, buffer) = (String::new(), Vec::new(), Vec::new());
        Parser { limit, buffer, start: 0, searched: 0, name, data, has_data: false }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole event, if there is one.
    pub(super) fn next(&mut self) -> Result<Option<Event>, BadEvents> {
        while let Some(line) = self.line()? {
            let line = &self.buffer[line];
            if line.is_empty() {
                if let Some(event) = self.event()? {
                    return Ok(Some(event));
                }
                continue;
            }
            // "Name: value", with one optional space; a line that begins with a colon is a comment.
            let (field, value) = match line.iter().position(|byte| *byte == b':') {
                Some(colon) => (&line[..colon], &line[colon + 1..]),
                None => (line, &line[line.len()..]),
            };
            let value = value.strip_prefix(b" ").unwrap_or(value);
            match field {
                b"data" => {
                    if self.has_data {
                        self.data.push(b'\n');
                    }
                    if self.data.len() + value.len() > self.limit {
                        return Err(BadEvents::TooLarge);
                    }
                    self.has_data = true;
                    self.data.extend_from_slice(value);
                }
                b"event" => {
                    // Ours are short; the beginning of another is enough to say that it is none.
                    let name = &value[..value.len().min(MAX_NAME)];
                    self.name = String::from_utf8_lossy(name).into_owned();
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Where the next whole line is in the buffer, without its end.
    fn line(&mut self) -> Result<Option<Range<usize>>, BadEvents> {
        let rest = &self.buffer[self.start..];
        let Some(end) = rest[self.searched..].iter().position(|byte| *byte == b'\n') else {
            self.searched = rest.len();
            let too_large = rest.len() > self.limit.saturating_add("data: \r".len());
            return if too_large { Err(BadEvents::TooLarge) } else { Ok(None) };
        };
        let end = self.searched + end;
        let line = rest[..end].strip_suffix(b"\r").map_or(end, <[u8]>::len);
        let line = self.start..self.start + line;
        self.start += end + 1;
        self.searched = 0;
        Ok(Some(line))
    }

    /// The event that an empty line ends.
    fn event(&mut self) -> Result<Option<Event>, BadEvents> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        let has_data = std::mem::take(&mut self.has_data);
        if !has_data {
            return Ok(None);
        }
        match name.as_str() {
            "" | "message" => Ok(Some(Event::Item(data))),
            END => Ok(Some(Event::End)),
            FAILED => Ok(Some(Event::Failed(data))),
            _ => Err(BadEvents::Unknown(name)),
        }
    }
}

#[cfg(all(test, feature = "__http-client", feature = "http-server"))]
mod tests {
    use super::*;

    fn parse(parser: &mut Parser, bytes: &[u8]) -> Vec<Event> {
        parser.push(bytes);
        std::iter::from_fn(|| parser.next().unwrap()).collect()
    }

    #[test]
    fn events_are_the_same_wherever_the_bytes_are_split() {
        let mut stream = BytesMut::new();
        item(&mut stream, 1, b"{\"a\":1}");
        stream.extend_from_slice(&heartbeat());
        item(&mut stream, u64::MAX, b"[]");
        end(&mut stream);
        let whole = parse(&mut Parser::new(100), &stream);
        let items = [Event::Item(b"{\"a\":1}".to_vec()), Event::Item(b"[]".to_vec()), Event::End];
        assert_eq!(whole, items);
        for split in 0..stream.len() {
            let mut parser = Parser::new(100);
            let mut events = parse(&mut parser, &stream[..split]);
            events.extend(parse(&mut parser, &stream[split..]));
            assert_eq!(events, whole, "split at {split}");
        }
    }

    #[test]
    fn lines_may_end_as_on_windows_and_data_may_take_several() {
        let events = parse(
            &mut Parser::new(100),
            b"data: [1,\r\ndata: 2]\r\n\r\nevent: failed\ndata:{}\n\n",
        );
        assert_eq!(events, [Event::Item(b"[1,\n2]".to_vec()), Event::Failed(b"{}".to_vec())]);
    }

    #[test]
    fn an_item_of_the_limit_passes_and_one_byte_more_fails() {
        let item = |json: &str| {
            let mut bytes = BytesMut::new();
            super::item(&mut bytes, 1, json.as_bytes());
            bytes
        };
        assert_eq!(parse(&mut Parser::new(4), &item("1234")), [Event::Item(b"1234".to_vec())]);
        let mut parser = Parser::new(4);
        parser.push(&item("12345"));
        assert_eq!(parser.next(), Err(BadEvents::TooLarge));
        let mut endless = Parser::new(4);
        endless.push(b"data: 123456789");
        assert_eq!(endless.next(), Err(BadEvents::TooLarge));
    }

    #[test]
    fn events_of_somebody_else_are_refused() {
        let mut parser = Parser::new(100);
        parser.push(b"event: ping\ndata: x\n\n");
        assert_eq!(parser.next(), Err(BadEvents::Unknown("ping".to_owned())));
        // It stands in an error, which is not to be as large as a reply.
        let mut parser = Parser::new(10_000);
        parser.push(format!("event: {}\ndata: x\n\n", "e".repeat(9000)).as_bytes());
        assert_eq!(parser.next(), Err(BadEvents::Unknown("e".repeat(64))));
    }
}
