"""What `dojang templates` does: for operators who do without the pages.

Each gives lines to print and whether all was well. Commands run beside a running server: an upload
is compiled by its worker, or by `compile` where none runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from services.certs.library import TEMPLATES
from services.certs.parts import Parts
from services.certs.templates import uploading, versions
from services.certs.templates.compiling import Compiler
from services.certs.templates.fields import Kind, kind_of, languages_of
from services.certs.templates.findings import BLOCK, Finding, blocks
from services.certs.templates.looking import has_office, look_through
from services.certs.templates.sentences import sentence, where
from services.certs.templates.versions import Entry, Who
from shared.errors import NotFound

OPERATOR = Who("operator")  # who acts from the command line
Said = tuple[list[str], bool]


def list_all(parts: Parts) -> Said:
    """Every paper, the version in use, and its uploads."""
    lines = []
    kinds = sorted(path.parent.name for path in TEMPLATES.glob("*/sample.json"))
    with parts.database.read() as session:
        for kind in kinds:
            for language in languages_of(TEMPLATES, kind):
                now = versions.active(session, kind, language)
                lines.append(f"{kind} {language}: version {now} is in use")
                uploads = versions.entries(session, kind, language)
                lines += [f"  {described(entry)}" for entry in uploads]
    return lines, True


def lint(kind: str, language: str, file: Path) -> Said:
    """What would be said of a file at its upload; nothing is stored."""
    looked = look_through(file.read_bytes(), file.name, known(kind, language), office=has_office())
    lines = list(said(looked.findings))
    return lines or ["Nothing to complain about."], not blocks(looked.findings)


def upload(parts: Parts, kind: str, language: str, file: Path) -> Said:
    """Upload a file as the next version."""
    entry = uploading.upload(
        parts,
        kind=kind,
        language=language,
        name=file.name,
        data=file.read_bytes(),
        who=OPERATOR,
    )
    return [described(entry), *said(entry.found)], entry.state != "refused"


def compile_waiting(parts: Parts) -> Said:
    """Compile what waits, here and now."""
    compiler, count = Compiler(parts), 0
    while compiler.work_once():
        count += 1
    return [f"{count} compiled"], True


def activate(parts: Parts, kind: str, language: str, number: int) -> Said:
    """Put a version in use; an earlier one, the built-in 1 too, is a roll-back."""
    known(kind, language)
    with parts.database.write() as session:
        seen = versions.active(session, kind, language)
        versions.activate(
            session,
            kind,
            language,
            number,
            seen=seen,
            who=OPERATOR,
            at=parts.clock.now(),
        )
    return [f"{kind} {language}: version {number} is in use (before: {seen})"], True


ACTS: Mapping[str, Callable[..., Said]] = {
    "list_all": list_all,
    "lint": lint,
    "upload": upload,
    "compile_waiting": compile_waiting,
    "activate": activate,
}


def known(kind: str, language: str) -> Kind:
    """A paper that comes with the product. Raises NotFound("no_template")."""
    found = kind_of(TEMPLATES, kind, language)
    if found is None:
        raise NotFound("no_template", f"There is no paper {kind} in {language}.")
    return found


def described(entry: Entry) -> str:
    return (
        f"version {entry.number}: {entry.state}, {entry.name}, "
        f"{entry.uploaded_at:%Y-%m-%d %H:%M} UTC by {entry.uploaded_by}"
    )


def said(findings: list[Finding] | tuple[Finding, ...]) -> Iterator[str]:
    """A line a finding: how grave, where, what; and its code, which is the same for ever."""
    for finding in findings:
        grave = "ERROR" if finding.severity == BLOCK else "note"
        place = where(finding.place)
        text = f" “{finding.place.text}”" if finding.place.text else ""
        at = f"{place}{text}: " if place or text else ""
        yield f"{grave} {at}{sentence(finding)} [{finding.code}]"
