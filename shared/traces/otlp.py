"""Sends spans to a collector by OTLP over HTTP: the only module that knows OpenTelemetry.

Spans are collected and sent by a thread of its own. What a collector that is
away does not take is dropped; nothing ever waits for it but the end of the
process, and that for a few seconds. The departments of one process are
services of their own to whoever looks at the traces.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from importlib.metadata import version

from opentelemetry import trace as api
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.traces.span import ERROR, NONE, TRACEPARENT, Facts, Kind, Span, Traces

TIMEOUT_S = 3.0  # of one export, where the environment says nothing
LAST_S = 5.0  # what the end of a process waits for the last export
TIMEOUTS = ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT")

KINDS = {
    Kind.INTERNAL: api.SpanKind.INTERNAL,
    Kind.SERVER: api.SpanKind.SERVER,
    Kind.CLIENT: api.SpanKind.CLIENT,
    Kind.PRODUCER: api.SpanKind.PRODUCER,
    Kind.CONSUMER: api.SpanKind.CONSUMER,
}
# These say every few seconds, with addresses, that a collector is away: `_Telling` says it once.
SAID_ONCE = ("opentelemetry.exporter.otlp", "opentelemetry.sdk._shared_internal")

log = logging.getLogger(__name__)
_PROPAGATOR = TraceContextTextMapPropagator()


class OtlpCollector:
    """A collector that OpenTelemetry's variables describe; address, headers, sampler are its own
    business (`OTEL_EXPORTER_OTLP_…`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`)."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        said = any(environ.get(name) for name in TIMEOUTS)
        exporter = OTLPSpanExporter(timeout=None if said else TIMEOUT_S)
        for name in SAID_ONCE:
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._sender = BatchSpanProcessor(_Telling(exporter))
        self._traces: dict[str, Traces] = {}

    def of(self, service: str) -> Traces:
        """The traces of a department, a service of its own unless OTEL_SERVICE_NAME names it."""
        if service not in self._traces:
            provider = TracerProvider(resource=_resource(service), shutdown_on_exit=False)
            provider.add_span_processor(self._sender)
            self._traces[service] = OtlpTraces(provider.get_tracer("dojang"))
        return self._traces[service]

    def close(self) -> None:
        """Send the last spans; a collector that does not answer is left after LAST_S."""
        ending = threading.Thread(target=self._sender.shutdown, name="last spans", daemon=True)
        ending.start()
        ending.join(LAST_S)


class OtlpTraces:
    """The traces of one department."""

    def __init__(self, tracer: api.Tracer) -> None:
        self._tracer = tracer

    def begin(self, name: str, kind: Kind, facts: Facts = NONE, parent: str = "") -> Span:
        """See Traces.begin."""
        context = _PROPAGATOR.extract({TRACEPARENT: parent})
        made = self._tracer.start_span(name, context, KINDS[kind], dict(facts))
        return OtlpSpan(self._tracer, made)


class OtlpSpan:
    """A span of OpenTelemetry's; see Span."""

    def __init__(self, tracer: api.Tracer, span: api.Span) -> None:
        self._tracer, self._span = tracer, span
        carrier: dict[str, str] = {}
        _PROPAGATOR.inject(carrier, api.set_span_in_context(span))
        self.traceparent = carrier.get(TRACEPARENT, "")

    def child(self, name: str, kind: Kind = Kind.INTERNAL, facts: Facts = NONE) -> Span:
        context = api.set_span_in_context(self._span)
        made = self._tracer.start_span(name, context, KINDS[kind], dict(facts))
        return OtlpSpan(self._tracer, made)

    def note(self, name: str, value: str | int) -> None:
        self._span.set_attribute(name, value)

    def fail(self, code: str) -> None:
        self._span.set_attribute(ERROR, code)
        self._span.set_status(api.StatusCode.ERROR)

    def end(self) -> None:
        self._span.end()


class _Telling(SpanExporter):
    """Exports, and says when the collector goes away and when it comes back."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter, self._well = exporter, True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(spans)
        well = result is SpanExportResult.SUCCESS
        if well != self._well:
            told = (
                "takes traces again" if well else "takes no traces: they are dropped until it does"
            )
            log.warning("the collector %s", told)
        self._well = well
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def _resource(service: str) -> Resource:
    """What all spans of a department say; what the environment says goes before."""
    ours = {
        "service.name": f"dojang-{service}",
        "service.namespace": "dojang",
        "service.version": version("dojang"),
        "dojang.service": service,
    }
    return Resource.create({**ours, **OTELResourceDetector().detect().attributes})
