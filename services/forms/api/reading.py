"""What a program sent, read strictly: check at the door, trust inside.

No JSON, no UTF-8, NaN, or nesting without end is 400; a wrong type, an unknown
field or an unprintable character is 422 and names the field.
"""

from __future__ import annotations

import json
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge, UnsupportedMediaType

from services.forms.applications.answers import has_control
from shared.errors import Malformed, Refused

BODY_BYTES_MOST = 256 * 1024  # a drawn signature is the longest thing
LAYERS_MOST = 16


def read_body(schema: type[Schema]) -> dict[str, Any]:
    """The JSON body as the schema loads it. Raises Malformed, Refused("bad_fields", errors)."""
    if request.content_length is not None and request.content_length > BODY_BYTES_MOST:
        raise RequestEntityTooLarge
    raw = request.get_data(cache=True)
    if raw and not request.is_json:
        raise UnsupportedMediaType
    body = parse(raw) if raw else {}
    if not isinstance(body, dict):
        raise Malformed("no_object", "the body is no JSON object")
    try:
        loaded: dict[str, Any] = schema().load(body)
    except ValidationError as error:
        raise bad_fields(error.messages_dict) from error
    return loaded


def parse(raw: bytes) -> Any:
    """JSON as RFC 8259 has it, and nothing more. Raises Malformed, Refused("bad_fields")."""
    try:
        found = json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_each_name_once
        )
    except UnicodeDecodeError as error:
        raise Malformed("no_utf8", "the body is not UTF-8") from error
    except RecursionError as error:
        raise Malformed("too_deep", "the body is nested too deeply") from error
    except ValueError as error:
        raise Malformed("no_json", "the body is not JSON") from error
    _check_texts(found, "", LAYERS_MOST)
    return found


def bad_fields(messages: dict[str, Any]) -> Refused:
    """The refusal that names each field."""
    errors = {str(name): _texts(found) for name, found in messages.items()}
    return Refused("bad_fields", "wrong fields", field=next(iter(errors), ""), errors=errors)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two decisions in one body are none (RFC 7493, 2.3)."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in an object")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _check_texts(value: Any, path: str, layers: int) -> None:
    if layers == 0:
        raise Malformed("too_deep", "the body is nested too deeply")
    if isinstance(value, str) and has_control(value):
        raise Refused("bad_text", "unprintable characters", field=path)
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Refused("bad_fields", "a number too large", field=path, errors={path: ["Too large."]})
    if isinstance(value, dict):
        for name, one in value.items():
            _check_texts(name, path or "?", layers - 1)
            _check_texts(one, f"{path}.{name}".lstrip("."), layers - 1)
    if isinstance(value, list):
        for index, one in enumerate(value):
            _check_texts(one, f"{path}[{index}]", layers - 1)


def _texts(found: Any) -> list[str]:
    if isinstance(found, dict):
        return [f"{name}: {text}" for name, one in found.items() for text in _texts(one)]
    if isinstance(found, list):
        return [text for one in found for text in _texts(one)]
    return [str(found)]
