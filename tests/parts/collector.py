"""A collector of traces for tests: takes OTLP over HTTP and decodes what a process sent."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class Seen:
    """A span that arrived; times are ns since 1970."""

    trace: str
    id: str
    parent: str
    service: str
    name: str
    kind: str
    facts: Mapping[str, Any]
    failed: bool
    began: int
    ended: int


class Collector:
    """Listens on a port of its own; `variables` are what a process needs to know of it."""

    def __init__(self) -> None:
        self._taken: list[Seen] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def variables(self) -> dict[str, str]:
        """OpenTelemetry's own."""
        port = self._server.server_address[1]
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{port}"}

    @property
    def spans(self) -> list[Seen]:
        """All that arrived, in no order."""
        return list(self._taken)

    @property
    def words(self) -> str:
        """All that was said in any span."""
        return "\n".join(f"{one.name} {dict(one.facts)}" for one in self.spans)

    def trace(self, identity: str) -> list[Seen]:
        """The spans of a trace, by when they began."""
        return sorted((one for one in self.spans if one.trace == identity), key=lambda o: o.began)

    def close(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _take(self, path: str, body: bytes) -> None:
        if path != "/v1/traces":
            raise ValueError(path)
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            said = _facts(resource.resource.attributes)
            for scope in resource.scope_spans:
                self._taken += [_seen(one, said) for one in scope.spans]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self._take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                take(self.path, body)
                answer = ExportTraceServiceResponse().SerializeToString()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_words: Any) -> None:
                """Nobody reads it."""

        return Handler


def _seen(one: Span, said: Mapping[str, Any]) -> Seen:
    return Seen(
        trace=one.trace_id.hex(),
        id=one.span_id.hex(),
        parent=one.parent_span_id.hex(),
        service=said["dojang.service"],
        name=one.name,
        kind=Span.SpanKind.Name(one.kind).removeprefix("SPAN_KIND_").lower(),
        facts={**said, **_facts(one.attributes)},
        failed=one.status.code == Status.STATUS_CODE_ERROR,
        began=one.start_time_unix_nano,
        ended=one.end_time_unix_nano,
    )


def _facts(found: Iterable[KeyValue]) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value") or "") for one in found}
