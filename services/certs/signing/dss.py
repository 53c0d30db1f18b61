"""The document security store (ISO 32000-2, 12.8.4.3; ETSI EN 319 142-1, 5.4): a further update
behind the signature that carries certificates, revocation lists and OCSP responses."""

from __future__ import annotations

import hashlib
import io
import re

import pikepdf

from services.certs.layout.update import sections
from services.certs.signing.revocation import Evidence
from shared.errors import Permanent

KINDS = ("Certs", "CRLs", "OCSPs")
# ETSI TS 119 142-1 for files that say PDF 1.7: the store is of a later part of the standard.
EXTENSION = "/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 5>>>>"
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")


def extended(pdf: bytes, evidence: Evidence) -> bytes:
    """The signed file, unchanged, and behind it an update with the store."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        number, size = file.Root.objgen[0], int(file.trailer.Size)
        catalog = file.Root.unparse(resolved=True).decode("latin-1").rstrip()
        more = "" if "/Extensions" in file.Root else EXTENSION
        info, name = file.trailer.Info.objgen[0], bytes(file.trailer.ID[0]).hex()
    blobs = (evidence.certificates, evidence.lists, evidence.responses)
    store, bodies = _store(size, blobs)
    objects = dict(enumerate(bodies, start=size))
    objects[number] = (
        catalog.removesuffix(">>") + f"{more}/DSS {size + len(bodies) - 1} 0 R>>"
    ).encode("latin-1")
    trailer = f"/Root {number} 0 R/Info {info} 0 R/ID[<{name}><{_name(store)}>]"
    return pdf + _update(objects, pdf, trailer)


def evidence_in(pdf: bytes) -> Evidence | None:
    """What the store of a file holds; None where there is none. Raises pikepdf.PikepdfError."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        store = file.Root.get("/DSS")
        if not isinstance(store, pikepdf.Dictionary):
            return None
        found = [
            tuple(one.read_bytes() for one in store.get(f"/{kind}", pikepdf.Array()))
            for kind in KINDS
        ]
    return Evidence(*found)


def _store(first: int, blobs: tuple[tuple[bytes, ...], ...]) -> tuple[bytes, list[bytes]]:
    """The store's dictionary and all its objects, the dictionary last."""
    bodies, entries = list[bytes](), []
    for kind, datas in zip(KINDS, blobs, strict=True):
        references = " ".join(f"{first + len(bodies) + i} 0 R" for i in range(len(datas)))
        entries += [f"/{kind}[{references}]"] if datas else []
        bodies += [b"<</Length %d>>stream\n%b\r\nendstream" % (len(one), one) for one in datas]
    store = f"<</Type/DSS{''.join(entries)}>>".encode()
    return b"".join(bodies), [*bodies, store]


def _update(objects: dict[int, bytes], pdf: bytes, trailer: str) -> bytes:
    """Objects and their cross-reference stream (ISO 32000-1, 7.5.8), to stand behind `pdf`."""
    previous, position = _START.search(pdf), len(pdf)
    if previous is None:
        raise Permanent("bad_signature", "the file does not end as a file of ours does")
    places, parts = dict[int, int](), list[bytes]()
    for number, body in sorted(objects.items()):
        places[number] = position
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        position += len(parts[-1])
    own = max(objects) + 1
    places[own] = position
    rows = b"".join(b"\x01%b\x00" % places[n].to_bytes(4, "big") for n in sorted(places))
    head = (
        f"{own} 0 obj\n<</Type/XRef/Size {own + 1}/Prev {int(previous[1])}{trailer}"
        f"/W[1 4 1]/Index[{sections(sorted(places))}]/Length {len(rows)}>>stream\n"
    )
    parts.append(head.encode() + rows + b"\nendstream\nendobj\n")
    parts.append(b"startxref\n%d\n%%%%EOF\n" % position)
    return b"".join(parts)


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]
