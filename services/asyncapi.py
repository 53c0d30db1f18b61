"""The messages between departments as an AsyncAPI 3.0 description (`dojang messages`)."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from shared.broker.topology import EXCHANGE
from shared.messages import MESSAGES, Message
from shared.traces import TRACEPARENT

Json = dict[str, Any]

ENVELOPE: Json = {
    "type": "object",
    "required": ["id", "type", "version", "occurred_at", "correlation_id", "data"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "type": {"type": "string", "description": "the routing key"},
        "version": {"type": "integer"},
        "occurred_at": {"type": "string", "format": "date-time"},
        "correlation_id": {"type": "string"},
        "causation_id": {"type": ["string", "null"]},
    },
}

HEADERS: Json = {
    "type": "object",
    "properties": {
        TRACEPARENT: {
            "type": "string",
            "description": "W3C Trace Context: the span that said it, where somebody traces",
        },
    },
}


def describe(version: str) -> Json:
    """The whole contract: a channel a message, who sends it, who receives it."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Dojang: messages between departments",
            "version": version,
            "description": "Topic exchange, routing key = type. Every receiver is safe to "
            "repeat: the key of the effect is in `x-key`. Unknown fields are passed over.",
        },
        "defaultContentType": "application/json",
        "channels": {_name(one): _channel(one) for one in MESSAGES},
        "operations": {
            f"{service}.{action}.{_name(one)}": _operation(one, action)
            for one in MESSAGES
            for service, action in ((one.sender, "send"), (one.receiver, "receive"))
        },
        "components": {"messages": {_name(one): _message(one) for one in MESSAGES}},
    }


def _name(one: type[Message]) -> str:
    return one.type.replace(".", "_")


def _channel(one: type[Message]) -> Json:
    reference = f"#/components/messages/{_name(one)}"
    return {
        "address": one.type,
        "messages": {_name(one): {"$ref": reference}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": EXCHANGE, "type": "topic", "durable": True},
            }
        },
    }


def _operation(one: type[Message], action: str) -> Json:
    return {"action": action, "channel": {"$ref": f"#/channels/{_name(one)}"}}


def _message(one: type[Message]) -> Json:
    return {
        "name": one.type,
        "summary": (one.__doc__ or "").strip().split("\n")[0],
        "x-sender": one.sender,
        "x-receiver": one.receiver,
        "x-key": list(one.key),
        "headers": HEADERS,
        "payload": {
            **ENVELOPE,
            "properties": {
                **ENVELOPE["properties"],
                "type": {"const": one.type},
                "version": {"const": one.version},
                "data": _data(one),
            },
        },
    }


def _data(one: type[Message]) -> Json:
    plugin = MarshmallowPlugin()
    APISpec("messages", "1", "3.1.0", plugins=[plugin])
    converter = plugin.converter
    if converter is None:
        raise RuntimeError("apispec has not made its converter")
    schema: Json = converter.schema2jsonschema(one.schema)  # type: ignore[no-untyped-call]
    return schema
