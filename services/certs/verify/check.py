"""The check: is this number, is this file, one of ours?

Authentic means the very bytes that were issued, by their SHA-256 in the
ledger; a file is not even opened for that. A number alone is never called
authentic, since no file was seen. Of what differs a stranger learns as much
as the number shows anyway; more only where the file begins with the issued
one, byte for byte and so with our intact signature (it was extended).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.certs import ledger, number
from services.certs.ledger import Document
from services.certs.library import Version
from services.certs.parts import Parts
from services.certs.verify.align import lay
from services.certs.verify.answers import (
    ALTERED,
    AUTHENTIC,
    MISTYPED,
    UNKNOWN,
    FileAnswer,
    NumberAnswer,
    tell,
    value_at,
)
from services.certs.verify.compare import PAGES, Difference, differences
from services.certs.verify.paper import Paper, open_paper, text_at, values_at
from services.certs.verify.plain import same
from services.certs.verify.reading import Reading, read
from shared.errors import DojangError, Permanent, Refused

FILE_BYTES_MOST = 20 * 1024 * 1024
REVISIONS_MOST = 100
CLAIMS_MOST = 3
# What certs itself prints on each paper: the number shows it anyway, or it is on all of them.
OWN = ("document_number", "verify_address", "issued_at", "issue_date", "signatory_name",
       "contact_line")  # fmt: skip
QR = "qr"
NAMED = ("seal", QR)  # pictures that a stranger may be told of: they show nobody's own
_END = re.compile(rb"%%EOF")


@dataclass(frozen=True)
class Claim:
    """Which document a file claims to be; `begins_with_it` if its first bytes are that file."""

    document: Document
    values: Mapping[str, object]
    begins_with_it: bool


@dataclass(frozen=True)
class Finding:
    """What was found of a claim: how the file was altered, and where."""

    claim: Claim
    reason: str
    differences: tuple[Difference, ...] = ()
    added: tuple[str, ...] = ()
    fits: bool = True
    titled: bool = False

    def distance(self) -> tuple[bool, int, bool]:
        """How far a file is from what it claims: of two numbers in it the nearer one counts.

        Papers of one frame resemble each other, so the number of the title, which cannot be
        painted over, is as near with one difference more: its own place.
        """
        return not self.fits, max(0, len(self.differences) - self.titled), not self.titled


def check_number(parts: Parts, typed: str, language: str) -> NumberAnswer:
    """What became of the number that somebody typed."""
    known = number.read(typed)
    if known is None:
        return NumberAnswer(MISTYPED)
    with parts.database.read() as session:
        document = ledger.find(session, known)
        if document is None:
            return NumberAnswer(UNKNOWN, known)
        return NumberAnswer(document.status, known, tell(document, parts.library, language))


def verify_file(
    parts: Parts, data: bytes, language: str = "en", *, see: Callable[[bytes], Reading] = read
) -> FileAnswer:
    """The verdict on a file. Raises Refused("no_file" | "not_a_pdf" | "file_too_large").

    Nothing of the file is kept. `see` reads it: a child process does, for a stranger's.
    """
    _must_be_a_pdf(data)
    sha256 = hashlib.sha256(data).hexdigest()
    now = parts.clock.now()
    with parts.database.read() as session:
        issued = ledger.find_by_hash(session, [sha256])
        if issued is not None:
            verdict = AUTHENTIC if issued.status == ledger.ISSUED else issued.status
            told = tell(issued, parts.library, language, _values(session, issued))
            return FileAnswer(verdict, sha256, now, told)
        claim = _beginning(session, data)
    file = see(data)
    if file.problem and claim is None:
        return FileAnswer(UNKNOWN, sha256, now, reason=file.problem)
    claims = [claim] if claim else _claims(parts, file)
    if not claims:
        reason = "not_issued" if _numbers(file) else "no_number"
        return FileAnswer(UNKNOWN, sha256, now, reason=reason)
    found = min((_find(parts, one, file) for one in claims), key=Finding.distance)
    values = found.claim.values if found.claim.begins_with_it else None
    told = tell(found.claim.document, parts.library, language, values)
    return FileAnswer(ALTERED, sha256, now, told, found.reason, found.differences, found.added)


def _must_be_a_pdf(data: bytes) -> None:
    if not data:
        raise Refused("no_file", "no file was sent", field="file")
    if len(data) > FILE_BYTES_MOST:
        raise Refused("file_too_large", "the file is larger than 20 MB", field="file", mb=20)
    if b"%PDF-" not in data[:1024]:
        raise Refused("not_a_pdf", "the file is no PDF", field="file")


def _beginning(session: Session, data: bytes) -> Claim | None:
    """The document whose file is the beginning of this one, if something was only added."""
    hashes: list[str] = []
    running, done = hashlib.sha256(), 0
    for match in list(_END.finditer(data))[:REVISIONS_MOST]:
        for end in (match.end(), match.end() + 1, match.end() + 2):
            if end < len(data) and data[match.end() : end].strip(b"\r\n") == b"":
                running.update(data[done:end])
                done = end
                hashes.append(running.copy().hexdigest())
    document = ledger.find_by_hash(session, hashes) if hashes else None
    if document is None or document.erased_at is not None:  # nothing is left to compare it with
        return None
    return Claim(document, _values(session, document), True)


def _numbers(file: Reading) -> list[str]:
    """The document numbers that stand in the text of a file, or in its title.

    A forger's words may lie upon the number: so it is looked for as written, too.
    """
    return number.find_all("\n".join([*file.lines(), *file.written(), file.title]))


def _claims(parts: Parts, file: Reading) -> list[Claim]:
    """The issued documents whose numbers stand in a file: one, unless somebody mixed several."""
    with parts.database.read() as session:
        found = [
            document
            for one in _numbers(file)
            if (document := ledger.find(session, one)) and document.erased_at is None
        ]
        return [
            Claim(document, _values(session, document), False) for document in found[:CLAIMS_MOST]
        ]


def _values(session: Session, document: Document) -> Mapping[str, object]:
    """What stands on it in full; nothing once that has been forgotten."""
    try:
        facts = ledger.facts_of(session, document.number)
    except DojangError:
        return {}
    values: Mapping[str, object] = facts.get("values", {})
    return values


def _find(parts: Parts, claim: Claim, file: Reading) -> Finding:
    """Lay the file over the paper that it claims to be."""
    if file.problem:  # our file and something behind it that nobody can read
        return Finding(claim, "extended")
    paper = _paper(parts, claim)
    laid = lay(file, paper)
    found = _with_code(claim, file, differences(_expected(claim, paper), paper, laid))
    added = tuple(sorted(set(file.added) - set(paper.issued.added)))
    titled = claim.document.number in file.title
    return Finding(claim, _reason(claim, found, added), found, added, laid.fits, titled)


def _with_code(claim: Claim, file: Reading, found: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences, and the number of another document that the QR code of the file says."""
    said = [one for picture in file.pictures for one in number.find_all(picture.code)]
    other = next((one for one in said if one != claim.document.number), None)
    if other is None:
        return tuple(found)
    others = [one for one in found if one.field != QR]
    return (*others, Difference(QR, claim.document.number, other))


def _reason(claim: Claim, found: tuple[Difference, ...], added: tuple[str, ...]) -> str:
    if claim.begins_with_it:
        return "extended"
    if any(one.field == PAGES for one in found):
        return "pages"
    if found:
        return "edited"
    return "added" if added else "saved_again"


def _paper(parts: Parts, claim: Claim) -> Paper:
    """The issued file, taken apart by the places of its template."""
    document = claim.document
    template = Version(document.kind, document.language, document.template_version)
    data = parts.files.get(document.file_id, document.sha256)
    try:
        values = claim.values or None
        spots = [one for one in parts.press.pictures(template, values) if one.name in NAMED]
        return open_paper(data, parts.press.places(template, values), spots)
    except Permanent:  # no layout serves it: nothing is known to be static
        return open_paper(data, (), ())


def _expected(claim: Claim, paper: Paper) -> dict[str, str]:
    """What must stand in each field, as far as the asker may know it."""
    standing = {
        field: value
        for place in paper.places
        for field, value in values_at(place, text_at(place, paper.issued)).items()
    }
    if claim.begins_with_it:
        return {field: value_at(claim.values, field) or said for field, said in standing.items()}
    shown = {one["field"]: one["value"] for one in claim.document.shows}
    if not paper.places:
        return shown
    return {
        **{field: standing[field] for field in OWN if field in standing},
        **{f: value for f, value in shown.items() if f in standing and same(value, standing[f])},
    }
