"""A leave of absence, from the form to the register (LEA-01 to LEA-10)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.forms.applications import attachments, desk, life
from services.forms.applications.deadlines import tidy
from services.forms.applications.uploads import inspect
from services.forms.people import register
from services.forms.people.tables import PaymentRow
from services.forms.people.values import Semester, Student
from shared.clock import SEOUL
from shared.errors import Refused
from shared.messages import DocumentRequested
from tests.forms.applications.test_files import pdf
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import HAN, Campus

TEAM = "jihun.baek"
ANSWERS: dict[str, Any] = {
    "kind": "general",
    "year": 2022,
    "semester": "fall",
    "semesters": 2,
    "reason": "가족을 돌보며 연구를 준비하겠습니다.",
}


def ask(campus: Campus, *, with_document: bool = False, **changes: Any) -> str:
    """A leave that has been sent; its id."""
    person = campus.person(HAN)
    with campus.write() as session:
        made = life.start(session, campus.parts, person, "leave_of_absence", {**ANSWERS, **changes})
    if with_document:
        upload = inspect("진단서.pdf", pdf(), 10_000_000)
        with campus.write() as session:
            attachments.attach(session, campus.parts, person, made.id, upload)
    with campus.write() as session:
        life.submit(session, campus.parts, person, made.id)
    return made.id


def refused(campus: Campus, **changes: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as refusal:
        ask(campus, **changes)
    found = refusal.value.facts["findings"]
    return [(one["rule"], one.get("field")) for one in found if one["severity"] == "block"]


def student(campus: Campus) -> Student:
    person = campus.person(HAN)
    with campus.write() as session:
        return register.find_student(session, person.id)


def grant(campus: Campus, application: str) -> DocumentRequested:
    sign(campus, newest_link(campus))
    team = campus.person(TEAM)
    with campus.write() as session:
        desk.decide(session, campus.parts, team, application, decision="approve")
    return next(one for one in campus.said() if isinstance(one, DocumentRequested))


def test_granted_it_is_in_the_register_and_the_student_on_leave(campus: Campus) -> None:
    application = ask(campus)
    request = grant(campus, application)
    values = request.facts["values"]
    assert values["leave_kind"] == "일반휴학"
    assert values["leave_period"] == "2022학년도 2학기 ~ 2023학년도 1학기"
    assert {one["field"] for one in request.facts["shows"]} == {
        "name", "leave_period", "decision", "decision_date",
    }  # fmt: skip
    campus.issue(request)
    assert see(campus, application).state == "issued"
    now = student(campus)
    assert now.standing == "on_leave"
    assert [(one.kind, str(one.first), str(one.last)) for one in now.leaves[-1:]] == [
        ("general", "2022-fall", "2023-spring")
    ]
    assert [one.attendance for one in now.registrations[-2:]] == ["on_leave", "on_leave"]


def test_a_leave_that_begins_later_begins_by_itself(campus: Campus) -> None:
    campus.clock.advance(datetime(2022, 8, 31, 9, tzinfo=SEOUL) - campus.clock.now())
    application = ask(campus, semesters=1)
    grant(campus, application)
    assert student(campus).standing == "enrolled"
    campus.clock.advance(timedelta(days=1))
    tidy(campus.parts, campus.clock.now())
    assert student(campus).standing == "on_leave"


def test_a_special_leave_needs_its_document(campus: Campus) -> None:
    assert refused(campus, kind="childcare") == [("LEA-04", "files")]
    application = ask(campus, kind="childcare", with_document=True)
    assert see(campus, application).state == "in_approval"


def test_what_stands_against_it_is_named_with_its_rule(campus: Campus) -> None:
    assert ("LEA-02", "kind") in refused(campus, kind="military")
    assert ("LEA-01", "semesters") in refused(campus, semesters=5)
    assert ("LEA-08", "semesters") in refused(campus, kind="disease", semesters=3)
    assert ("LEA-01", "semester") in refused(campus, year=2024)
    assert ("form", "reason") in refused(campus, reason="")
    campus.clock.advance(datetime(2023, 1, 16, tzinfo=SEOUL) - campus.clock.now())
    assert refused(campus) == [("LEA-01", "semester")]


def test_whoever_has_paid_is_told_what_comes_back_and_until_when(campus: Campus) -> None:
    person, fall = campus.person(HAN), Semester(2022, "fall")
    with campus.write() as session:
        paid = {"part": 0, "paid_on": date(2022, 9, 1), "amount_krw": 2_500_000}
        session.add(PaymentRow(student_id=person.id, semester=fall, **paid))
    case = see(campus, ask(campus))
    found = next(one for one in case.findings if one.rule == "LEA-10")
    assert found.figures["refund_krw"] == found.figures["paid_krw"] > 0
    assert found.figures["until"] == date(2022, 9, 30)


def test_two_leaves_do_not_overlap(campus: Campus) -> None:
    grant(campus, ask(campus))
    assert refused(campus, kind="childcare", year=2023, semester="spring")[0] == (
        "LEA-01", "semester",
    )  # fmt: skip
