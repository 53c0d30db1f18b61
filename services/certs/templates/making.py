"""Making a version from an upload: its layouts, previews, and what does not fit.

Takes seconds to minutes: a Word template goes through LibreOffice. Run by a child of the worker
(`make_child.py`); nothing here knows the database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.certs.layout.compile import Compiled, compile_shapes
from services.certs.layout.layout import Layout
from services.certs.layout.office_way import OfficeWay
from services.certs.layout.plan import plan_of
from services.certs.layout.write import Writer
from services.certs.library import TEMPLATES, Library, Version
from services.certs.press import Order
from services.certs.printing import Printer
from services.certs.sign import Signer
from services.certs.templates import longest
from services.certs.templates.fields import OWN, Kind
from services.certs.templates.findings import NOTE, Finding
from services.certs.templates.form_layout import compile_form
from services.certs.templates.shelf import BASE, LAYOUT, PDF_FORM, PREVIEW, SOURCE
from services.certs.templates.word_lint import described
from shared.errors import NotFound, Permanent
from shared.files import FileStore
from shared.settings import Settings

SAMPLE = "sample"
FONTS = TEMPLATES.parent / "fonts"
TRIES_MOST = 400
MISFITS = ("does_not_fit", "missing_glyph")
AT = "2026-01-01T00:00:00+00:00"  # of previews: the same upload makes the same bytes
# Compiling says so where only LibreOffice can do it, document by document.
NOT_COMPILED = ("mixed_formats", "slot_lost", "no_digit", "pages_differ", "empty_page")


@dataclass(frozen=True)
class Made:
    """What compiling came to: files by name (layouts, bases, previews), findings."""

    files: Mapping[str, bytes]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Bench:
    """A shelf with the one version that is being made."""

    version: Version
    form: str
    word: bytes
    compiled: Mapping[str, Compiled] = field(default_factory=dict)

    def versions(self) -> Sequence[Version]:
        return (self.version,)

    def holds(self, version: Version) -> bool:
        return version == self.version

    def is_form(self, _version: Version) -> bool:
        return self.form == PDF_FORM

    def docx(self, _version: Version) -> bytes:
        if self.form == PDF_FORM:
            raise NotFound("no_word_file", "this version was made from a PDF form")
        return self.word

    def shapes(self, _version: Version) -> Collection[str]:
        return list(self.compiled)

    def layout(self, _version: Version, shape: str = "") -> Layout:
        made = self.compiled[shape]
        return Layout.parse(made.layout, made.base)


def make(form: str, data: bytes, kind: Kind, settings: Settings, files: FileStore) -> Made:
    """Everything that a version needs to be printed from.

    Raises `Permanent` where it cannot be made, `TryLater` where LibreOffice is away or slow.
    """
    version = Version(kind.name, kind.language, "0")
    findings: list[Finding] = []
    if form == PDF_FORM:
        bench = Bench(version, form, b"", {"": compile_form(data, kind, lender(kind))})
    else:
        word = described(data, kind)
        bench = Bench(version, form, word, compiled(word, kind, findings))
    printer = Printer(
        Library((bench,)), files, settings, Writer(FONTS), Nobody(), Nobody(), OfficeWay(FONTS)
    )
    kept = {SOURCE: bench.word} if bench.word else {}
    for shape, one in bench.compiled.items():
        kept |= {f"{LAYOUT}{shape}": one.layout.encode(), f"{BASE}{shape}": one.base}
    kept |= previews(printer, version, kind, findings, quick=bool(bench.compiled))
    return Made(kept, findings)


class Nobody:
    """Who signs a preview, and its facts: nobody."""

    def signer(self) -> Signer:
        raise NotImplementedError

    def completed(self, pdf: bytes) -> bytes:
        raise NotImplementedError

    def digits(self, order: Order, number: str, at: datetime) -> str:
        raise NotImplementedError


def lender(kind: Kind) -> Layout | None:
    """The built-in paper, whose seal a form borrows."""
    try:
        return Layout.read(TEMPLATES / kind.name, kind.language)
    except Permanent:
        return None


def compiled(word: bytes, kind: Kind, findings: list[Finding]) -> Mapping[str, Compiled]:
    """A layout for each shape; none where each document has to go through LibreOffice."""
    plan = plan_of(word)
    if plan.reasons:
        findings.append(by_libreoffice(plan.reasons[0]))
        return {}
    try:
        return compile_shapes(word, kind.sample, FONTS)
    except Permanent as problem:
        if problem.code not in NOT_COMPILED:
            raise
        findings.append(by_libreoffice(problem.code))
        return {}


def by_libreoffice(reason: str) -> Finding:
    return Finding("by_libreoffice", NOTE, facts={"reason": reason})


def previews(
    printer: Printer, version: Version, kind: Kind, findings: list[Finding], *, quick: bool
) -> dict[str, bytes]:
    """The sample and the worst cases as PDF; quick papers in every script, slow ones in one."""
    found = {SAMPLE: shown(printer, version, dict(kind.sample), findings, SAMPLE)}
    for script in longest.SCRIPTS if quick else (longest.LATIN,):
        values = longest.longest(kind.sample, kind.language, script)
        if values == longest.longest(kind.sample, kind.language, longest.LATIN) and (
            script != longest.LATIN
        ):
            continue
        found[script] = shown(printer, version, values, findings, script)
    return {f"{PREVIEW}{name}": pdf for name, pdf in found.items() if pdf is not None}


def shown(
    printer: Printer,
    version: Version,
    values: dict[str, Any],
    findings: list[Finding],
    script: str,
) -> bytes | None:
    """The preview; what does not fit is said, and shortened until it does. None where LibreOffice
    would cut something off and cannot say what."""
    values = {name: value for name, value in values.items() if name not in OWN}
    told: dict[str, int] = {}
    for _ in range(TRIES_MOST):
        try:
            pdf = preview(printer, Order(version, values, {}))
        except Permanent as problem:
            name = str(problem.facts.get("field", ""))
            if problem.code == "does_not_fit" and not name and script != SAMPLE:
                findings.append(Finding("cut_off", NOTE, facts={"script": script}))
                return None
            if problem.code not in MISFITS or not name:
                raise
            values = without(values, name, problem, told)
            say(findings, problem, name, told, script)
        else:
            say_what_fits(findings, values, told, script)
            return pdf
    raise Permanent("too_many_misfits", "the worst case cannot be shown")


def preview(printer: Printer, order: Order) -> bytes:
    at = datetime.fromisoformat(AT)
    return printer.preview(order, at, paper=printer.paper(order, "", None))


def without(
    values: dict[str, Any], name: str, problem: Permanent, told: dict[str, int]
) -> dict[str, Any]:
    """The values with less in one field: without a character, or shorter by some."""
    path = name.split(".")

    def less(text: str) -> str:
        told.setdefault(generic(name), len(text))
        if problem.code == "missing_glyph":
            code = str(problem.facts.get("character", "U+0000"))
            return text.replace(chr(int(code.removeprefix("U+"), 16)), "")
        return text[: max(0, len(text) - max(1, len(text) // 12))].rstrip()

    def inside(value: Any, rest: list[str]) -> Any:
        if not rest:
            return less(value) if isinstance(value, str) else value
        if isinstance(value, Mapping):
            return {**value, rest[0]: inside(value.get(rest[0], ""), rest[1:])}
        if isinstance(value, list):  # every item alike: the next would not fit either
            before = value[0] if value else ""
            after = inside(before, rest[1:])
            return [after if one == before else inside(one, rest[1:]) for one in value]
        return value

    found: dict[str, Any] = inside(values, path)
    if found == values:
        raise problem
    return found


def generic(name: str) -> str:
    """`courses.3.title` as `courses.title`."""
    return ".".join(part for part in name.split(".") if not part.isdigit())


def say(
    findings: list[Finding], problem: Permanent, name: str, told: Mapping[str, int], script: str
) -> None:
    """Each misfit once: a field, and with which letters."""
    field_name = generic(name)
    facts: dict[str, Any] = {"name": field_name, "script": script}
    if problem.code == "missing_glyph":
        facts["character"] = problem.facts.get("character", "")
    else:
        facts["characters"] = told.get(field_name, 0)
    finding = Finding(problem.code, NOTE, facts=facts)
    if all(same_of(finding) != same_of(other) for other in findings):
        findings.append(finding)


def same_of(finding: Finding) -> tuple[Any, ...]:
    """What makes two misfits one: names of people may fit in one script and not in another."""
    name = str(finding.facts.get("name", ""))
    of_person = name.rpartition(".")[2] in longest.PEOPLE
    script = finding.facts.get("script") if of_person else ""
    return finding.code, name, script, finding.facts.get("character")


def say_what_fits(
    findings: Sequence[Finding], values: Mapping[str, Any], told: Mapping[str, int], script: str
) -> None:
    """How many letters were left when it fitted."""
    for finding in findings:
        name = finding.facts.get("name", "")
        if finding.code == "does_not_fit" and finding.facts["script"] == script and name in told:
            finding.facts["fits"] = len(text_at(values, name.split(".")))


def text_at(value: Any, path: Sequence[str]) -> str:
    """The text at a path, of a list that of its first item."""
    for name in path:
        value = value[0] if isinstance(value, list) and value else value
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return value if isinstance(value, str) else ""
