//! Frames in bytes, for peers that do not do as they should. Nothing here uses the code that it tests.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream};

pub(crate) const HELLO: u8 = 1;
pub(crate) const CALL: u8 = 2;
pub(crate) const REPLY: u8 = 3;
pub(crate) const FAULT: u8 = 5;
pub(crate) const CANCEL: u8 = 9;
pub(crate) const GOODBYE: u8 = 13;
pub(crate) const PEER: u8 = 0x02;
pub(crate) const JSON: u8 = 0x04;

/// A frame as it was read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) id: u64,
    pub(crate) payload: Vec<u8>,
}

impl Frame {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.payload).into_owned()
    }
}

/// A frame in bytes.
pub(crate) fn frame(kind: u8, flags: u8, method: u16, id: u64, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len() + 12).expect("it fits");
    let mut bytes = length.to_le_bytes().to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(method.to_le_bytes());
    bytes.extend(id.to_le_bytes());
    bytes.extend(payload);
    bytes
}

/// All whole frames that bytes begin with.
pub(crate) fn frames(mut bytes: &[u8]) -> Vec<Frame> {
    let mut frames = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let Some((frame, rest)) = rest.split_at_checked(length) else { break };
        let id = u64::from_le_bytes(frame[4..12].try_into().expect("eight bytes"));
        let payload = frame[12..].to_vec();
        frames.push(Frame { kind: frame[0], flags: frame[1], id, payload });
        bytes = rest;
    }
    frames
}

/// A frontend's first hello.
pub(crate) fn greeting(end: &str) -> Vec<u8> {
    let hello = format!(r#"{{"traitwire":1,"end":"{end}"}}"#);
    frame(HELLO, 0, 0, 0, hello.as_bytes())
}

/// All that still comes until the end, for five seconds at most.
pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<Frame> {
    let mut bytes = Vec::new();
    let reading = stream.read_to_end(&mut bytes);
    let read = tokio::time::timeout(std::time::Duration::from_secs(5), reading).await;
    // Some transports end with an error.
    let _ = read.expect("it is not closed");
    frames(&bytes)
}

/// The next frames, so many.
pub(crate) async fn next(stream: &mut (impl AsyncRead + Unpin), count: usize) -> Vec<Frame> {
    let reading = async {
        let mut bytes = Vec::new();
        while frames(&bytes).len() < count {
            bytes.push(stream.read_u8().await.expect("more frames"));
        }
        frames(&bytes)
    };
    let read = tokio::time::timeout(std::time::Duration::from_secs(5), reading).await;
    read.expect("the frames do not come")
}

/// What has crossed between two ends.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tap {
    /// What the first has sent.
    pub(crate) forth: Arc<Mutex<Vec<u8>>>,
    /// What the second has sent.
    pub(crate) back: Arc<Mutex<Vec<u8>>>,
}

/// Two ends of a stream, and what crosses between them.
pub(crate) fn tapped() -> (DuplexStream, DuplexStream, Tap) {
    let ((here, one), (other, there)) = (tokio::io::duplex(65536), tokio::io::duplex(65536));
    let tap = Tap::default();
    tap.join(one, other);
    (here, there, tap)
}

impl Tap {
    /// Carries what comes from either to the other.
    pub(crate) fn join(
        &self,
        one: impl AsyncRead + AsyncWrite + Send + 'static,
        other: impl AsyncRead + AsyncWrite + Send + 'static,
    ) {
        let (one_read, one_write) = tokio::io::split(one);
        let (other_read, other_write) = tokio::io::split(other);
        tokio::spawn(copy(one_read, other_write, Arc::clone(&self.forth)));
        tokio::spawn(copy(other_read, one_write, Arc::clone(&self.back)));
    }

    /// How many bytes have crossed.
    pub(crate) fn count(&self) -> usize {
        [&self.forth, &self.back].map(|bytes| bytes.lock().expect("no panic").len()).iter().sum()
    }
}

async fn copy(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    seen: Arc<Mutex<Vec<u8>>>,
) {
    let mut bytes = vec![0; 65536];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        seen.lock().expect("no panic").extend(&bytes[..count]);
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}
