//! What does a fault look like between the ends of a pair?

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::difference::Difference;
use crate::{Executed, Fault, FaultKind};

/// A fault as JSON. Members that a reader does not know are ignored, so that there can be more.
#[derive(Serialize, Deserialize)]
struct Wired<'a> {
    code: String,
    executed: String,
    message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    incompatibility: Option<Difference<'a>>,
}

/// A fault as it crosses.
pub(super) fn write(fault: &Fault) -> Vec<u8> {
    let wired = Wired {
        code: fault.kind().code().to_owned(),
        executed: fault.executed().word().to_owned(),
        message: fault.message().to_owned(),
        path: fault.path().map(str::to_owned),
        retry_after_ms: fault.retry_after_ms(),
        incompatibility: fault.incompatibility().map(Difference::from),
    };
    serde_json::to_vec(&wired).expect("texts and numbers are JSON")
}

/// A fault that has come; one that was not understood is one as well.
pub(super) fn read(json: &[u8]) -> Fault {
    let bad = |why: &dyn std::fmt::Display| {
        let message = format!("the fault was not understood: {why}");
        Fault::new(FaultKind::BadReply, Executed::Maybe, message)
    };
    let wired: Wired = match crate::rpc::codec::decode(json) {
        Ok(wired) => wired,
        Err(error) => return bad(&error),
    };
    let Some(kind) = FaultKind::from_code(&wired.code) else {
        return bad(&format_args!("there is no kind `{}`", wired.code.escape_debug()));
    };
    // What is not certain is possible.
    let no = wired.executed == Executed::No.word();
    let executed = if no { Executed::No } else { Executed::Maybe };
    let mut fault = Fault::new(kind, executed, wired.message);
    if let Some(path) = wired.path {
        fault = fault.at(path);
    }
    if let Some(ms) = wired.retry_after_ms {
        fault = fault.with_retry_after(Duration::from_millis(ms));
    }
    if let Some(found) = wired.incompatibility {
        fault = fault.with_incompatibility(found.into());
    }
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Incompatibility;

    #[test]
    fn a_fault_comes_back_as_it_was() {
        for kind in FaultKind::ALL {
            for executed in [Executed::No, Executed::Maybe] {
                let fault = Fault::new(*kind, executed, "what went \"wrong\"");
                assert_eq!(read(&write(&fault)), fault);
                let fault = fault.at("filter.kinds[2]").with_retry_after(Duration::from_millis(7));
                let fault = fault.with_incompatibility(Incompatibility {
                    interface: "Editor".to_owned(),
                    method: Some("open".to_owned()),
                    need: "1.2.0".to_owned(),
                    offers: vec!["1.1.0".to_owned()],
                    reason: "newer_needed".to_owned(),
                    fix: "upgrade_backend".to_owned(),
                    retryable: false,
                });
                assert_eq!(read(&write(&fault)), fault);
            }
        }
    }

    #[test]
    fn what_is_no_fault_becomes_one_that_says_so() {
        for json in ["", "{}", "[1]", r#"{"code":"constructor","executed":"no","message":""}"#] {
            let fault = read(json.as_bytes());
            assert_eq!((fault.kind(), fault.executed()), (FaultKind::BadReply, Executed::Maybe));
            assert!(fault.message().starts_with("the fault was not understood: "), "{fault}");
        }
    }
}
