//! How do traitwire's spans and numbers reach OpenTelemetry and Prometheus?

use std::error::Error;
use std::fmt::Write as _;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use traitwire::{Context, Trace};

/// What was exported so far.
pub(crate) struct Telemetry {
    spans: InMemorySpanExporter,
    provider: SdkTracerProvider,
    numbers: PrometheusHandle,
}

/// Sends all spans and numbers of this program there.
pub(crate) fn install() -> Result<Telemetry, Box<dyn Error>> {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(spans.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("telemetry"));
    tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer))?;
    // The buckets that OpenTelemetry's conventions give for durations, in seconds.
    let buckets = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];
    let numbers = PrometheusBuilder::new().set_buckets(&buckets)?.install_recorder()?;
    Ok(Telemetry { spans, provider, numbers })
}

/// Makes the span of a call that came in a child of its caller's: for `BackendBuilder::on_call`.
pub(crate) fn join_trace(cx: &Context, span: &Span) {
    let Some(trace) = cx.trace() else { return };
    let parent = SpanContext::new(
        TraceId::from_bytes(trace.trace_id().to_be_bytes()),
        SpanId::from_bytes(trace.span_id().to_be_bytes()),
        if trace.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::default() },
        true,
        trace.state().parse::<TraceState>().unwrap_or_default(),
    );
    let parent = opentelemetry::Context::new().with_remote_span_context(parent);
    // It fails only without the layer above, and then there is no trace to join.
    let _ = span.set_parent(parent);
}

/// Where the span of a call that goes out stands: for `Connector::trace_by`.
pub(crate) fn place_of(span: &Span) -> Option<Trace> {
    let context = span.context();
    let span = context.span();
    let place = span.span_context();
    let trace_id = u128::from_be_bytes(place.trace_id().to_bytes());
    let span_id = u64::from_be_bytes(place.span_id().to_bytes());
    let trace = Trace::new(trace_id, span_id, place.is_sampled()).ok()?;
    Some(trace.with_state(&place.trace_state().header()))
}

impl Telemetry {
    /// The spans, each below its parent.
    pub(crate) fn tree(&self) -> Result<String, Box<dyn Error>> {
        self.provider.force_flush()?;
        let spans = self.spans.get_finished_spans()?;
        let mut text = String::new();
        branch(&mut text, &spans, SpanId::INVALID, 0);
        Ok(text)
    }

    /// The numbers, as Prometheus reads them.
    pub(crate) fn numbers(&self) -> String {
        self.numbers.render()
    }
}

fn branch(text: &mut String, spans: &[SpanData], parent: SpanId, depth: usize) {
    for span in spans.iter().filter(|span| span.parent_span_id == parent) {
        let status =
            span.attributes.iter().find(|one| one.key.as_str() == "rpc.response.status_code");
        let status = status.map(|one| format!(": {}", one.value)).unwrap_or_default();
        let _ = writeln!(
            text,
            "{}{} ({:?}{status}) in trace {}",
            "  ".repeat(depth),
            span.name,
            span.span_kind,
            span.span_context.trace_id(),
        );
        branch(text, spans, span.span_context.span_id(), depth + 1);
    }
}
