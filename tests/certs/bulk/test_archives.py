"""A ZIP is offered when every paper in it was read back and says what its facts say."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from services.certs.bulk.archive import forget_old, open_archive
from services.certs.bulk.comparing import missing, texts_of
from services.certs.bulk.tables import ArchiveRow, PartRow
from services.certs.handout import hand_out
from services.certs.heads.making import Log
from services.certs.ledger import DocumentFacts
from shared.errors import Gone, NotFound, TryLater
from shared.links import file_capability
from shared.messages import (
    ArchiveFailed,
    ArchiveFinished,
    ArchiveProgressed,
    DocumentRevocationRequested,
)
from tests.certs.bulk.scene import Packing


def test_papers_are_packed_with_their_list(either_packing: Packing) -> None:
    packing = either_packing
    papers = packing.papers(3)
    archive_id = packing.ask(papers, [("9", "1999-0001", "", "", "Refused")])
    packing.archivist().drain()
    [done] = packing.said(ArchiveFinished)
    assert (done.archive_id, done.documents, done.left_out) == (archive_id, 3, 0)
    opened = packing.zip(archive_id)
    assert opened.testzip() is None
    assert len(opened.namelist()) == 4
    for n, paper in enumerate(papers, start=2):
        issued = packing.office.files.get(paper.file_id)
        assert opened.read(f"2025-{n:04d}_tuition_waiver_{n}.pdf") == issued
    index = packing.index(archive_id)
    assert [one["document_number"] for one in index] == [*(p.number for p in papers), ""]
    assert index[3]["result"] == "Refused"
    assert [one.checked for one in packing.said(ArchiveProgressed)] == [4]


def test_the_same_request_ten_times_is_one_zip(packing: Packing) -> None:
    papers = packing.papers(1)
    first = packing.ask(papers)
    for _ in range(9):
        packing.ask(papers, archive_id=first)
    packing.archivist().drain()
    assert len(packing.said(ArchiveFinished)) == 1


def test_a_revoked_paper_is_left_out_and_the_list_says_so(packing: Packing) -> None:
    papers = packing.papers(2)
    archive_id = packing.ask(papers)
    packing.office.hear(DocumentRevocationRequested(number=papers[0].number, code="error"))
    packing.archivist().drain()
    [done] = packing.said(ArchiveFinished)
    assert (done.documents, done.left_out) == (1, 1)
    first, second = packing.index(archive_id)
    assert (first["file"], first["document_number"]) == ("", papers[0].number)
    assert "취소" in first["result"]
    assert second["file"]
    assert len(packing.zip(archive_id).namelist()) == 2


def damage(packing: Packing, file_id: str) -> None:
    """One bit of a stored file turns over."""
    path = Path(packing.office.settings.data) / "files" / file_id[:2] / file_id
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def test_a_damaged_file_refuses_the_zip_and_names_the_row(packing: Packing) -> None:
    papers = packing.papers(3)
    damage(packing, papers[1].file_id)
    archive_id = packing.ask(papers)
    packing.archivist().drain()
    [failed] = packing.said(ArchiveFailed)
    assert (failed.archive_id, failed.code) == (archive_id, "file_damaged")
    assert (failed.detail["row"], failed.detail["number"]) == ("3", papers[1].number)
    assert packing.said(ArchiveFinished) == []
    with pytest.raises(NotFound):
        open_archive(packing.office.parts, archive_id)


def test_a_missing_file_refuses_the_zip(packing: Packing) -> None:
    papers = packing.papers(1)
    packing.office.files.remove(papers[0].file_id)
    packing.ask(papers)
    packing.archivist().drain()
    [failed] = packing.said(ArchiveFailed)
    assert (failed.code, failed.detail["row"]) == ("file_missing", "2")


def test_a_paper_that_says_something_else_than_its_facts_refuses_the_zip(packing: Packing) -> None:
    papers = packing.papers(2)
    with packing.office.database.write() as session:
        row = session.get_one(DocumentFacts, papers[1].number)
        values = {**row.facts["values"], "name": "다른 사람"}
        session.execute(
            update(DocumentFacts)
            .where(DocumentFacts.number == row.number)
            .values(facts={**row.facts, "values": values})
        )
    packing.ask(papers)
    packing.archivist().drain()
    [failed] = packing.said(ArchiveFailed)
    assert failed.code == "paper_differs"
    assert failed.detail == {"field": "name", "row": "3", "number": papers[1].number}


def test_every_printed_value_of_a_paper_is_found_in_its_text(packing: Packing) -> None:
    [paper] = packing.papers(1)
    [text] = texts_of([packing.office.files.get(paper.file_id)])
    assert text is not None
    values = {
        "applicant": {"name": "한도윤"},
        "rows": [{"a": "x"}, {"a": "없는 값"}],
        "unused": "y",
    }
    assert list(missing(values, ["rows[0].a"], f"{text} x")) == ["rows.a"]
    assert list(missing(values, ["rows.0.a"], f"{text} x 없는값")) == []
    assert list(missing(values, ["nothing"], text)) == []
    assert texts_of([b"no pdf", b""]) == [None, None]


def test_a_number_that_was_never_issued_refuses_the_zip(packing: Packing) -> None:
    packing.ask([], [("2", "2025-0001", "K7QM-2R8D-9XFC-H4TA-3", "a.pdf", "x")])
    packing.archivist().drain()
    [failed] = packing.said(ArchiveFailed)
    assert (failed.code, failed.detail["row"]) == ("unknown_number", "2")


def test_a_list_that_is_not_as_sent_refuses_the_zip(packing: Packing) -> None:
    packing.ask(packing.papers(1))
    with packing.office.database.read() as session:
        file_id = session.scalars(select(ArchiveRow.list_file_id)).one()
    damage(packing, file_id)
    packing.archivist().drain()
    assert [one.code for one in packing.said(ArchiveFailed)] == ["file_damaged"]


class FullDisk:
    """A store that takes so many files and then no more."""

    def __init__(self, inner: Any, room: int) -> None:
        self._inner, self.room = inner, room

    def put(self, data: bytes, file_id: str | None = None) -> Any:
        if self.room == 0:
            raise TryLater("store_unavailable")
        self.room -= 1
        return self._inner.put(data, file_id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


@pytest.mark.parametrize("room", [0, 1])
def test_a_full_disk_is_waited_for(packing: Packing, room: int) -> None:
    archive_id = packing.ask(packing.papers(1))
    full = FullDisk(packing.office.files, room)
    with pytest.raises(TryLater):
        packing.archivist(files=full).drain()
    assert packing.said(ArchiveFailed) == []
    full.room = 10
    packing.archivist(files=full).drain()
    assert packing.zip(archive_id).testzip() is None


def test_it_is_handed_out_by_a_capability_with_its_length(packing: Packing) -> None:
    archive_id = packing.ask(packing.papers(1))
    parts = packing.office.parts
    pass_ = file_capability(archive_id, "zip", packing.office.clock.now(), parts.keyring, "a.zip")
    with pytest.raises(NotFound):
        hand_out(parts, pass_, Log())
    packing.archivist().drain()
    handed = hand_out(parts, pass_, Log())
    assert (handed.media_type, handed.name) == ("application/zip", "a.zip")
    assert not isinstance(handed.data, bytes), "piece by piece, whatever its size"
    assert sum(map(len, handed.data)) == handed.size


def test_after_a_week_it_is_gone_from_the_store_and_the_papers_stay(packing: Packing) -> None:
    papers = packing.papers(2)
    archive_id = packing.ask(papers)
    packing.archivist().drain()
    with packing.office.database.read() as session:
        lying = list(session.scalars(select(PartRow.file_id)))
    assert len(lying) == 2
    now = packing.office.clock.now()
    assert forget_old(packing.office.parts, now + timedelta(days=6)) == 0
    packing.office.clock.advance(timedelta(days=7))
    with pytest.raises(Gone):
        open_archive(packing.office.parts, archive_id)
    packing.archivist().step()
    assert not any(packing.office.files.exists(one) for one in lying)
    assert all(packing.office.files.exists(one.file_id) for one in papers)
    with pytest.raises(Gone):
        open_archive(packing.office.parts, archive_id)


def test_what_was_packed_of_a_refused_zip_is_removed(packing: Packing) -> None:
    papers = packing.papers(3)
    damage(packing, papers[2].file_id)
    packing.ask(papers)
    packing.archivist(chunk_rows=1).drain()
    assert len(packing.said(ArchiveFailed)) == 1
    assert len(packing.said(ArchiveProgressed)) == 2
    assert forget_old(packing.office.parts, packing.office.clock.now()) == 1
    with packing.office.database.read() as session:
        assert session.scalars(select(PartRow.file_id)).all() == []
    assert forget_old(packing.office.parts, packing.office.clock.now()) == 0
