"""Hash chains: an entry cannot be changed, removed or put in between unseen.

Each entry's hash is the SHA-256 of the RFC 8785 form of the entry together
with the hash before it. The first follows 64 zeros.

What an entry says of people stands in it as a commitment only: the SHA-256 of
these words and 256 random bits (the salt), which lie beside. Who has both can
show that they belong there; once both are forgotten nobody can find them out
by trying, and the chain is as whole as before.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

import rfc8785

BEGINNING = "0" * 64


def canonical(value: Any) -> bytes:
    """The RFC 8785 (JCS) bytes of a JSON value."""
    return rfc8785.dumps(value)


def digest(value: Any) -> str:
    """The SHA-256 of the canonical form, lowercase hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def new_salt() -> str:
    """256 random bits, hex."""
    return secrets.token_hex(32)


def commitment(private: Any, salt: str) -> str:
    """What stands in a chain for `private`: nobody without the salt can try words against it."""
    return digest({"private": private, "salt": salt})


def link(previous: str, entry: Mapping[str, Any]) -> str:
    """The hash of `entry` after `previous` (64 hex digits)."""
    return digest({"previous": previous, "entry": dict(entry)})


def first_broken(entries: Iterable[tuple[Mapping[str, Any], str]]) -> int | None:
    """The index of the first (entry, hash) that does not follow, or None if all do."""
    previous = BEGINNING
    for index, (entry, found) in enumerate(entries):
        if link(previous, entry) != found:
            return index
        previous = found
    return None
