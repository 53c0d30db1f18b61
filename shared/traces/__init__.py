"""Traces: one request through all departments and the broker, as spans that a collector shows.

Off unless OpenTelemetry's own environment variables name a collector; then
OpenTelemetry is not even imported. `otlp` is the only module that knows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from shared.errors import Permanent
from shared.traces.span import (
    NO_SPAN,
    NO_TRACES,
    TRACEPARENT,
    TRACEPARENT_CHARACTERS,
    Facts,
    Kind,
    Span,
    Traces,
    doing,
    here,
    part,
    read,
    within,
)

__all__ = [
    "NO_SPAN",
    "NO_TRACES",
    "TRACEPARENT",
    "TRACEPARENT_CHARACTERS",
    "Collector",
    "Facts",
    "Kind",
    "Span",
    "Traces",
    "doing",
    "here",
    "nowhere",
    "open_collector",
    "part",
    "read",
    "within",
]

# OpenTelemetry, "OTLP exporter configuration" and "Environment variable specification".
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
OURS = "http/protobuf"


class Collector(Protocol):
    """Where the spans of a process go."""

    def of(self, service: str) -> Traces:
        """The traces of a department."""
        ...

    def close(self) -> None:
        """Send what was not sent yet, within a few seconds or never."""
        ...


class _Nowhere:
    def of(self, service: str) -> Traces:
        return NO_TRACES

    def close(self) -> None:
        """There is nothing to send."""


def nowhere() -> Collector:
    """No collector."""
    return _Nowhere()


def open_collector(environ: Mapping[str, str]) -> Collector:
    """The collector that the environment names. Raises Permanent("bad_setting")."""
    named = next((name for name in ENDPOINTS if environ.get(name)), None)
    if named is None or _switched_off(environ):
        return nowhere()
    _check(environ, named)
    from shared.traces.otlp import OtlpCollector  # OpenTelemetry is for those who ask for it

    return OtlpCollector(environ)


def _switched_off(environ: Mapping[str, str]) -> bool:
    off = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return off or environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"


def _check(environ: Mapping[str, str], named: str) -> None:
    """The address may hold a password, so it is not quoted."""
    address = urlsplit(environ[named])
    if address.scheme not in ("http", "https") or not address.hostname:
        raise Permanent("bad_setting", f"{named}: write an http:// or https:// address.")
    asked = next((name for name in PROTOCOLS if environ.get(name)), None)
    if asked is not None and environ[asked] != OURS:
        raise Permanent("bad_setting", f"{asked} is {environ[asked]!r}: write {OURS} or nothing.")
