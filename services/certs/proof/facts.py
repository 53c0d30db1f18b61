"""The facts of a paper in at most 120 bytes of CBOR (RFC 8949, deterministic: 4.2.1).

A map: 1 the 80 bits of the document number, 2 the kind, 3 the paper's
language, 4 the day of issue (days since 1970-01-01, as in RFC 8943), 5 the
rest, and the paper's own values under their codes (`codes.py`).

How they are shortened, never refused: a kind lists its facts most important
first. From the last one on, a text longer than its hash gives way to it (8
bytes of the SHA-256 over its NFC form), until everything fits; where even
hashes do not fit, the last facts are taken out and one hash over all of them
is the rest. Rows are always [how many, hash over their RFC 8785 JSON]; a line
that closes a list, with one value alone, is hashed but not counted.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import cbor2
import rfc8785

from services.certs import number as numbers
from services.certs.proof.codes import FIELDS, ISSUED, KIND, KINDS, LANGUAGE, NUMBER, REST

BYTES_MOST = 120
HASH_BYTES = 8
EPOCH = date(1970, 1, 1)
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode

Facts = Sequence[tuple[str, Any]]


@dataclass(frozen=True)
class Paper:
    """What every paper says of itself; `issued` is the day in Seoul that is printed on it."""

    number: str
    kind: str
    language: str
    issued: date


def chosen(values: Mapping[str, Any], names: Iterable[str]) -> Facts:
    """The values of those names (dotted ones too), most important first, without what is empty."""
    found = [(name, _value_at(values, name)) for name in names]
    return [(name, value) for name, value in found if value not in ("", None, [], {})]


def pack(paper: Paper, facts: Facts) -> bytes:
    """The facts as CBOR, shortened where they must be."""
    head = {
        NUMBER: numbers.bits(paper.number),
        KIND: KINDS.get(paper.kind, paper.kind),
        LANGUAGE: paper.language,
        ISSUED: (paper.issued - EPOCH).days,
    }
    said = [_said(value) for _, value in facts]
    kept = len(said)
    while len(packed := _map(head, facts[:kept], said)) > BYTES_MOST:
        longest = [at for at in range(kept) if _is_longer_than_its_hash(said[at])]
        if longest:
            said[longest[-1]] = hash_of(said[longest[-1]])
        else:
            kept -= 1
            head[REST] = hash_of([list(fact) for fact in facts[kept:]])
    return packed


def hash_of(value: Any) -> bytes:
    """What stands for a value: of a text its NFC form in UTF-8, of rows their RFC 8785 JSON."""
    text = isinstance(value, str)
    data = unicodedata.normalize("NFC", value).encode() if text else canonical(value)
    return hashlib.sha256(data).digest()[:HASH_BYTES]


def canonical(value: Any) -> bytes:
    """RFC 8785. Of rows of text, which a transcript has 60 of, in a tenth of the time: then sorted
    names are all there is to it."""
    if isinstance(value, list) and all(map(_is_text, value)):
        return _encode(value).encode()
    return rfc8785.dumps(value)


def _is_text(row: Any) -> bool:
    """Whether a row has names of a template and texts that UTF-8 can tell, and nothing else."""
    if type(row) is not dict or {*map(type, row), *map(type, row.values())} - {str}:
        return False
    return "".join(row).isascii()


def _map(head: Mapping[int, Any], facts: Facts, said: Sequence[Any]) -> bytes:
    own = [(FIELDS.get(name, name), word) for (name, _), word in zip(facts, said, strict=False)]
    items: list[tuple[int | str, Any]] = [*head.items(), *own]
    return cbor2.dumps(dict(sorted(items, key=lambda item: _place(item[0]))))


@lru_cache(maxsize=1024)
def _place(name: int | str) -> bytes:
    """What a map's entries are sorted by."""
    return cbor2.dumps(name)


def _said(value: Any) -> Any:
    if isinstance(value, list):
        return [sum(_is_entry(row) for row in value), hash_of(value)]
    if isinstance(value, dict):
        return [len(value), hash_of(value)]
    return value if isinstance(value, str) else str(value)


def _is_entry(row: Any) -> bool:
    if not isinstance(row, dict):
        return True
    words = list(row.values())
    return len(words) - words.count("") - words.count(None) > 1


def _is_longer_than_its_hash(word: Any) -> bool:
    return isinstance(word, str) and len(word.encode()) > HASH_BYTES


def _value_at(values: Mapping[str, Any], dotted: str) -> Any:
    found: Any = values
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
