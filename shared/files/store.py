"""What a file store is.

A file's id is drawn at random, so that an address says nothing of its content;
its SHA-256 is kept with whoever refers to it and checked on reading.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.errors import Permanent

_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Stored:
    """A file in the store: its id, SHA-256 (lowercase hex) and size in bytes."""

    file_id: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Lying:
    """Something that lies in the store: its id (or its name, if it has none), size, last write."""

    name: str
    size: int
    at: datetime

    @property
    def is_file(self) -> bool:
        """Whether it is a file of ours: anything else was left or put there by others."""
        return _ID.fullmatch(self.name) is not None


class FileStore(Protocol):
    """Keeps files by id. All raise TryLater("store_unavailable") while the store is away."""

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        """Store `data` under a new id, or under `file_id` (the same bytes may be put again).

        When it is back, the file is there for good; else it is there whole or not at all.
        """
        ...

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        """The bytes. Raises Permanent("file_missing" | "file_damaged")."""
        ...

    def exists(self, file_id: str) -> bool:
        """Whether a file has this id."""
        ...

    def remove(self, file_id: str) -> None:
        """Forget a file; none of that id is no error."""
        ...

    def everything(self) -> Iterator[Lying]:
        """All that lies in the store, in no order, a little at a time."""
        ...

    def ready(self) -> bool:
        """Whether the store answers now."""
        ...


def new_file_id() -> str:
    """128 random bits, lowercase hex."""
    return secrets.token_hex(16)


def place_of(file_id: str) -> str:
    """Where a file lies below the root of a store, the same in every store.

    Raises Permanent("file_missing") for what is no id: nothing else is ever looked for.
    """
    if not _ID.fullmatch(file_id):
        raise Permanent("file_missing", "that is no file id")
    return f"{file_id[:2]}/{file_id}"


def described(file_id: str, data: bytes) -> Stored:
    """What is known of a file that was just stored."""
    return Stored(file_id, hashlib.sha256(data).hexdigest(), len(data))


def must_be(file_id: str, data: bytes, sha256: str | None) -> bytes:
    """The bytes, if they are those that were stored. Raises Permanent("file_damaged")."""
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise Permanent("file_damaged", f"file {file_id} is not what was stored")
    return data
