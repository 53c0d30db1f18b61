"""What no layout serves is laid out by LibreOffice, before the transaction, and counted."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import page as judge
import pytest

from services.certs import counted, issue
from services.certs.layout.layout import Layout
from services.certs.layout.office_way import OfficeWay
from services.certs.layout.write import Writer
from services.certs.library import BuiltIn, Library, Version
from services.certs.sign import Signer
from shared.consumer import Received
from shared.errors import Permanent, TryLater
from shared.messages import DocumentFailed, Envelope
from tests.certs.layout.desk import FONTS, NOON, flaws_of_tags, read_text, run, squeezed
from tests.certs.layout.drafts import Draft
from tests.certs.parts import Office, facts, request

TERMS = (
    "{{ name|upper }}",
    "{%p for term in terms %}",
    "{{ term.title }}",
    "{%p for course in term.courses %}",
    "{{ course }}",
    "{%p endfor %}",
    "{%p endfor %}",
)
VALUES: dict[str, Any] = {
    "name": "Han Doyun",
    "terms": [
        {"title": "1st semester 2026", "courses": ["Algebra & <Topology>", "양자역학 특론"]},
        {"title": "2nd semester 2026", "courses": ["Optics"]},
    ],
}
VERSION = Version("tuition_waiver", "ko", "9")


class Drawer:
    """A shelf with one template that has no layout."""

    def __init__(self, docx: bytes) -> None:
        self._docx = docx

    def versions(self) -> Sequence[Version]:
        return (VERSION,)

    def holds(self, version: Version) -> bool:
        return version == VERSION

    def docx(self, version: Version) -> bytes:
        return self._docx

    def shapes(self, version: Version) -> Collection[str]:
        return ()

    def layout(self, version: Version, shape: str = "") -> Layout:
        raise Permanent("template_damaged", "there is none")


@pytest.fixture
def odd_office(office: Office) -> Office:
    """An office with a template whose loops nest."""
    library = Library((BuiltIn(), Drawer(Draft(*TERMS, "{{ document_number }}").docx)))
    way = OfficeWay(FONTS, seconds=400)
    press = replace(office.parts.press, library=library, office=way)  # type: ignore[type-var]
    office.parts = replace(office.parts, library=library, press=press)
    office.with_files(office.files)
    return office


def an_order() -> Any:
    return replace(request(), facts=facts() | {"values": VALUES}, template_version="9")


@pytest.fixture
def soffice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a program in LibreOffice's place; its folder is where it may leave signs of life."""

    def put(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "soffice"
        program.write_text(f'#!/bin/sh\ncd "{folder}"\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        return folder

    return put


def test_its_paper_is_one_like_every_other(tmp_path: Path) -> None:
    """Every value, number and signature; PDF/A-2a and PDF/UA-1 still."""
    writer, signer = Writer(FONTS), Signer.create(tmp_path / "key", "Dojang University", NOON)
    layout = OfficeWay(FONTS, seconds=400).lay_out(Draft(*TERMS).docx, VALUES | {"seal": True})
    pdf = writer.write(layout, {}, {}, number="N-1", at=NOON, qr_text="", signer=signer)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    for profile in ("2a", "ua1"):
        found = judge.validate_pdf(str(tmp_path / "paper.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    assert run("qpdf", "--check", tmp_path / "paper.pdf").returncode == 0
    assert flaws_of_tags(pdf) == []
    text = squeezed(read_text(pdf))
    for said in ("HANDOYUN", "Algebra&<Topology>", "양자역학특론", "Optics", "2ndsemester2026"):
        assert said in text


def test_words_that_would_be_cut_off_are_refused() -> None:
    draft = Draft().table([["{{ name|title }}"]], heading=False).docx
    way = OfficeWay(FONTS, seconds=400)
    assert way.lay_out(draft, {"name": "short"})
    with pytest.raises(Permanent) as refused:
        way.lay_out(draft, {"name": "a very long name " * 20})
    assert refused.value.code == "does_not_fit"


def test_a_letter_that_no_face_holds_is_refused_by_name() -> None:
    values = VALUES | {"terms": [{"title": "سنة", "courses": []}]}
    with pytest.raises(Permanent) as refused:
        OfficeWay(FONTS).lay_out(Draft(*TERMS).docx, values)
    assert (refused.value.code, refused.value.facts["field"]) == ("missing_glyph", "terms.0.title")


@pytest.mark.parametrize(
    "script",
    ["sleep 600 & sleep 600", "exit 0", "exit 81", "kill -9 $$"],
    ids=["hangs", "writes nothing", "fails", "is killed"],
)
def test_a_libreoffice_that_does_not_do_it_is_asked_again_later(
    soffice: Callable[[str], Path], script: str
) -> None:
    soffice(script)
    begun = time.monotonic()
    with pytest.raises(TryLater) as later:
        OfficeWay(FONTS, seconds=3).lay_out(Draft(*TERMS).docx, VALUES)
    assert later.value.code == "office_failed"
    assert time.monotonic() - begun < 400


def test_a_libreoffice_that_eats_memory_is_stopped(soffice: Callable[[str], Path]) -> None:
    folder = soffice("python3 -c 'b = bytearray(4 << 30)' && touch fat")
    with pytest.raises(TryLater):
        OfficeWay(FONTS, seconds=60).lay_out(Draft(*TERMS).docx, VALUES)
    assert not (folder / "fat").exists()


def test_where_there_is_no_libreoffice_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(Permanent) as refused:
        OfficeWay(FONTS).lay_out(Draft(*TERMS).docx, VALUES)
    assert refused.value.code == "needs_libreoffice"


def test_it_is_issued_like_any_other_and_counted(odd_office: Office) -> None:
    odd_office.hear(an_order())
    (document,) = odd_office.documents()
    pdf = odd_office.files.get(document.file_id, document.sha256)
    text = squeezed(read_text(pdf))
    assert squeezed(document.number) in text
    assert "양자역학특론" in text
    with odd_office.database.read() as session:
        assert counted.counts(session) == {VERSION: 1}


def test_a_paper_that_a_layout_serves_is_not_counted(odd_office: Office) -> None:
    odd_office.issue()
    with odd_office.database.read() as session:
        assert counted.counts(session) == {}


def test_after_three_failures_the_office_is_told_and_nothing_is_left(
    odd_office: Office, soffice: Callable[[str], Path]
) -> None:
    soffice("exit 0")
    message = an_order()
    envelope = Envelope.wrap(message, at=NOON, correlation_id="case-1")
    for attempt in (1, 2):
        with pytest.raises(TryLater):
            issue.prepare(Received(message, envelope, attempt), odd_office.parts)
    outcome = issue.prepare(Received(message, envelope, 3), odd_office.parts)
    with odd_office.database.write() as session:
        issue.issue(session, Received(message, envelope, 3, outcome), odd_office.parts)
    (said,) = odd_office.said()
    assert isinstance(said, DocumentFailed)
    assert said.code == "office_failed"
    assert odd_office.documents() == []


def test_without_libreoffice_the_request_fails_at_once(
    odd_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    odd_office.hear(an_order())
    (said,) = odd_office.said()
    assert isinstance(said, DocumentFailed)
    assert said.code == "needs_libreoffice"
    assert odd_office.dead() == []
