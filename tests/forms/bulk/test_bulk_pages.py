"""The office at the pages of bulk issues: sound, in both languages, without scripts."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from services.forms.bulk.worker import Bulk
from shared.messages import (
    ArchiveFailed,
    ArchiveFinished,
    ArchiveRequested,
    DocumentFailed,
    DocumentRequested,
)
from tests.forms.bulk.scene import KIND, OFFICER, ON_LEAVE, STRANGER, number_of
from tests.forms.campus import HAN, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults

NEW = f"/desk/bulk/new/{KIND}"
ASKED = {"language": "ko", "copies": "1", "purpose": "제출용", "tell": "no"}
LIST = f"학번,이름\n{HAN},한서윤\n2024-1042,임도윤\n{ON_LEAVE},백서준\n=1+1,x\n"


def send(office: Browser, text: str = LIST, **changes: str) -> Page:
    office.open(NEW)
    sheet = office.page.hidden("sheet")
    file = (io.BytesIO(text.encode("cp949")), "명단.csv")
    return office.post(NEW, file=file, sheet=sheet, **{**ASKED, **changes})


def issue(campus: Campus) -> None:
    for one in campus.said():
        if isinstance(one, DocumentRequested):
            campus.issue(one, number_of(one))


@pytest.fixture(params=["ko", "en"])
def office(request: pytest.FixtureRequest, campus: Campus) -> Browser:
    return signed_in(campus, OFFICER, request.param)


def test_every_page_of_a_bulk_issue_is_sound(campus: Campus, office: Browser) -> None:
    worker, pages = Bulk(campus.parts), [office.open("/desk/bulk"), office.open(NEW)]
    pages += [send(office, "x,y\n1,2\n"), send(office, purpose=""), send(office)]
    path = office.page.address
    assert office.page.headers["Refresh"] == "2"
    worker.drain()
    pages.append(office.open(path))
    assert "Refresh" not in office.page.headers
    pages.append(office.post(f"{path}/start"))
    assert office.page.headers["Refresh"] == "2"
    worker.drain()
    first, second = (one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.issue(first, number_of(first))
    campus.hears(
        DocumentFailed(
            issue_id=second.issue_id,
            application_id=second.application_id,
            code="does_not_fit",
            detail={},
        )
    )
    worker.drain()
    pages.append(office.open(path))
    [request] = [one for one in campus.said() if isinstance(one, ArchiveRequested)]
    campus.hears(
        ArchiveFailed(
            archive_id=request.archive_id,
            code="file_damaged",
            detail={"row": "2", "number": number_of(first)},
        )
    )
    pages.append(office.open(path))
    assert number_of(first) in office.page.words
    pages += [office.post(f"{path}/pack"), office.open("/desk/bulk")]
    worker.drain()
    [request] = [one for one in campus.said() if isinstance(one, ArchiveRequested)]
    until = campus.clock.now() + timedelta(days=7)
    campus.hears(
        ArchiveFinished(
            archive_id=request.archive_id, documents=1, left_out=1, size=99_000, until=until
        )
    )
    pages.append(office.open(path))
    assert office.page.tree.xpath(f'//a[@href="{path}/zip"]')
    campus.clock.advance(timedelta(days=8))
    office = signed_in(campus, OFFICER)
    pages.append(office.open(path))
    assert not office.page.tree.xpath(f'//a[@href="{path}/zip"]')
    assert {page.status for page in pages} <= {200, 422}
    assert [found for page in pages for found in faults(page)] == []


def test_the_heading_is_the_answer_at_each_step(campus: Campus) -> None:
    office, worker = signed_in(campus, OFFICER, "en"), Bulk(campus.parts)
    page = send(office)
    assert page.heading == "0 of 4 rows checked"
    worker.drain()
    page = office.open(page.address)
    assert page.heading == "2 may have it, 2 may not"
    assert "Issue 2 certificates" in page.words
    assert "이름" in page.words, "a column that counts for nothing is named"
    page = office.post(f"{page.address}/start")
    assert page.heading == "0 of 2 issued"
    worker.drain()
    issue(campus)
    worker.drain()
    page = office.open(page.address)
    assert page.heading == "2 certificates are issued"
    assert "The ZIP is being packed" in page.words


def test_the_csv_has_every_row_with_its_reason_and_nothing_to_run(campus: Campus) -> None:
    office = signed_in(campus, OFFICER, "ko")
    path = send(office).address
    Bulk(campus.parts).drain()
    page = office.open(f"{path}/rows.csv")
    assert page.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert page.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.reader(io.StringIO(page.text.removeprefix("\ufeff"))))
    assert rows[0][:2] == ["행", "학번"]
    assert [row[1] for row in rows[1:]] == [HAN, "2024-1042", ON_LEAVE, "'=1+1"]
    assert "휴학" in rows[3][5]
    assert not any("한서윤" in cell for row in rows for cell in row)


def test_the_same_form_ten_times_is_one_list_and_one_start(campus: Campus) -> None:
    office = signed_in(campus, OFFICER)
    office.open(NEW)
    sheet, form = office.page.hidden("sheet"), office.page
    paths = set()
    for _ in range(10):
        office.page = form
        file = (io.BytesIO(LIST.encode()), "list.csv")
        paths.add(office.post(NEW, file=file, sheet=sheet, **ASKED).address)
    assert len(paths) == 1
    worker, path = Bulk(campus.parts), paths.pop()
    worker.drain()
    form = office.open(path)
    for _ in range(10):
        office.page = form
        office.post(f"{path}/start")
    worker.drain()
    assert sum(isinstance(one, DocumentRequested) for one in campus.said()) == 2


def test_a_foreign_form_and_another_office_do_nothing(campus: Campus) -> None:
    office, stranger = signed_in(campus, OFFICER), signed_in(campus, STRANGER)
    path = send(office).address
    Bulk(campus.parts).drain()
    assert office.raw_post(f"{path}/start", {}).status_code == 403
    assert stranger.open(path).status == 404
    stranger.open("/desk/bulk")
    assert stranger.post(f"{path}/start").status == 404
    assert stranger.open(f"{path}/rows.csv").status == 404
    assert stranger.open(f"{path}/zip").status == 404
    assert stranger.open(NEW).status == 422


def test_what_is_wrong_with_the_file_is_said_beside_it_and_the_rest_is_kept(
    campus: Campus,
) -> None:
    office = signed_in(campus, OFFICER, "ko")
    page = send(office, "이름\n한서윤\n", purpose="비자 신청", tell="yes")
    assert page.status == 422
    assert "학번 열이 없습니다" in page.words
    assert page.tree.xpath('//input[@name="purpose"]/@value') == ["비자 신청"]
    assert page.tree.xpath('//input[@name="tell"][@checked]/@value') == ["yes"]
    office.open(NEW)
    page = office.post(NEW, **ASKED)
    assert page.status == 422
    assert "명단 파일을 골라 주세요" in page.words
