"""`/files/<capability>`: hand out the one file that forms has allowed for two minutes.

A document goes out as the PDF that was issued, byte for byte, or (to staff)
as a DOCX working copy made on the spot; a stored file (an attachment, a
preview) as it lies; an archive part by part; a blank form is made on the spot. All are
attachments: no browser runs what they hold.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import puremagic
from flask import Blueprint, Response

from services.certs import ledger, number
from services.certs.bulk.archive import open_archive
from services.certs.heads.making import Log
from services.certs.heads.proofs import complete
from services.certs.issue import order_of
from services.certs.ledger import Document
from services.certs.library import Version
from services.certs.parts import Parts
from shared.errors import Gone, NotFound, Permanent, TryLater
from shared.links import read_pass

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ZIP = "application/zip"
BYTES = "application/octet-stream"
KNOWN = (PDF, DOCX, "image/png", "image/jpeg")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True)
class Handed:
    """A file on its way out, whole or (with its `size`) piece by piece."""

    data: bytes | Iterator[bytes]
    media_type: str
    name: str
    size: int | None = None


def blueprint(parts: Parts) -> Blueprint:
    """The one route of the file store."""
    views = Blueprint("files", __name__)
    log = Log()

    @views.get("/files/<capability>")
    def file(capability: str) -> Response:
        handed = hand_out(parts, capability, log)
        answer = Response(handed.data, content_type=handed.media_type, headers=HEADERS)
        answer.headers["Content-Disposition"] = disposition(handed.name)
        if handed.size is not None:
            answer.content_length = handed.size  # a download that breaks off is seen to be short
        return answer

    return views


def hand_out(parts: Parts, capability: str, log: Log) -> Handed:
    """The file of a capability. Raises NotFound("no_file_here"), Gone("capability_expired")."""
    try:
        claims = read_pass("file", capability, parts.clock.now(), parts.keyring)
    except Permanent as error:
        if error.code == "expired_pass":
            raise Gone("capability_expired", "the address was for two minutes") from error
        raise NotFound("no_file_here", "no such capability") from error
    subject, form = str(claims.get("subject", "")), claims.get("form")
    if form == "stored":
        return _stored(parts, subject, str(claims.get("name", "")))
    if form == "evidence":
        return _evidence(parts, log, subject, str(claims.get("name", "")))
    if form == "zip":
        return _archive(parts, subject, str(claims.get("name", "")))
    if form == "blank":
        return _blank(parts, subject, str(claims.get("office", "")))
    makers = {"pdf": _pdf, "docx": _working_copy}
    known = number.read(subject)
    if form not in makers or known is None:
        raise NotFound("no_file_here", "no such file")
    with parts.database.read() as session:
        document = ledger.find(session, known)
        if document is None or document.erased_at is not None:
            raise NotFound("no_file_here", "no such document")
        facts = ledger.facts_of(session, known) if form == "docx" else {}
    return makers[form](parts, document, facts)


def disposition(name: str) -> str:
    """`Content-Disposition` of an attachment, its name in UTF-8 (RFC 6266, RFC 8187)."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return (
        f'attachment; filename="{plain.lstrip("._") or "file"}"; '
        f"filename*=UTF-8''{quote(name, safe='')}"
    )


def _pdf(parts: Parts, document: Document, _facts: object) -> Handed:
    try:
        data = parts.files.get(document.file_id, document.sha256)
    except Permanent as error:  # ours to mend (from the backup), nothing that was asked wrongly
        raise TryLater(error.code, "the paper is not in the store as it was issued") from error
    return Handed(data, PDF, _name(parts, document, "pdf"))


def _working_copy(parts: Parts, document: Document, facts: dict[str, object]) -> Handed:
    template = Version(document.kind, document.language, document.template_version)
    order = order_of(template, facts)
    data = parts.press.working_copy(order, document.number, document.issued_at)
    return Handed(data, DOCX, _name(parts, document, "docx"))


def _blank(parts: Parts, subject: str, office: str) -> Handed:
    """The form to fill in by hand (EXT-04), of the version in use; it is kept nowhere."""
    kind, _colon, language = subject.partition(":")
    try:
        template = parts.library.find(kind, language)
        data = parts.press.blank(template, parts.clock.now(), office)
    except Permanent as error:
        raise NotFound("no_file_here", "there is no such form") from error
    title = parts.library.title(kind, language).replace(" ", "")
    return Handed(data, PDF, f"{title}.pdf")


def _stored(parts: Parts, file_id: str, name: str) -> Handed:
    try:
        data = parts.files.get(file_id)
    except Permanent as error:
        raise NotFound("no_file_here", "no such file") from error
    return Handed(data, _media_type(data), name or file_id[:8])


def _evidence(parts: Parts, log: Log, file_id: str, name: str) -> Handed:
    """What forms gathered, with the ledger's entries, the newest head and the way to it."""
    bundle = json.loads(parts.files.get(file_id))
    with parts.database.read() as session:
        whole = complete(parts, log.tree(session), session, bundle)
    data = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    return Handed(data, "application/json", name)


def _archive(parts: Parts, archive_id: str, name: str) -> Handed:
    size, pieces = open_archive(parts, archive_id)
    return Handed(pieces, ZIP, name or f"{archive_id[:8]}.zip", size)


def _media_type(data: bytes) -> str:
    """What a stored file is by its content: one of what may be attached, or just bytes."""
    try:
        found = puremagic.from_string(data[:8192], mime=True)
    except (puremagic.PureError, ValueError):
        return BYTES
    return found if found in KNOWN else BYTES


def _name(parts: Parts, document: Document, ending: str) -> str:
    title = parts.library.title(document.kind, document.language).replace(" ", "")
    return f"{title}_{document.number}.{ending}"
