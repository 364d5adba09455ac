//! How does a failure look as `application/problem+json` (RFC 9457)?

use std::borrow::Cow;
#[cfg(feature = "__http-client")]
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;

#[cfg(feature = "__http-client")]
use crate::FaultKind;
use crate::difference::Difference;
#[cfg(feature = "__http-client")]
use crate::rpc::Failure;
use crate::{Executed, Fault};

/// The code of a declared error; all other codes are those of faults.
const DECLARED: &str = "declared";

/// A failure as it crosses. Readers ignore members that they do not know.
#[derive(Serialize, Deserialize)]
struct Problem<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    title: Cow<'a, str>,
    status: u16,
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    detail: Option<Cow<'a, str>>,
    #[serde(borrow)]
    executed: Cow<'a, str>,
    /// Where in the arguments the value stands that was not understood.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    path: Option<Cow<'a, str>>,
    /// The declared error.
    #[serde(borrow, default, deserialize_with = "there", skip_serializing_if = "Option::is_none")]
    error: Option<&'a RawValue>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incompatibility: Option<Difference<'a>>,
    /// How long to wait before the call is made again. Finer than `Retry-After`, and there in an
    /// event of a stream, too.
    #[serde(default, rename = "retryAfterMs", skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// Reads a member that is there, though it be `null`: so a unit struct is written.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The problem document of a fault.
#[cfg(feature = "http-server")]
pub(super) fn of_fault(fault: &Fault, status: u16) -> Vec<u8> {
    let code = fault.kind().code();
    write(&Problem {
        kind: format!("urn:traitwire:{code}").into(),
        title: code.replace('_', " ").into(),
        status,
        code: code.into(),
        detail: Some(fault.message().into()),
        executed: fault.executed().word().into(),
        path: fault.path().map(Cow::from),
        error: None,
        incompatibility: fault.incompatibility().map(Difference::from),
        retry_after_ms: fault.retry_after_ms(),
    })
}

/// The response that a fault is, for what stands in front of a backend.
#[cfg(feature = "server")]
pub(crate) fn response(fault: &Fault, status: http::StatusCode) -> http::Response<bytes::Bytes> {
    let mut response = http::Response::new(of_fault(fault, status.as_u16()).into());
    *response.status_mut() = status;
    let content_type = http::HeaderValue::from_static(super::media::PROBLEM);
    response.headers_mut().insert(http::header::CONTENT_TYPE, content_type);
    response
}

/// The problem document of a declared error.
#[cfg(feature = "http-server")]
pub(super) fn of_declared(error: &[u8], status: u16) -> Vec<u8> {
    write(&Problem {
        kind: "urn:traitwire:declared".into(),
        title: "declared error".into(),
        status,
        code: DECLARED.into(),
        detail: None,
        executed: Executed::Maybe.word().into(),
        path: None,
        // A dispatcher has just encoded it.
        error: serde_json::from_slice::<&RawValue>(error).ok(),
        incompatibility: None,
        retry_after_ms: None,
    })
}

#[cfg(feature = "http-server")]
fn write(problem: &Problem<'_>) -> Vec<u8> {
    // Strings, numbers and checked JSON can always be encoded.
    serde_json::to_vec(problem).unwrap_or_default()
}

/// The failure that a problem document tells of; none if it is not one of ours.
#[cfg(feature = "__http-client")]
pub(super) fn read(json: &[u8]) -> Option<Failure> {
    let problem: Problem<'_> = serde_json::from_slice(json).ok()?;
    if problem.code == DECLARED {
        let json = problem.error?.get().as_bytes().to_vec().into();
        return Some(Failure::Declared { status: problem.status, json });
    }
    let kind = FaultKind::from_code(&problem.code)?;
    let executed = match &*problem.executed {
        "no" => Executed::No,
        _ => Executed::Maybe,
    };
    let mut fault = Fault::new(kind, executed, problem.detail.unwrap_or_default());
    if let Some(path) = problem.path {
        fault = fault.at(path);
    }
    if let Some(wait) = problem.retry_after_ms {
        fault = fault.with_retry_after(Duration::from_millis(wait));
    }
    if let Some(difference) = problem.incompatibility {
        fault = fault.with_incompatibility(difference.into());
    }
    Some(Failure::Fault(fault))
}

#[cfg(all(test, feature = "__http-client", feature = "http-server"))]
mod tests {
    use super::*;
    use crate::Incompatibility;

    #[test]
    fn a_fault_crosses_unchanged() {
        let incompatibility = Incompatibility {
            interface: "Catalog".to_owned(),
            method: Some("search".to_owned()),
            need: "1.4.0".to_owned(),
            offers: vec!["1.2.3".to_owned(), "2.0.0".to_owned()],
            reason: "newer_needed".to_owned(),
            fix: "upgrade_backend".to_owned(),
            retryable: true,
        };
        for fault in [
            Fault::new(FaultKind::Internal, Executed::Maybe, "say \"that\"\n"),
            Fault::before(FaultKind::InvalidArgument, "what").at("filter.kinds[2]"),
            Fault::before(FaultKind::Incompatible, "no").with_incompatibility(incompatibility),
            Fault::before(FaultKind::Overloaded, "no").with_retry_after(Duration::from_millis(250)),
        ] {
            let json = of_fault(&fault, fault.kind().status());
            assert_eq!(read(&json), Some(Failure::Fault(fault)));
        }
    }

    #[test]
    fn a_declared_error_crosses_as_it_is() {
        // More digits than an f64 has.
        let error = br#"{"Conflict":{"version":340282366920938463463374607431768211455}}"#;
        let json = of_declared(error, 409);
        let declared = Failure::Declared { status: 409, json: error.to_vec().into() };
        assert_eq!(read(&json), Some(declared));
    }

    #[test]
    fn a_problem_of_somebody_else_is_not_taken_for_ours() {
        for json in [
            &br#"{"type":"about:blank","title":"Bad Gateway","status":502}"#[..],
            br#"{"type":"x","title":"x","status":500,"code":"constructor","executed":"no"}"#,
            br#"{"type":"x","title":"x","status":422,"code":"declared","executed":"maybe"}"#,
            b"<html>",
            b"",
        ] {
            assert_eq!(read(json), None);
        }
    }
}
