"""Looking through a Word template: everything that staff should know before it is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from services.certs.layout.plan import sources
from services.certs.layout.render import render
from services.certs.layout.soffice import STAND_INS
from services.certs.templates import tags, words
from services.certs.templates.fields import NEEDED, NEEDED_PICTURES, OWN, Kind
from services.certs.templates.findings import NOTE, Finding, Place, Unsafe
from services.certs.templates.package import Package, open_package
from services.certs.templates.tags import Seen
from services.certs.templates.words import ASIAN, Paragraph
from shared.errors import Permanent
from shared.fit.faces import NAMES

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
OPENING = re.compile(r"\{[{%#]|[}%#]\}")
# `{%p …%}` takes the paragraph, `tr` the row, `tc` the cell, `r` the run: for Jinja just a tag.
PREFIX = re.compile(r"^(\{[{%#])(?:p|tr|tc|r)\s")
SPECIAL = re.compile(r"^\{%-?\s*(colspan|cellbg|vm|hm)\b")
QUOTES = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
DC = "{http://purl.org/dc/elements/1.1/}"
CORE = "docProps/core.xml"
LANGUAGES = {"ko": "ko-KR", "en": "en-US"}
# Every face that documents can embed, by the names that people know and by ours.
SHIPPED = frozenset(
    [*STAND_INS, *STAND_INS.values(), *(n.partition("-")[0] for n in NAMES.values())]
)


def lint(data: bytes, kind: Kind) -> list[Finding]:
    """What is to be said of a Word template. Raises Unsafe: it is not even kept."""
    package = open_package(data)
    paragraphs = list(words.paragraphs(package))
    seen = Seen()
    seen.findings += broken_tags(paragraphs)
    read_tags(paragraphs, kind, seen)
    refuse_hidden_tags(data, package, kind, seen)
    found = [
        *seen.findings,
        *missing_places(package, kind, seen),
        *unused(kind, seen),
        *faces(paragraphs),
        *languages(paragraphs),
        *properties(package, kind),
    ]
    if not any(one.severity == "block" for one in found):
        found += trial(data, kind)
    return found


def broken_tags(paragraphs: Sequence[Paragraph]) -> Iterator[Finding]:
    """A tag that opens and does not close in its paragraph, or the other way round."""
    for paragraph in paragraphs:
        if OPENING.search(TAG.sub("", paragraph.text)):
            yield Finding("unclosed_tag", place=paragraph.place)


def read_tags(paragraphs: Sequence[Paragraph], kind: Kind, seen: Seen) -> None:
    """The tags in the order of the document, one a line, so that each is found again."""
    found = list(tags_of(paragraphs))
    for place, tag in found:
        if special := SPECIAL.match(tag):
            seen.findings.append(Finding("tag_special", place=place, facts={"name": special[1]}))
    plain = [(place, tag) for place, tag in found if not SPECIAL.match(tag)]
    last = paragraphs[-1].place if paragraphs else Place("body")

    def where(line: int | None) -> Place:
        return plain[line - 1][0] if line and line <= len(plain) else last

    reader = tags.Reader(kind, where, seen)
    reader.read("\n".join(tag for _, tag in plain))


def tags_of(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[Place, str]]:
    for paragraph in paragraphs:
        for match in TAG.finditer(paragraph.text):
            tag = " ".join(match[0].split()).translate(QUOTES)
            if not tag.startswith("{#"):
                yield paragraph.place, PREFIX.sub(r"\1 ", tag)


def refuse_hidden_tags(data: bytes, package: Package, kind: Kind, seen: Seen) -> None:
    """The same once more on what will really be run: tags may hide in properties or alone."""
    before = {finding.code for finding in seen.findings}
    hidden = Seen()
    try:
        parts = sources(data)
    except (Permanent, ValueError, KeyError, AttributeError, TypeError) as wrong:
        raise Unsafe("not_a_docx") from wrong
    parts += [element.text or "" for element in core(package)]
    parts += [
        "".join(root.itertext()) for part, _name, root in package.text_parts() if part == "notes"
    ]
    for source in parts:
        tags.Reader(kind, lambda _line: Place("file"), hidden, names=False).read(source)
    seen.findings += [
        finding
        for finding in hidden.findings
        if finding.code not in before and finding.severity == "block"
    ]


def missing_places(package: Package, kind: Kind, seen: Seen) -> Iterator[Finding]:
    """What every paper needs: its number, the QR code, the seal; and whoever signs it."""
    names = {name for part, name, _alt in words.pictures(package) if part == "body"}
    for name in NEEDED:
        if name not in seen.used:
            yield Finding("missing_field", facts={"name": name})
    for name in (*NEEDED_PICTURES, *(f"signature_{role}" for role in kind.signers)):
        if name not in names:
            yield Finding("missing_picture", facts={"name": name})
    for part, name, alt in words.pictures(package):
        if not alt and part == "body":
            yield Finding("no_alternative", NOTE, Place(part), {"name": name})


def unused(kind: Kind, seen: Seen) -> Iterator[Finding]:
    """Values that the paper does not show. What certs adds of itself may be left out."""
    for name in kind.names:
        if name not in seen.used and name not in OWN:
            yield Finding("unused_field", NOTE, facts={"name": name})


def faces(paragraphs: Sequence[Paragraph]) -> Iterator[Finding]:
    """Faces that documents cannot embed, each once, where it is first used."""
    told: set[str] = set()
    for paragraph in paragraphs:
        for run in paragraph.runs:
            for face in faces_of(run):
                if face not in SHIPPED and face not in told:
                    told.add(face)
                    yield Finding("missing_font", place=paragraph.place, facts={"font": face})


def faces_of(run: words.Run) -> Iterator[str]:
    """The faces that a run takes: of a value both, since nobody knows its script before."""
    text, is_value = run.text, "{{" in run.text or "}}" in run.text
    if "{%" in text or not text.strip():
        return
    if is_value or ASIAN.search(text):
        yield run.asian or run.latin or "?"
    if is_value or ASIAN.sub("", text).strip():
        yield run.latin or run.asian or "?"


def languages(paragraphs: Sequence[Paragraph]) -> Iterator[Finding]:
    """The language that lines are broken by: Korean, else words would be cut (facts.md)."""
    told: set[str] = set()
    for paragraph in paragraphs:
        for run in paragraph.runs:
            if run.text.strip() and run.language != "ko-KR" and run.language not in told:
                told.add(run.language)
                facts = {"language": run.language or "–"}
                yield Finding("east_asian_language", place=paragraph.place, facts=facts)


def core(package: Package) -> list[Any]:
    root = package.trees.get(CORE)
    return [] if root is None else [element for element in root.iter() if element.text]


def properties(package: Package, kind: Kind) -> Iterator[Finding]:
    """Title and language, which the paper says of itself."""
    root = package.trees.get(CORE)
    place = Place("properties")
    title = "" if root is None else (root.findtext(f"{DC}title") or "").strip()
    language = "" if root is None else (root.findtext(f"{DC}language") or "").strip()
    if not title:
        yield Finding("missing_title", NOTE, place, {"title": kind.title})
    if not language:
        yield Finding("missing_language", NOTE, place, {"language": LANGUAGES[kind.language]})
    elif language.partition("-")[0].lower() != kind.language:
        facts = {"language": language[:20], "wanted": LANGUAGES[kind.language]}
        yield Finding("wrong_language", place=place, facts=facts)


def trial(data: bytes, kind: Kind) -> list[Finding]:
    """Filled once with the sample: what fails here would fail for everybody."""
    try:
        render(described(data, kind), {**kind.sample, "long": []})
    except Permanent:
        return [Finding("cannot_be_filled")]
    return []


def described(data: bytes, kind: Kind) -> bytes:
    """The same file with a title and a language in its properties."""
    from docx import Document

    document = Document(BytesIO(data))
    document.core_properties.title = document.core_properties.title.strip() or kind.title
    document.core_properties.language = LANGUAGES[kind.language]
    packed = BytesIO()
    document.save(packed)
    return packed.getvalue()
