//! What is counted of every call?
//!
//! The program chooses where it goes, by installing a recorder of the crate `metrics`. Durations are
//! called as in OpenTelemetry's conventions; dots become underscores in Prometheus.

#[cfg(feature = "__backend")]
use std::collections::BTreeSet;
#[cfg(feature = "__backend")]
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use metrics::{Label, counter, gauge, histogram};
use traitwire_schema::version::{self, Series};
use traitwire_schema::{Interface, Method};

use super::observe::End;

/// One call that is counted.
#[derive(Debug)]
pub(crate) struct Recorded {
    end: End,
    method: String,
    series: String,
    version: String,
}

impl Recorded {
    /// `version` is that of the client.
    pub(crate) fn begin(
        end: End,
        interface: &Interface,
        method: &Method,
        version: &str,
    ) -> Recorded {
        let series = version::parse(&interface.version).map(|version| Series::of(&version));
        let recorded = Recorded {
            end,
            method: format!("{}/{}", interface.name, method.name),
            series: series.map(|series| series.to_string()).unwrap_or_default(),
            version: version.to_owned(),
        };
        gauge!(recorded.names().in_flight, recorded.labels()).increment(1);
        recorded
    }

    pub(crate) fn end(&self, status: &'static str, took: Duration) {
        gauge!(self.names().in_flight, self.labels()).decrement(1);
        let mut labels = self.labels();
        labels.push(Label::from_static_parts("rpc.response.status_code", status));
        histogram!(self.names().duration, labels.clone()).record(took);
        labels.push(Label::new("traitwire.series", self.series.clone()));
        labels.push(Label::new("traitwire.client.version", self.version.clone()));
        counter!(self.names().calls, labels).increment(1);
    }

    fn labels(&self) -> Vec<Label> {
        let system = Label::from_static_parts("rpc.system.name", "traitwire");
        vec![system, Label::new("rpc.method", self.method.clone())]
    }

    fn names(&self) -> &'static Names {
        match self.end {
            #[cfg(feature = "__frontend")]
            End::Client => &Names {
                in_flight: "traitwire.client.in_flight",
                duration: "rpc.client.call.duration",
                calls: "traitwire.client.calls",
            },
            #[cfg(feature = "__backend")]
            End::Server => &Names {
                in_flight: "traitwire.server.in_flight",
                duration: "rpc.server.call.duration",
                calls: "traitwire.server.calls",
            },
        }
    }
}

struct Names {
    in_flight: &'static str,
    duration: &'static str,
    calls: &'static str,
}

/// The versions that clients of an interface have called it with. Anybody can send any number of
/// them, and each is a time series of its own, so there is an end to it.
#[cfg(feature = "__backend")]
#[derive(Debug, Default)]
pub(crate) struct ClientVersions(Mutex<BTreeSet<String>>);

#[cfg(feature = "__backend")]
impl ClientVersions {
    const MAX: usize = 64;

    /// The version of a client that needs this, as it is counted: `none` for one that is not ours,
    /// `other` where there have been too many.
    pub(crate) fn of(&self, need: Option<&str>) -> String {
        let named = need.and_then(|need| need.split(';').next()).map(str::trim);
        let Some(Ok(version)) = named.map(version::parse) else { return "none".to_owned() };
        let version = version.to_string();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() < Self::MAX || known.contains(&version) {
            known.insert(version.clone());
            return version;
        }
        "other".to_owned()
    }
}

#[cfg(all(test, feature = "__backend"))]
mod tests {
    use super::*;

    #[test]
    fn no_client_can_make_time_series_without_end() {
        let versions = ClientVersions::default();
        assert_eq!(versions.of(None), "none");
        assert_eq!(versions.of(Some("constructor")), "none");
        assert_eq!(versions.of(Some("1.2.3; fp=0123")), "1.2.3");
        let seen: BTreeSet<_> =
            (0..1000).map(|minor| versions.of(Some(&format!("2.{minor}.0")))).collect();
        assert_eq!(seen.len(), ClientVersions::MAX);
        assert!(seen.contains("other"));
        assert_eq!(versions.of(Some("1.2.3")), "1.2.3");
    }
}
