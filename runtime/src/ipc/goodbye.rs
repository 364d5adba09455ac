//! What does an end say last?

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::fault;
use super::pair::Closed;
use crate::{Executed, Fault, FaultKind};

/// The last that an end says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Goodbye {
    code: Code,
    message: String,
    /// Why there is no pair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Code {
    /// As it was meant to.
    Closed,
    /// The handshake failed.
    Refused,
    /// The other end broke the protocol.
    Violation,
    /// The other end gave no sign of life, or took nothing.
    Lost,
    /// One that this end does not know.
    #[serde(other)]
    Other,
}

impl Goodbye {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Goodbye {
        Goodbye { code, message: message.into(), fault: None }
    }

    /// There is no pair, because of this.
    pub(super) fn refused(fault: &Fault) -> Goodbye {
        let wired = serde_json::from_slice(&fault::write(fault)).ok();
        Goodbye { code: Code::Refused, message: fault.message().to_owned(), fault: wired }
    }

    pub(super) fn write(&self) -> Bytes {
        serde_json::to_vec(self).expect("texts are JSON").into()
    }

    pub(super) fn read(json: &[u8]) -> Goodbye {
        crate::rpc::codec::decode(json).unwrap_or_else(|error| {
            Goodbye::new(Code::Other, format!("a goodbye that was not understood: {error}"))
        })
    }

    pub(super) fn into_closed(self) -> Closed {
        match self.code {
            Code::Closed => Closed::Peer,
            Code::Lost => {
                Closed::Lost(format!("the peer took this end for lost: {}", self.message))
            }
            _ => Closed::Refused(self.message),
        }
    }

    /// Why there is no pair.
    pub(super) fn into_fault(self) -> Fault {
        match self.fault {
            Some(fault) => fault::read(fault.to_string().as_bytes()),
            None => {
                let message = format!("the peer ended the handshake: {}", self.message);
                Fault::new(FaultKind::Disconnected, Executed::No, message)
            }
        }
    }
}
