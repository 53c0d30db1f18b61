"""The one error tree: what can never succeed, and what may succeed later.

An error carries a stable `code` for programs and catalogs, and a sentence in
English for logs. People read the text that a catalog has for the code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class DojangError(Exception):
    """Something that the product itself says is wrong.

    `code` is snake_case and never changes meaning; `facts` are the figures a
    sentence for a person may need (never personal data, they may be logged).
    """

    def __init__(self, code: str, sentence: str = "", **facts: Any) -> None:
        super().__init__(sentence or code)
        self.code = code
        self.sentence = sentence or code
        self.facts: Mapping[str, Any] = facts


class Permanent(DojangError):
    """Never again: the same request will fail the same way."""


class TryLater(DojangError):
    """A part is away or busy; the same request may succeed later."""


class Malformed(Permanent):
    """It cannot be read at all: no JSON, no UTF-8, nested without end. HTTP 400."""


class NotFound(Permanent):
    """No such thing, or not for this person (both look the same). HTTP 404."""


class Unauthorized(Permanent):
    """Nobody is signed in, or the credential is not right. HTTP 401."""


class Forbidden(Permanent):
    """This person may not do that. HTTP 403."""


class Conflict(Permanent):
    """What is asked does not fit what is there now. HTTP 409."""


class Gone(Permanent):
    """It was there and is used, expired or replaced. HTTP 410."""


class Refused(Permanent):
    """The input breaks a rule that it could have kept. HTTP 422."""


class TooMany(TryLater):
    """Over a limit; `facts["retry_after"]` says when it opens again, in seconds. HTTP 429."""
