"""Forgeries: each takes an issued paper and chance, and gives a file and what is to be said of it.

`EDITS` is the list. A forgery is found again by its number (`forgery`): number, seed and library
decide everything but the document numbers, which are drawn anew.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.certs.forging.papers import Issued, Stack


@dataclass(frozen=True)
class Expected:
    """A difference that must be named; `file` None: with or without the file's words."""

    field: str
    issued: str | None = None
    file: str | None = None


@dataclass(frozen=True)
class Forgery:
    """A forged file. `reasons`: what may be said of how; `added`: what it must say it carries;
    `verdicts`: what may be said of it at all (never authentic)."""

    data: bytes
    reasons: tuple[str, ...] = ()
    expected: tuple[Expected, ...] = ()
    added: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ("altered",)


@dataclass(frozen=True)
class Desk:
    """What a forger has before him: a paper, others to take parts from, and chance."""

    paper: Issued
    stack: Stack
    chance: random.Random

    def public_field(self) -> str:
        """A field that the number shows, apart from the number itself."""
        return self.chance.choice(sorted(set(self.paper.shown) - {"document_number"}))

    def any_field(self) -> str:
        return self.chance.choice(sorted(self.paper.standing))

    def hidden_field(self) -> str:
        """A field that the number does not show."""
        hidden = sorted(set(self.paper.standing) - set(self.paper.shown))
        return self.chance.choice(hidden or sorted(self.paper.standing))

    def words(self) -> str:
        """Words that stand on none of our papers."""
        return "FORGED " + "".join(self.chance.choices("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=6))


Edit = Callable[[Desk], Forgery]
