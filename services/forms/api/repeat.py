"""Idempotency-Key: the same key with the same request has one effect and one answer.

Kept per person (or link) and written in the transaction of the effect. The
same key with another body is refused; without a key each request stands for
itself (draft-ietf-httpapi-idempotency-key-header-07).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.forms.applications.tables import IdempotencyRow
from services.forms.parts import Parts
from services.forms.signin.person import Person
from services.forms.signin.tokens import kept
from shared.errors import Conflict, Malformed, Refused

HEADER = "Idempotency-Key"
KEY_CHARACTERS_MOST = 100


@dataclass(frozen=True)
class Key:
    """Whose key it is, and the hash of the request that it stands for."""

    person_id: str
    key: str
    request_sha256: str
    at: datetime


@dataclass(frozen=True)
class Known:
    """The answer that the key already has."""

    status: int
    body: Any


def key_of(parts: Parts, path: Mapping[str, Any], person: Person | None) -> Key | None:
    """The key of this request, if it has one. Raises Malformed("bad_key")."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= KEY_CHARACTERS_MOST or not key.isprintable():
        raise Malformed("bad_key", "an Idempotency-Key is 1 to 100 printable characters")
    whose = person.id if person else f"link:{kept(str(path.get('token', '')))}"
    return Key(whose, key, _request_sha256(), parts.clock.now())


def known(session: Session, parts: Parts, key: Key) -> Known | None:
    """The answer of an earlier request with this key; else claims it for this one.

    Raises Refused("key_reused") when it was another request.
    """
    row = session.get(IdempotencyRow, (key.person_id, key.key))
    if row is None:
        row = _claim(session, key)
        if row is None:
            return None
    if row.request_sha256 != key.request_sha256:
        raise Refused("key_reused", "this key was used for another request", field=HEADER)
    if row.status is None:
        raise Conflict("key_busy", "the first request with this key is still at work")
    return Known(row.status, row.body)


def remember(session: Session, key: Key, status: int, body: Any) -> None:
    """Keep the answer."""
    row = session.get_one(IdempotencyRow, (key.person_id, key.key))
    row.status, row.body = status, body


def _claim(session: Session, key: Key) -> IdempotencyRow | None:
    """Claim the key (None), or find who claimed it while we waited."""
    row = IdempotencyRow(
        person_id=key.person_id, key=key.key, request_sha256=key.request_sha256, at=key.at
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return session.get(IdempotencyRow, (key.person_id, key.key), populate_existing=True)
    return None


def _request_sha256() -> str:
    """Method, path and content; of an upload fields and files, since its boundary is random."""
    found = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if request.mimetype == "multipart/form-data":
        for name, value in request.form.items(multi=True):
            found.update(f"{name}\n{value}\n".encode("utf-8", "replace"))
        for name, file in request.files.items(multi=True):
            found.update(f"{name}\n{file.filename}\n".encode("utf-8", "replace"))
            file.stream.seek(0)  # what was prepared has read it
            found.update(hashlib.sha256(file.stream.read()).digest())
            file.stream.seek(0)
    else:
        found.update(request.get_data(cache=True))
    return found.hexdigest()
