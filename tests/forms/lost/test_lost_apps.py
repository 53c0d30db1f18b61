"""Student Affairs takes a lost authenticator app off an account, with a reason, on record."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.forms.privacy import copy
from services.forms.signin import authenticator
from services.forms.signin.challenge import channels
from services.forms.signin.tables import RemovedAppRow
from tests.forms.campus import DESK, HAN, OTHER_OFFICE, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults
from tests.forms.signin.test_authenticator import account, enrolled, opened

PATH = "/desk/lost-apps"
REASON = "학생증과 얼굴을 창구에서 확인했습니다."


def remove(office: Browser, number: str = HAN, reason: str = REASON) -> Page:
    office.open(PATH)
    return office.post(PATH, student_number=number, reason=reason)


def ways(campus: Campus) -> list[str]:
    opened(campus)
    with campus.parts.database.read() as session:
        return [one.name for one in channels(session, account(campus))]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_codes_are_sent_again_and_reason_and_day_are_on_record(
    campus: Campus, language: str
) -> None:
    enrolled(campus)
    assert ways(campus) == ["totp"]
    office = signed_in(campus, OTHER_OFFICE, language)
    assert PATH in office.open("/desk/lists").text
    assert faults(office.open(PATH)) == []
    page = remove(office)
    assert (page.status, faults(page)) == (200, [])
    assert REASON in page.words
    assert HAN in page.words
    assert ways(campus) == ["email", "sms"]
    with campus.parts.database.read() as session:
        assert authenticator.standing(session, HAN).recovery_codes == 0


def test_the_student_is_told_by_mail_and_reads_who_did_it(campus: Campus) -> None:
    enrolled(campus)
    campus.said()
    remove(signed_in(campus, OTHER_OFFICE))
    [mail] = campus.mails("sign_in_changed")
    assert mail.params["what"] == "app_removed_by_office"
    assert mail.address == {"email": account(campus).email}
    assert REASON not in str(mail.params)
    seen = campus.client(HAN).get("/access").json["accesses"]
    assert [(one["what"], one["role"]) for one in seen] == [
        ("apps", "staff"), ("app_removed", "staff")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "reason", "field"),
    [
        ("2025-9999", REASON, "student_number"),
        ("", REASON, "student_number"),
        (HAN, " ", "reason"),
        (HAN, "x" * 201, "reason"),
    ],
)
def test_without_a_student_or_a_reason_nothing_is_removed(
    campus: Campus, number: str, reason: str, field: str
) -> None:
    enrolled(campus)
    page = remove(signed_in(campus, OTHER_OFFICE, "en"), number, reason)
    assert page.status == 422
    assert page.tree.xpath(f"//a[@href='#{field}']")
    assert faults(page) == []
    assert ways(campus) == ["totp"]


def test_where_there_is_no_app_it_is_said_and_nothing_is_on_record(campus: Campus) -> None:
    page = remove(signed_in(campus, OTHER_OFFICE, "en"))
    assert page.status == 422
    assert "No authenticator app is in use there." in page.words
    with campus.parts.database.read() as session:
        assert session.scalars(select(RemovedAppRow)).all() == []


def test_other_offices_cannot(campus: Campus) -> None:
    enrolled(campus)
    office = signed_in(campus, DESK)
    assert PATH not in office.open("/desk/lists").text
    assert office.open(PATH).status == 403
    asked = {"student_number": HAN, "reason": REASON}
    assert campus.client(DESK).post(PATH, asked).status_code == 403
    assert ways(campus) == ["totp"]


def test_the_same_over_json(campus: Campus) -> None:
    enrolled(campus)
    api, asked = campus.client(OTHER_OFFICE), {"student_number": HAN, "reason": REASON}
    assert api.post(PATH, asked).status_code == 204
    again = api.post(PATH, asked)
    assert (again.status_code, again.json["type"].rpartition("/")[2]) == (422, "no_app")
    assert ways(campus) == ["email", "sms"]


def test_it_is_in_the_copy_of_a_students_data(campus: Campus) -> None:
    enrolled(campus)
    remove(signed_in(campus, OTHER_OFFICE))
    with campus.parts.database.read() as session:
        found = copy.of_student(session, account(campus).person_id).data["removed_apps"]
    assert [one["reason"] for one in found] == [REASON]
