"""The ZIP from the side of forms: asked for when all is settled, offered for a week, once."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.forms.bulk import archiving, life
from services.forms.bulk.sheet import written
from shared.errors import Conflict, Gone, NotFound, Permanent, TryLater
from shared.links import read_pass
from shared.messages import ArchiveFailed, ArchiveFinished, ArchiveProgressed, ArchiveRequested
from tests.forms.bulk.scene import ENROLLED, NOBODY, ON_LEAVE, STRANGER, Scene, number_of


@pytest.fixture
def settled(scene: Scene) -> Scene:
    """Four were issued, one was refused, one is nobody."""
    scene.started(*ENROLLED, ON_LEAVE, NOBODY)
    scene.worker.drain()
    scene.answer(scene.asked())
    scene.worker.drain()
    return scene


def listed(scene: Scene, request: ArchiveRequested) -> list[dict[str, str]]:
    data = scene.campus.parts.files.get(request.file_id, request.sha256)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def finish(scene: Scene, request: ArchiveRequested, **changes: Any) -> None:
    until = scene.campus.clock.now() + timedelta(days=7)
    told = {"documents": 4, "left_out": 0, "size": 4321, "until": until, **changes}
    scene.campus.hears(ArchiveFinished(archive_id=request.archive_id, **told))


def test_the_list_names_each_row_and_file_and_no_person(settled: Scene) -> None:
    request = settled.archive()
    rows = listed(settled, request)
    assert [one["student_number"] for one in rows] == [*ENROLLED, ON_LEAVE, NOBODY]
    first = rows[0]
    assert first["file"] == f"{ENROLLED[0]}_certificate_enrollment_ko.pdf"
    assert first["document_number"]
    assert [bool(one["document_number"]) for one in rows] == [True] * 4 + [False] * 2
    assert "휴학" in rows[4]["result"], "in the language of whoever began it"
    whole = settled.campus.parts.files.get(request.file_id).decode()
    assert not any(one.name_ko in whole for one in settled.applications())


def test_there_is_no_zip_before_everything_is_settled(scene: Scene) -> None:
    scene.started(*ENROLLED)
    scene.worker.drain()
    *some, last = scene.asked()
    scene.answer(some)
    scene.worker.drain()
    assert scene.view.archive is None
    with scene.campus.write() as session, pytest.raises(Conflict):
        archiving.address(session, scene.campus.parts, scene.office, scene.id)
    scene.answer([last])
    scene.worker.drain()
    assert scene.view.archive is not None


def test_a_list_of_which_nothing_was_issued_has_no_zip(scene: Scene) -> None:
    scene.started(ENROLLED[0])
    scene.worker.drain()
    scene.fail(scene.asked()[0])
    scene.worker.drain()
    assert scene.view.state == "done"
    assert scene.view.archive is None
    assert scene.said(ArchiveRequested) == []


def test_it_is_asked_for_once_and_its_progress_is_seen(settled: Scene) -> None:
    request = settled.archive()
    settled.worker.drain()
    assert settled.said(ArchiveRequested) == []
    for checked in (4, 2):  # messages may overtake one another
        settled.campus.hears(ArchiveProgressed(archive_id=request.archive_id, checked=checked))
    archive = settled.view.archive
    assert archive is not None
    assert (archive.state, archive.checked) == ("asked", 4)


def test_the_office_alone_is_led_to_it_for_two_minutes(settled: Scene) -> None:
    request = settled.archive()
    finish(settled, request)
    parts, stranger = settled.campus.parts, settled.campus.person(STRANGER)
    with settled.campus.write() as session:
        address = archiving.address(session, parts, settled.office, settled.id)
        with pytest.raises(NotFound):
            archiving.address(session, parts, stranger, settled.id)
    token = address.removeprefix("/files/")
    claims = read_pass("file", token, settled.campus.clock.now(), parts.keyring)
    assert (claims["subject"], claims["form"]) == (request.archive_id, "zip")
    assert claims["name"].startswith("certificate_enrollment_2022-09-06_")
    later = settled.campus.clock.now() + timedelta(seconds=121)
    with pytest.raises(Permanent):
        read_pass("file", token, later, parts.keyring)


def test_the_list_is_removed_from_the_store_when_the_zip_is_there(settled: Scene) -> None:
    request = settled.archive()
    finish(settled, request)
    assert not settled.campus.parts.files.exists(request.file_id)
    archive = settled.view.archive
    assert archive is not None
    assert (archive.state, archive.documents, archive.size) == ("offered", 4, 4321)


def test_after_its_time_it_is_gone_and_can_be_packed_again(settled: Scene) -> None:
    first = settled.archive()
    finish(settled, first)
    settled.campus.clock.advance(timedelta(days=7))
    assert settled.view.archive is not None
    assert settled.view.archive.state == "over"
    with settled.campus.write() as session, pytest.raises(Gone):
        archiving.address(session, settled.campus.parts, settled.office, settled.id)
    for _ in range(10):
        settled.do(life.pack_again)
    settled.worker.drain()
    again = settled.archive()
    assert again.archive_id != first.archive_id
    finish(settled, first)  # an answer to the older one changes nothing
    assert settled.view.archive.state == "asked"
    finish(settled, again)
    assert settled.view.archive.state == "offered"


def test_a_refused_zip_names_the_row(settled: Scene) -> None:
    request = settled.archive()
    detail = {"row": "3", "number": "K7QM-2R8D-9XFC-H4TA-3"}
    settled.campus.hears(
        ArchiveFailed(archive_id=request.archive_id, code="file_damaged", detail=detail)
    )
    archive = settled.view.archive
    assert archive is not None
    assert archive.state == "failed"
    assert archive.trouble == {**detail, "code": "file_damaged"}
    with settled.campus.write() as session, pytest.raises(Conflict):
        archiving.address(session, settled.campus.parts, settled.office, settled.id)


def test_rows_that_were_issued_later_are_in_a_newer_zip(scene: Scene) -> None:
    scene.started(*ENROLLED)
    scene.worker.drain()
    first, *others = scene.asked()
    scene.answer(others)
    scene.fail(first)
    scene.worker.drain()
    request = scene.archive()
    assert sum(bool(one["file"]) for one in listed(scene, request)) == 3
    finish(scene, request, documents=3)
    scene.do(life.retry)
    scene.worker.drain()
    scene.answer(scene.asked())
    scene.worker.drain()
    newer = scene.archive()
    assert sum(bool(one["file"]) for one in listed(scene, newer)) == 4
    assert number_of(first) not in {one["document_number"] for one in listed(scene, newer)}


class FullDisk:
    """A store that cannot be written now."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def put(self, data: bytes, file_id: str | None = None) -> Any:
        raise TryLater("store_unavailable")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def test_while_the_disk_is_full_the_list_waits_and_goes_on_afterwards(scene: Scene) -> None:
    scene.started(ENROLLED[0])
    scene.worker.drain()
    scene.answer(scene.asked())
    full = replace(scene.campus.parts, files=FullDisk(scene.campus.parts.files))
    with pytest.raises(TryLater):
        type(scene.worker)(full).drain()
    assert scene.view.state == "issuing"
    scene.worker.drain()
    assert scene.view.state == "done"
    assert scene.archive()


def test_a_cell_that_a_sheet_would_run_is_text() -> None:
    rows = [("=cmd()", "+1", "-1", "@x", "\tx", " =1", "plain", "a=b")]
    data = written(("a", "b", "c", "d", "e", "f", "g", "h"), rows).decode("utf-8-sig")
    [cells] = list(csv.reader(io.StringIO(data)))[1:]
    assert cells == ["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "' =1", "plain", "a=b"]
