"""Whatever strangers send is shown to the virus scanner before it is kept (ASVS 5.4.3)."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

from services.forms.app import create_app
from shared.scanner import Clamd, open_scanner
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import WAIVER, pdf, signed_in
from tests.parts.clamd import clamd

KNOWN = b"stream: Eicar-Test-Signature FOUND\0"
PATH = "/apply/tuition_waiver"
AWAY = Clamd("", 0, "/nowhere/clamd.ctl")


def scanned(campus: Campus, scanner: Clamd) -> Campus:
    parts = replace(campus.parts, scanner=scanner)
    app = create_app(parts)
    app.testing = True
    return replace(campus, parts=parts, app=app)


def clamd_at(address: str) -> Clamd:
    found = open_scanner(address)
    assert isinstance(found, Clamd)
    return found


def kept(folder: Path) -> int:
    return sum(one.is_file() for one in folder.rglob("*"))


def test_a_student_reads_which_file_is_harmful_and_it_is_not_kept(
    campus: Campus, tmp_path: Path
) -> None:
    with clamd(said=KNOWN) as address:
        student = signed_in(scanned(campus, clamd_at(address)), HAN, "en")
        student.speak("en")
        student.open(PATH)
        page = student.post(PATH, do="save", **WAIVER, files=pdf("scan.pdf"))
    assert "“scan.pdf” is known as harmful to the virus scanner." in page.words
    assert kept(tmp_path / "files") == 0


def test_programs_are_told_too_and_a_scanner_that_is_away_keeps_nothing_out_but_files(
    campus: Campus,
) -> None:
    data = pdf()[0].read()
    with clamd(said=KNOWN) as address:
        api = scanned(campus, clamd_at(address)).client(HAN)
        body = {"kind": "tuition_waiver", "answers": {}, "submit": False}
        path = f"/applications/{api.post('/applications', body).json['id']}/attachments"
        harmful = api.upload(path, "scan.pdf", data)
        office = scanned(campus, clamd_at(address)).client(DESK)
        form = {"file": (io.BytesIO(data), "scan.pdf"), "kind": "tuition_waiver"}
        entered = office.send(
            "POST", "/desk/paper", None, None, data=form, content_type="multipart/form-data"
        )
    for answer in (harmful, entered):
        assert (answer.status_code, answer.json["type"][-15:]) == (422, "upload_infected")
    away = scanned(campus, AWAY).client(HAN)
    refused = away.upload(path, "scan.pdf", data)
    assert (refused.status_code, refused.json["type"][-12:]) == (503, "scanner_away")
    assert away.get(path.removesuffix("/attachments")).json["attachments"] == []
    with clamd() as address:
        clean = scanned(campus, clamd_at(address)).client(HAN)
        assert clean.upload(path, "scan.pdf", data).status_code == 201
