"""The form of a message in RabbitMQ: which of its facts stand in which AMQP property."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from pika import BasicProperties

from shared.broker.interface import Failures, Publication
from shared.traces import TRACEPARENT, read

PERSISTENT = 2  # delivery_mode 1 loses what was confirmed


def properties_of(publication: Publication) -> BasicProperties:
    """The properties of a new message; the header `lane` sorts it, where a service has several."""
    headers = {"lane": publication.lane, **_traced(publication.traceparent)}
    return _properties(publication.id, publication.type, publication.correlation_id, headers)


def properties_with(
    message_id: str,
    message_type: str,
    correlation_id: str,
    failures: Failures,
    traceparent: str = "",
) -> BasicProperties:
    """The properties of a message that moves to a retry or dead-letter queue, or back."""
    headers: dict[str, Any] = {
        "attempts": failures.attempts, "reason": failures.reason, **_traced(traceparent),
    }  # fmt: skip
    if failures.first_at and failures.last_at:
        headers["first_failed_at"] = failures.first_at.astimezone(UTC).isoformat()
        headers["last_failed_at"] = failures.last_at.astimezone(UTC).isoformat()
    return _properties(message_id, message_type, correlation_id, headers)


def identity(routing_key: str, properties: BasicProperties, body: bytes) -> tuple[str, str, str]:
    """(id, type, correlation id); something for each even if a program outside left it out."""
    return (
        properties.message_id or hashlib.sha256(body).hexdigest()[:32],
        properties.type or routing_key,
        properties.correlation_id or "",
    )


def traceparent_of(properties: BasicProperties) -> str:
    """The span that said it, or nothing: a program outside need not name one."""
    headers: dict[str, Any] = properties.headers or {}
    return read(headers.get(TRACEPARENT))


def failures_of(properties: BasicProperties) -> Failures:
    """What went wrong with a message so far, read from its headers."""
    headers: dict[str, Any] = properties.headers or {}
    known = Failures(
        _whole(headers.get("attempts")),
        str(headers.get("reason", "")),
        _instant(headers.get("first_failed_at")),
        _instant(headers.get("last_failed_at")),
    )
    for death in headers.get("x-death") or []:
        if death.get("reason") == "delivery_limit":  # buried by the broker itself
            return known.and_now("delivery_limit", death["time"].replace(tzinfo=UTC))
    return known


def _traced(traceparent: str) -> dict[str, str]:
    return {TRACEPARENT: traceparent} if traceparent else {}


def _properties(
    message_id: str, message_type: str, correlation_id: str, headers: dict[str, Any]
) -> BasicProperties:
    return BasicProperties(  # type: ignore[no-untyped-call]  # pika annotates its values alone
        content_type="application/json", delivery_mode=PERSISTENT, message_id=message_id,
        type=message_type, correlation_id=correlation_id, headers=headers,
    )  # fmt: skip


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _instant(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
