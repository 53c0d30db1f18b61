"""A document as an incremental update of its base (ISO 32000-1, 7.5.6), signed as it is written."""

import hashlib
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from services.certs.layout.layout import Layout
from services.certs.layout.metadata import date

ROW = struct.Struct(">BLB").pack  # a cross-reference: in use, where, generation
RANGE = "/ByteRange[0 0000000000 0000000000 0000000000]"


class Signs(Protocol):
    """What writing needs of a signer: room for the signature (bytes), and the signature itself."""

    @property
    def reserve(self) -> int: ...

    def cms(self, digest: bytes) -> bytes: ...


class Update:
    """The objects of one document, numbered after those of the base."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._objects: dict[int, bytes] = {}
        self.next = layout.objects.size

    def put(self, number: int, body: bytes) -> None:
        """An object of the base, written anew."""
        self._objects[number] = body

    def add(self, bodies: list[bytes]) -> int:
        """New objects; returns the number of the first."""
        first = self.next
        for number, body in enumerate(bodies, start=first):
            self._objects[number] = body
        self.next += len(bodies)
        return first

    def finish(self, at: datetime, signer: Signs | None) -> bytes:
        """The whole file: base, objects, cross-reference stream, signature."""
        self.put(self._layout.objects.signature, signature_object(at, signer))
        tail = self._tail()
        return self._layout.base + (tail if signer is None else self._signed(tail, signer))

    def _tail(self) -> bytes:
        position, places, parts = len(self._layout.base), dict[int, int](), list[bytes]()
        for number, body in sorted(self._objects.items()):
            places[number] = position
            parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
            position += len(parts[-1])
        places[self.next] = position
        parts.append(self._references(places, self._name()))
        parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
        return b"".join(parts)

    def _name(self) -> str:
        """The second half of the file's identifier (14.4): of what it says and when it was made.
        Fonts and pictures follow from that."""
        objects = self._layout.objects
        said = [self._objects[n] for n in (objects.info, *objects.overlays)]
        return hashlib.sha256(b"".join(said)).hexdigest()[:32]

    def _references(self, places: Mapping[int, int], name: str) -> bytes:
        """The cross-reference stream (7.5.8) of the new objects, itself among them."""
        objects = self._layout.objects
        rows = b"".join([ROW(1, place, 0) for _, place in sorted(places.items())])
        head = (
            f"{self.next} 0 obj\n<</Type/XRef/Size {self.next + 1}/Prev {objects.prev}"
            f"/Root {objects.root} 0 R/Info {objects.info} 0 R/ID[<{objects.id}><{name}>]"
            f"/W[1 4 1]/Index[{sections(sorted(places))}]/Length {len(rows)}>>stream\n"
        )
        return head.encode() + rows + b"\nendstream\nendobj\n"

    def _signed(self, tail: bytes, signer: Signs) -> bytes:
        """The update with its signature in the hole left for it (12.8.1)."""
        before = len(self._layout.base)
        hole = tail.index(b"/Contents<0", tail.index(b"/ETSI.CAdES.detached")) + len(b"/Contents")
        after = hole + 2 * signer.reserve + 2
        covered = (
            f"/ByteRange[0 {before + hole:010d} {before + after:010d} {len(tail) - after:010d}]"
        )
        written = bytearray(tail)
        start = tail.rindex(RANGE.encode(), 0, hole)
        written[start : start + len(RANGE)] = covered.encode()
        digest = self._layout.hashed.copy()
        digest.update(written[:hole])
        digest.update(written[after:])
        signature = signer.cms(digest.digest()).hex().encode()
        written[hole + 1 : hole + 1 + len(signature)] = signature
        return bytes(written)


def signature_object(at: datetime, signer: Signs | None) -> bytes:
    """The signature dictionary with a hole of zeros (ETSI EN 319 142-1, 5.3), or nothing."""
    if signer is None:
        return b"null"
    return (
        f"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M({date(at)}){RANGE}"
        f"/Contents<{'0' * (2 * signer.reserve)}>>>"
    ).encode()


def sections(numbers: list[int]) -> str:
    """`first count` of each run of consecutive numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and sum(runs[-1]) == number:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
    return " ".join(f"{first} {count}" for first, count in runs)
