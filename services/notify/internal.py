"""The one call between departments: forms starts, sends and checks verification codes.

Admitted with the service secret alone; no route from outside leads here.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from services.notify import codes
from services.notify.parts import Parts
from shared.errors import Refused, Unauthorized
from shared.inside import admitted

_ID = validate.Regexp(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


class _Addresses(Schema):
    class Meta:
        unknown = EXCLUDE

    email = fields.String(load_default="", allow_none=True, validate=validate.Length(max=320))
    sms = fields.String(load_default="", allow_none=True, validate=validate.Length(max=40))


class _Start(Schema):
    class Meta:
        unknown = EXCLUDE

    verification_id = fields.String(required=True, validate=_ID)
    purpose = fields.String(required=True, validate=_ID)
    person = fields.String(required=True, validate=_ID)
    language = fields.String(required=True, validate=_ID)
    addresses = fields.Nested(_Addresses, required=True)
    network = fields.String(load_default="", validate=validate.Length(max=100))


class _Send(Schema):
    class Meta:
        unknown = EXCLUDE

    channel = fields.String(required=True)


class _Check(Schema):
    class Meta:
        unknown = EXCLUDE

    code = fields.String(required=True, validate=validate.Length(max=100))


def verifications(parts: Parts) -> Blueprint:
    """The routes under /internal/verifications."""
    pages = Blueprint("verifications", __name__, url_prefix="/internal/verifications")

    @pages.before_request
    def _admit() -> None:
        if not admitted(request.headers.get("Authorization"), parts.keyring):
            raise Unauthorized("not_admitted", "only departments may call this")

    @pages.post("")
    def _start() -> tuple[Response, int]:
        challenge = codes.Challenge(**_read(_Start()))
        channels = codes.start(challenge, parts)
        return jsonify(verification_id=challenge.verification_id, channels=channels), 201

    @pages.post("/<verification_id>/send")
    def _send(verification_id: str) -> Response:
        sent = codes.send(verification_id, _read(_Send())["channel"], parts)
        expires_at = sent.expires_at.isoformat()
        return jsonify(
            channel=sent.channel, expires_at=expires_at, others=list(sent.others),
            notification_id=sent.notification_id,
        )  # fmt: skip

    @pages.post("/<verification_id>/check")
    def _check(verification_id: str) -> Response:
        return jsonify(asdict(codes.check(verification_id, _read(_Check())["code"], parts)))

    return pages


def _read(schema: Schema) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(request.get_json(force=True, silent=True) or {})
    except ValidationError as error:
        raise Refused("bad_call", f"wrong fields {sorted(error.messages_dict)}") from error
    return loaded
