//! What may a method return, and how does it become a reply?

use std::convert::Infallible;

use traitwire_schema::Type;

use crate::ipc::{Codec, EncodeError};
use crate::rpc::codec::{self, DecodeError};
use crate::rpc::dispatch::{Failure, Payload};
use crate::wire::Wire;
use crate::{CallError, Executed, Fault, FaultKind};

/// What a method may return, as rustc resolves it: a value, or a `Result` with a declared error,
/// also behind an alias.
#[diagnostic::on_unimplemented(
    message = "a method cannot return `{Self}`",
    label = "neither a wire type nor a `Result` of one and a declared error",
    note = "of a `Result<T, E>`, both must be wire types, and `E` one of your own: no `String`, \
            `anyhow::Error` or `io::Error`, which would leak what they hold",
    note = "if the type is yours, add #[derive(traitwire::Wire)] next to its serde derives"
)]
pub trait Returned: Send + 'static {
    /// What a good reply brings.
    type Ok: Wire;
    /// What the handler may fail with; [`Infallible`] where it declares no error.
    type Err: DeclaredError;
    /// This type, as generated code names it: see `Lend::Lent`.
    #[doc(hidden)]
    type This;

    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Ok, Self::Err>;
}

/// A wire type that is no `Result`: as a return value it stands for itself.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot cross the wire",
    label = "no wire schema for `{Self}`",
    note = "if the type is yours, add #[derive(traitwire::Wire)] next to its serde derives",
    note = "if it comes from another crate, enable the matching traitwire feature, or wrap it in a \
            type of your own"
)]
pub trait Plain: Wire {}

impl<T: Plain> Returned for T {
    type Ok = T;
    type Err = Infallible;
    type This = T;

    fn into_result(self) -> Result<T, Infallible> {
        Ok(self)
    }
}

impl<T: Wire, E: DeclaredError> Returned for Result<T, E> {
    type Ok = T;
    type Err = E;
    type This = Result<T, E>;

    fn into_result(self) -> Result<T, E> {
        self
    }
}

/// A type that a user derived `Wire` for, and so may use as a declared error. It names the HTTP
/// status of its value; strings and errors of other crates name none and would leak what they hold.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared error",
    label = "not a type of yours with #[derive(traitwire::Wire)]",
    note = "declare what can go wrong: an enum with #[derive(Serialize, Deserialize, Wire)]",
    note = "what is nobody's business but yours belongs in the log; the caller gets a variant"
)]
pub trait Declare: Wire {
    /// The status of this value, `#[wire(status = ..)]` on the variant, or 422.
    fn status(&self) -> u16 {
        422
    }
}

/// The error of a method: a type with `#[derive(Wire)]`, or [`Infallible`] for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a declared error",
    label = "not a type of yours with #[derive(traitwire::Wire)]",
    note = "declare what can go wrong: an enum with #[derive(Serialize, Deserialize, Wire)]",
    note = "what is nobody's business but yours belongs in the log; the caller gets a variant"
)]
pub trait DeclaredError: Sized + Send + 'static {
    /// What the schema says of it.
    const TYPE: Option<Type>;

    #[doc(hidden)]
    fn to_failure(&self) -> Failure;

    #[doc(hidden)]
    fn decode(json: &[u8]) -> Result<Self, DecodeError>;

    #[doc(hidden)]
    fn write(&self, codec: Codec, to: &mut Vec<u8>) -> Result<(), EncodeError>;

    #[doc(hidden)]
    fn read(codec: Codec, bytes: &[u8]) -> Result<Self, DecodeError>;
}

impl<E: Declare> DeclaredError for E {
    const TYPE: Option<Type> = Some(<E as Wire>::TYPE);

    fn to_failure(&self) -> Failure {
        match codec::encode(self) {
            Ok(json) => Failure::Declared { status: self.status(), json: json.into() },
            Err(error) => Failure::Fault(cannot_encode("the declared error", &error)),
        }
    }

    fn decode(json: &[u8]) -> Result<Self, DecodeError> {
        codec::decode(json)
    }

    fn write(&self, codec: Codec, to: &mut Vec<u8>) -> Result<(), EncodeError> {
        codec.write::<E, E>(to, self)
    }

    fn read(codec: Codec, bytes: &[u8]) -> Result<Self, DecodeError> {
        codec.read(bytes)
    }
}

impl DeclaredError for Infallible {
    const TYPE: Option<Type> = None;

    fn to_failure(&self) -> Failure {
        match *self {}
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        let message = "the method declares no error".to_owned();
        Err(DecodeError { path: String::new(), message })
    }

    fn write(&self, _: Codec, _: &mut Vec<u8>) -> Result<(), EncodeError> {
        match *self {}
    }

    fn read(_: Codec, bytes: &[u8]) -> Result<Self, DecodeError> {
        Self::decode(bytes)
    }
}

/// What a handler returned, as it crosses.
pub(crate) fn encode<R: Returned>(returned: R) -> Result<Payload, Failure> {
    match returned.into_result() {
        Ok(value) => match value.to_octets() {
            Some(octets) => Ok(Payload::Octets(octets)),
            None => match codec::encode(&value) {
                Ok(json) => Ok(Payload::Json(json.into())),
                Err(error) => Err(Failure::Fault(cannot_encode("the reply", &error))),
            },
        },
        Err(error) => Err(error.to_failure()),
    }
}

/// What crossed, as the caller gets it.
pub(crate) fn decode<R: Returned>(
    crossed: Result<Payload, Failure>,
) -> Result<R::Ok, CallError<R::Err>> {
    match crossed {
        Ok(Payload::Json(json)) => {
            codec::decode(&json).map_err(|error| CallError::Fault(bad_reply("reply", error)))
        }
        Ok(Payload::Octets(octets)) => R::Ok::from_octets(octets).ok_or_else(|| {
            let message = "the reply is bytes, but the method returns something else";
            CallError::Fault(Fault::new(FaultKind::BadReply, Executed::Maybe, message))
        }),
        Err(Failure::Declared { json, .. }) => Err(match R::Err::decode(&json) {
            Ok(error) => CallError::Declared(error),
            Err(error) => CallError::Fault(bad_reply("declared error", error)),
        }),
        Err(Failure::Fault(fault)) => Err(CallError::Fault(fault)),
    }
}

pub(crate) fn bad_reply(what: &str, error: DecodeError) -> Fault {
    let message = if error.path.is_empty() {
        format!("the {what} was not understood: {}", error.message)
    } else {
        format!("the {what} was not understood at `{}`: {}", error.path, error.message)
    };
    let fault = Fault::new(FaultKind::BadReply, Executed::Maybe, message);
    if error.path.is_empty() { fault } else { fault.at(error.path) }
}

fn cannot_encode(what: &str, error: &serde_json::Error) -> Fault {
    // The reason is in the words of the user's code, and so nobody's business but the backend's.
    #[cfg(feature = "__rpc")]
    tracing::error!(%error, "{what} cannot be encoded");
    #[cfg(not(feature = "__rpc"))]
    let _ = error;
    let message = format!("{what} cannot be encoded; the backend's log says why");
    Fault::new(FaultKind::Internal, Executed::Maybe, message)
}
