//! As which bytes is the end of a call kept?
//!
//! One byte that says what it is, then: the reply; the status (two bytes, little-endian) and the declared
//! error; or the fault as its code and its message on two lines.

use bytes::{BufMut as _, Bytes, BytesMut};

use crate::rpc::dispatch::{Failure, Payload};
use crate::{Executed, Fault, FaultKind};

const JSON: u8 = 0;
const OCTETS: u8 = 1;
const DECLARED: u8 = 2;
const FAULT: u8 = 3;

pub(super) fn write(ended: &Result<Payload, Failure>) -> Bytes {
    let mut bytes = BytesMut::new();
    match ended {
        Ok(Payload::Json(json)) => {
            bytes.put_u8(JSON);
            bytes.extend_from_slice(json);
        }
        Ok(Payload::Octets(octets)) => {
            bytes.put_u8(OCTETS);
            bytes.extend_from_slice(octets);
        }
        Err(Failure::Declared { status, json }) => {
            bytes.put_u8(DECLARED);
            bytes.put_u16_le(*status);
            bytes.extend_from_slice(json);
        }
        Err(Failure::Fault(fault)) => return fault_record(fault.kind(), fault.message()),
    }
    bytes.freeze()
}

fn fault_record(kind: FaultKind, message: &str) -> Bytes {
    let mut bytes = BytesMut::new();
    bytes.put_u8(FAULT);
    bytes.extend_from_slice(kind.code().as_bytes());
    bytes.put_u8(b'\n');
    bytes.extend_from_slice(message.as_bytes());
    bytes.freeze()
}

/// What stands in for an end that is too large for a store.
pub(super) fn too_large() -> Bytes {
    let message =
        "the call with this idempotency key has run, but its reply was too large to be kept";
    fault_record(FaultKind::TooLarge, message)
}

/// `None` if the bytes are of somebody else.
pub(super) fn read(bytes: &Bytes) -> Option<Result<Payload, Failure>> {
    let kind = *bytes.first()?;
    let rest = bytes.slice(1..);
    match kind {
        JSON => Some(Ok(Payload::Json(rest))),
        OCTETS => Some(Ok(Payload::Octets(rest))),
        DECLARED => {
            let status = u16::from_le_bytes(*rest.first_chunk()?);
            Some(Err(Failure::Declared { status, json: rest.slice(2..) }))
        }
        FAULT => {
            let (code, message) = std::str::from_utf8(&rest).ok()?.split_once('\n')?;
            let kind = FaultKind::from_code(code)?;
            // What has not run is not kept.
            Some(Err(Fault::new(kind, Executed::Maybe, message).into()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read() {
        for ended in [
            Ok(Payload::Json(Bytes::from_static(b"[1]"))),
            Ok(Payload::Octets(Bytes::from_static(b"\x00\xff"))),
            Err(Failure::Declared { status: 409, json: Bytes::from_static(b"{}") }),
            Err(Fault::new(FaultKind::Internal, Executed::Maybe, "two\nlines").into()),
        ] {
            assert_eq!(read(&write(&ended)), Some(ended));
        }
        for bytes in [&b""[..], b"\x09", b"\x02\x01", b"\x03internal", b"\x03what\nx", b"\x03\xff"]
        {
            assert_eq!(read(&Bytes::from_static(bytes)), None);
        }
    }
}
