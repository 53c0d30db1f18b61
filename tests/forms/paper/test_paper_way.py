"""EXT-04: a signed paper form entered by staff is the same record under the same rules."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.forms.people import register
from shared.clock import SEOUL
from shared.links import read_pass
from shared.messages import DocumentRequested
from tests.forms.campus import DESK, HAN, OTHER_OFFICE, Campus
from tests.forms.pages.browser import Browser, Page, pdf, signed_in
from tests.forms.pages.sound import faults

DEAN = "sera.lim"
PATH = "/desk/paper/due_date_extension"
FORM: dict[str, Any] = {
    "student_number": HAN,
    "arrived": "2022-09-05T13:59",
    "year": "2022",
    "semester": "fall",
    "due_date": "2022-09-05",
    "pay_on": "2022-10-20",
    "payment": "full",
    "reason": "시스템에 접속할 수 없었습니다.",
}


def enter(office: Browser, **changes: Any) -> Page:
    office.open(PATH)
    typed = {**FORM, "sheet": office.page.hidden("sheet"), "file": pdf("신청서.pdf"), **changes}
    return office.post(PATH, **typed)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_of_the_paper_way_is_sound(campus: Campus, language: str) -> None:
    office = signed_in(campus, DEAN, language)
    pages = [office.open("/desk/lists"), office.open(PATH), enter(office, student_number="x")]
    pages += [enter(office, arrived="soon"), enter(office, pay_on="2022-09-01"), enter(office)]
    assert [faults(page) for page in pages] == [[]] * len(pages)
    assert pages[-1].address.startswith("/desk/applications/")


def test_a_form_that_arrived_in_time_is_entered_after_the_window(campus: Campus) -> None:
    """The window closed on September 5 at 14:00, and today is the 6th."""
    office = signed_in(campus, DEAN, "en")
    page = enter(office)
    assert "Came on paper" in page.words
    assert "Mon 5 September 2022, 13:59" in page.words
    assert "The signatures are on the paper" in page.words
    assert "신청서.pdf" in page.words
    late = enter(signed_in(campus, DEAN, "en"), arrived="2022-09-05T14:00",
                 student_number="2024-3110")  # fmt: skip
    assert late.status == 422
    assert "The application period of the 2nd semester 2022 is over." in late.words


def test_it_is_decided_and_changes_the_register_like_any_other(campus: Campus) -> None:
    office = signed_in(campus, DEAN, "en")
    path = enter(office).address
    case = campus.client(HAN).get(path.removeprefix("/desk")).json
    assert (case["state"], case["on_paper"]) == ("at_desk", True)
    assert [step["state"] for step in case["steps"]] == ["approved", "approved"]
    mails = campus.mails()
    assert {mail.message for mail in mails} == {"receipt", "at_desk"}  # no professor is asked
    office.open(path)
    office.post(f"{path}/decision", decision="approve")
    [request] = [one for one in campus.said() if isinstance(one, DocumentRequested)]
    assert request.kind == "due_date_extension"
    assert "종이에 서명함" in str(request.facts)
    with campus.parts.database.read() as session:
        student = register.find_student_by_number(session, HAN)
    assert [one.what for one in student.arrangements] == ["extension"]


def test_twice_at_the_button_is_one_application(campus: Campus) -> None:
    office = signed_in(campus, DEAN, "en")
    office.open(PATH)
    sheet = office.page.hidden("sheet")
    first = enter(office, sheet=sheet)
    assert enter(office, sheet=sheet).address == first.address
    other = enter(office)
    assert other.status == 409  # another form for the same semester


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"student_number": "2099-0001"}, "Nobody with this student number"),
        ({"arrived": "2022-09-07T00:00"}, "cannot have arrived later than now"),
        ({"arrived": ""}, "Write when it arrived"),
        ({"file": (io.BytesIO(b"MZ"), "scan.pdf")}, "scan.pdf"),
        ({"file": (io.BytesIO(b""), "")}, "Add the scan"),
        ({"pay_on": "2022-09-05"}, "not after the present due date"),
        ({"reason": ""}, "Reason"),
    ],
)
def test_bad_input_is_said_and_nothing_typed_is_lost(
    campus: Campus, changes: dict[str, Any], said: str
) -> None:
    page = enter(signed_in(campus, DEAN, "en"), **changes)
    assert page.status == 422
    assert said in page.words
    if "reason" not in changes:
        assert FORM["reason"] in page.text
    assert campus.client(HAN).get("/applications").json == []  # nothing is kept of it


def test_an_office_enters_its_own_forms_alone(campus: Campus) -> None:
    for who in (DESK, OTHER_OFFICE):
        assert signed_in(campus, who, "en").open(PATH).status == 404
    assert signed_in(campus, HAN, "en").open(PATH).status == 403
    assert PATH not in signed_in(campus, OTHER_OFFICE, "en").open("/desk/lists").text


def test_a_program_does_the_same(campus: Campus) -> None:
    api = campus.client(DEAN)
    file, name = pdf("scan.pdf")
    form = {**FORM, "kind": "due_date_extension", "file": (file, name)}
    made = api.post("/desk/paper", None, data=form, content_type="multipart/form-data")
    assert made.status_code == 201, made.json
    assert (made.json["state"], made.json["on_paper"]) == ("at_desk", True)
    assert made.json["submitted_at"].startswith("2022-09-05T")


def test_a_draft_in_flight_is_told_how_long_it_has_and_one_second_late_is_refused(
    campus: Campus,
) -> None:
    """EXT-01: open until just before 14:00:00; the clock is the campus's one."""
    campus.clock.advance(datetime(2022, 9, 5, 13, 0, tzinfo=SEOUL) - campus.clock.now())
    answers = {**{k: v for k, v in FORM.items() if k not in ("student_number", "arrived")},
               "year": 2022}  # fmt: skip
    api, other = campus.client(HAN), campus.client("2024-3110")
    made = [one.post("/applications", {"kind": "due_date_extension", "answers": answers}).json["id"]
            for one in (api, other)]  # fmt: skip
    page = signed_in(campus, HAN, "en").open(f"/applications/{made[0]}/edit")
    assert "Open until Mon 5 September 2022, 14:00:00 (Korean time), 1 h 0 min left" in page.words
    campus.clock.advance(timedelta(minutes=59, seconds=59))
    assert api.post(f"/applications/{made[0]}/submit").status_code == 200
    campus.clock.advance(timedelta(seconds=1))
    late = other.post(f"/applications/{made[1]}/submit")
    assert late.status_code == 422
    assert "EXT-01" in [one["rule"] for one in late.json["findings"]]
    assert other.get(f"/applications/{made[1]}").json["state"] == "draft"  # nothing is lost


def test_students_and_staff_get_the_blank_form_in_both_languages(campus: Campus) -> None:
    for person, page in ((HAN, "/apply/tuition_waiver"), (DESK, "/desk/paper/tuition_waiver")):
        browser = signed_in(campus, person, "en")
        hrefs = browser.open(page).tree.xpath("//a[contains(@href, 'blank.pdf')]/@href")
        assert len(hrefs) == 2
        for href in hrefs:
            answer = browser.raw_get(href)
            capability = answer.headers["Location"].removeprefix("/files/")
            claims = read_pass("file", capability, campus.clock.now(), campus.parts.keyring)
            language = href[-2:]
            assert claims["subject"] == f"tuition_waiver:{language}"
            assert claims["office"] == {"ko": "학사과", "en": "Educational Affairs"}[language]
    api = campus.client(HAN)
    assert api.get("/kinds/tuition_waiver/blank?language=en").status_code == 303
    for kind in ("certificate_enrollment", "recommendation_letter", "nothing"):
        assert api.get(f"/kinds/{kind}/blank").status_code == 404
