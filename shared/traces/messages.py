"""Spans of messages: one where it is published, one wherever it is handled.

Names are those of OpenTelemetry's conventions for messaging. A type that is
none of ours is called unknown: programs outside may publish as well.
"""

from __future__ import annotations

from shared.broker import Delivery, Publication
from shared.broker.topology import EXCHANGE
from shared.messages import BY_TYPE
from shared.traces.span import CASE, Facts, Kind, Span, Traces, opaque

UNKNOWN = "unknown"


def publishing(traces: Traces, publication: Publication) -> Span:
    """A message is being published, for whoever said it."""
    facts = _facts("publish", EXCHANGE, publication)
    name = f"publish {_type(publication)}"
    return traces.begin(name, Kind.PRODUCER, facts, publication.traceparent)


def handling(traces: Traces, queue: str, delivery: Delivery) -> Span:
    """A message is being handled; `attempt` counts from 1."""
    facts = {**_facts("process", queue, delivery), "dojang.attempt": delivery.failures.attempts + 1}
    name = f"process {_type(delivery)}"
    return traces.begin(name, Kind.CONSUMER, facts, delivery.traceparent)


def _facts(operation: str, destination: str, message: Publication | Delivery) -> Facts:
    return {
        "messaging.operation.type": operation,
        "messaging.destination.name": destination,
        "dojang.message": _type(message),
        **opaque("messaging.message.id", message.id),
        **opaque(CASE, message.correlation_id),
    }


def _type(message: Publication | Delivery) -> str:
    return message.type if message.type in BY_TYPE else UNKNOWN
