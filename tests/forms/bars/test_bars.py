"""RDM-01: the office of readmissions keeps the list of those who cannot come back."""

from __future__ import annotations

import pytest

from tests.forms.applications.requesting import ask, refused
from tests.forms.applications.test_journey import see
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults

TEAM, LEFT, PATH = "jihun.baek", "2025-1384", "/desk/bars"
REASON = "등록금 미납 상태로 제적되었습니다."
ASKED = {"reason": "연구를 다시 시작하려고 합니다."}


def put(office: Browser, number: str = LEFT, reason: str = REASON) -> Page:
    office.open(PATH)
    return office.post(PATH, student_number=number, reason=reason)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_somebody_is_put_on_the_list_and_taken_off_it(campus: Campus, language: str) -> None:
    office = signed_in(campus, TEAM, language)
    assert PATH in office.open("/desk/lists").text
    page = put(office)
    assert REASON in page.text
    assert LEFT in page.text
    assert faults(page) == []
    assert refused(campus, LEFT, "readmission", **ASKED)[0] == ("RDM-01", None)
    page = office.post(f"{PATH}/{LEFT}/lift")
    assert LEFT not in page.text
    assert office.post(f"{PATH}/{LEFT}/lift").status == 200  # a second click
    application = ask(campus, LEFT, "readmission", **ASKED)
    assert see(campus, application, LEFT).state == "in_approval"


def test_what_is_wrong_is_said_where_it_was_typed(campus: Campus) -> None:
    office = signed_in(campus, TEAM, "en")
    for page in (
        put(office, number="2025-9999"),
        put(office, reason=""),
        put(office, reason="x" * 201),
    ):
        assert page.status == 422
        assert faults(page) == []
    assert "Nobody with this student number" in put(office, number="2025-9999").text


def test_whoever_it_is_about_reads_who_did_it(campus: Campus) -> None:
    """A student who is on the list reads who looked at it, too."""
    office = signed_in(campus, TEAM)
    put(office, number=HAN)
    office.post(f"{PATH}/{HAN}/lift")
    seen = [one["what"] for one in campus.client(HAN).get("/access").json["accesses"]]
    assert seen == ["lifted", "bars", "barred"]


def test_other_offices_have_no_such_list(campus: Campus) -> None:
    other = signed_in(campus, DESK)
    assert PATH not in other.open("/desk/lists").text
    assert other.open(PATH).status == 403
    assert campus.client(DESK).get(PATH).status_code == 403


def test_a_program_keeps_the_list_as_well(campus: Campus) -> None:
    api = campus.client(TEAM)
    body = {"student_number": LEFT, "reason": REASON}
    assert api.post(PATH, body).status_code == 201
    assert api.post(PATH, body | {"reason": "다른 사유"}).status_code == 201
    assert {one["reason"] for one in api.get(PATH).json} >= {"다른 사유"}
    assert api.post(PATH, body | {"student_number": "?"}).status_code == 422
    assert api.send("DELETE", f"{PATH}/{LEFT}").status_code == 204
    assert api.send("DELETE", f"{PATH}/{LEFT}").status_code == 404
