"""A student reads who saw their data: staff, professors by link, themselves; nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from services.forms.access.watching import TABLE
from tests.security.house import DESK, OTHER_OFFICES, House, open_house


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@dataclass
class Case:
    """A waiver with a file, at the office."""

    house: House
    owner: str
    other: str
    id: str
    number: str
    attachment: str
    link: str

    def told(self, who: str = "") -> list[dict[str, Any]]:
        """What the student reads at the API, oldest first."""
        found = self.house.program(who or self.owner).get("/api/v1/access").json
        return list(reversed(found["accesses"]))

    def news(self, before: int) -> list[tuple[str, str, str]]:
        """What came after the first `before` ones."""
        return [(one["role"], one["what"], one["about"]) for one in self.told()[before:]]


@pytest.fixture(scope="module")
def case(house: House) -> Case:
    applicants = house.applicants()
    owner, other = next(applicants), next(applicants)
    known = house.mail_ids()
    made = house.apply(owner, file=True)
    first = house.link(known, made["number"])
    assert house.sign(first).status_code == 200
    second = house.link(known, made["number"])
    shown = house.program(owner).get(f"/api/v1/applications/{made['id']}").json
    return Case(
        house, owner, other, made["id"], made["number"], shown["attachments"][0]["id"], second
    )


def test_a_professor_who_opens_the_link_is_told_with_name_and_address(case: Case) -> None:
    before = len(case.told())
    professor = case.house.caller("203.0.113.9")
    assert professor.get(f"/a/{case.link}").status_code == 200
    assert professor.get(f"/api/v1/approvals/{case.link}").status_code == 200
    assert professor.get(f"/a/{case.link}/attachments/{case.attachment}").status_code == 200
    assert case.news(before) == [
        ("professor", "opened", case.number),
        ("professor", "opened", case.number),
        ("professor", "file", case.number),
    ]
    last = case.told()[-1]
    assert last["address"] == "203.0.113.9"
    assert last["who"]
    assert last["at"].endswith("+09:00")


def test_a_mail_scanner_that_asks_for_the_head_alone_has_seen_nothing(case: Case) -> None:
    before = len(case.told())
    assert case.house.caller().ask("HEAD", f"/a/{case.link}").status_code == 200
    assert case.news(before) == []


def test_staff_who_open_the_case_and_its_file_are_told_and_the_student_alone_reads_it(
    case: Case,
) -> None:
    assert case.house.sign(case.link).status_code == 200
    before = len(case.told())
    page, program = case.house.browser(DESK), case.house.program(DESK)
    assert page.get(f"/desk/applications/{case.id}").status_code == 200
    assert program.get(f"/api/v1/applications/{case.id}").status_code == 200
    path = f"/applications/{case.id}/attachments/{case.attachment}"
    assert page.get(path).status_code == 200
    assert program.get(f"/api/v1{path}").status_code == 200
    assert case.news(before) == [
        ("staff", "opened", case.number),
        ("staff", "opened", case.number),
        ("staff", "file", case.number),
        ("staff", "file", case.number),
    ]
    assert {one["office"] for one in case.told()[before:]} == {"educational_affairs"}
    assert case.told(case.other) == []
    assert case.house.program(DESK).get("/api/v1/access").status_code == 403


def test_who_is_refused_has_seen_nothing(case: Case) -> None:
    before = len(case.told())
    stranger = case.house.browser(OTHER_OFFICES[0])
    assert stranger.get(f"/desk/applications/{case.id}").status_code == 404
    assert case.house.browser(case.other).get(f"/applications/{case.id}").status_code == 404
    assert case.news(before) == []


def test_an_issued_document_is_told_whoever_fetches_it_and_ones_own_page_is_not(case: Case) -> None:
    desk = case.house.program(DESK)
    path = f"/api/v1/desk/applications/{case.id}/decision"
    assert desk.post(path, json={"decision": "approve"}).status_code == 200
    number = case.house.document(case.owner, case.id)
    before = len(case.told())
    assert case.house.browser(case.owner).get(f"/applications/{case.id}").status_code == 200
    assert case.house.browser(case.owner).get(f"/documents/{number}/file").status_code == 303
    assert desk.get(f"/api/v1/documents/{number}/file").status_code == 303
    assert case.news(before) == [("student", "document", number), ("staff", "document", number)]
    assert case.told()[before]["who"] is None


def test_the_page_shows_it_in_both_languages(case: Case) -> None:
    browser = case.house.browser(case.owner)
    english, korean = (browser.get(f"/access?language={one}").text for one in ("en", "ko"))
    assert "Who saw my data" in english
    assert "Educational Affairs" in english
    assert "203.0.113.9" in english
    assert "내 정보를 본 사람" in korean
    assert "증빙서류를 받음" in korean
    assert 'href="/access"' in browser.get("/privacy").text
    assert 'href="/access"' not in case.house.caller().get("/privacy").text


def test_what_cannot_be_written_down_is_not_shown(case: Case) -> None:
    app = case.house.apps["forms"]
    headers = case.house.program(DESK).headers
    path = f"/api/v1/applications/{case.id}"
    assert _asked(app, path, headers) == 200
    _rename(case, "access", "away")
    try:
        assert _asked(app, path, headers) == 503
    finally:
        _rename(case, "away", "access")
    assert _asked(app, path, headers) == 200


def _rename(case: Case, table: str, to: str) -> None:
    with case.house.forms.database.write() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def _asked(app: Flask, path: str, headers: dict[str, str]) -> int:
    client = app.test_client()
    return client.get(path, headers=headers, base_url="http://localhost").status_code


def test_every_route_that_is_watched_is_a_route(case: Case) -> None:
    rules = {rule.rule for rule in case.house.apps["forms"].url_map.iter_rules()}
    assert set(TABLE) <= rules
