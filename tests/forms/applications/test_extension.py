"""The extension of the due date: asked and confirmed within its period, or it lapses (EXT)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from services.forms.applications import approvals, desk, life
from services.forms.applications.deadlines import tick
from services.forms.applications.values import CaseView
from services.forms.people import register
from services.forms.people.values import Student
from shared.clock import SEOUL
from shared.errors import Gone, Refused
from shared.messages import DocumentRequested
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import HAN, Campus

DEAN = "sera.lim"
MONDAY = datetime(2022, 8, 29, 10, 0, tzinfo=SEOUL)
CLOSES = datetime(2022, 9, 5, 14, 0, tzinfo=SEOUL)
ANSWERS: dict[str, Any] = {
    "year": 2022,
    "semester": "fall",
    "due_date": "2022-09-05",
    "pay_on": "2022-10-20",
    "payment": "full",
    "reason": "8월에 수술을 받아 등록금을 기한 안에 마련하지 못했습니다.",
}


@pytest.fixture
def campus(campus: Campus) -> Campus:
    """On the first day of the period."""
    go_to(campus, MONDAY)
    return campus


def go_to(campus: Campus, when: datetime) -> None:
    campus.clock.advance(when - campus.clock.now())


def ask(campus: Campus, **changes: Any) -> str:
    """An extension that has been sent; its id."""
    person = campus.person(HAN)
    given = {k: v for k, v in {**ANSWERS, **changes}.items() if v is not None}
    with campus.write() as session:
        made = life.start(session, campus.parts, person, "due_date_extension", given)
        life.submit(session, campus.parts, person, made.id)
    return made.id


def student(campus: Campus) -> Student:
    """As the register has them now."""
    person = campus.person(HAN)
    with campus.write() as session:
        return register.find_student(session, person.id)


def refused(campus: Campus, **changes: Any) -> list[tuple[str, str | None]]:
    """Rule and field of what blocks."""
    with pytest.raises(Refused) as refusal:
        ask(campus, **changes)
    found = refusal.value.facts["findings"]
    return [(one["rule"], one.get("field")) for one in found if one["severity"] == "block"]


def test_confirmed_by_both_and_granted_it_becomes_a_paper(campus: Campus) -> None:
    application = ask(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus))
    go_to(campus, CLOSES + timedelta(days=2))  # the desk may decide after the period
    tick(campus.parts, campus.clock.now())
    dean = campus.person(DEAN)
    with campus.write() as session:
        desk.decide(session, campus.parts, dean, application, decision="approve", reference="A-1")
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    values = request.facts["values"]
    assert (request.kind, request.language) == ("due_date_extension", "ko")
    assert values["current_due_date"] == "2022년 9월 5일"
    assert values["extended_due_date"] == values["extent_granted"] == "2022년 10월 20일"
    assert (values["box_full"], values["box_installments"]) == ("☑", "☐")
    assert values["decision_office"] == "교무처장"
    campus.issue(request)
    assert see(campus, application).state == "issued"
    [made] = student(campus).arrangements
    assert (made.what, made.pay_on, made.installments) == ("extension", date(2022, 10, 20), False)


def test_the_declaration_of_article_28_is_part_of_what_is_signed(campus: Campus) -> None:
    ask(campus)
    with campus.write() as session:
        view = approvals.look(session, campus.parts, newest_link(campus))
    assert "학칙 제28조" in view.sentences[0]
    assert "2022학년도 2학기" in view.sentences[0]


def test_not_ticked_means_full_payment(campus: Campus) -> None:
    case = see(campus, ask(campus, payment=None))
    assert case.state == "in_approval"
    assert paid(case) == [2_500_000]


def test_installments_are_quarters_in_the_periods_one_step_later(campus: Campus) -> None:
    case = see(campus, ask(campus, payment="installments", pay_on="2022-10-05"))
    assert paid(case) == [625_000] * 4


def paid(case: CaseView) -> list[int]:
    found = next(one for one in case.findings if one.rule == "EXT-05")
    return [due["krw"] for due in found.figures["payments"]]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"pay_on": "2022-09-05"}, ("EXT-02", "pay_on")),
        ({"pay_on": "2022-12-22"}, ("EXT-02", "pay_on")),
        ({"pay_on": "2022-10-20", "payment": "installments"}, ("EXT-05", "pay_on")),
        ({"pay_on": "20 October"}, ("form", "pay_on")),
        ({"pay_on": "2022-02-30"}, ("form", "pay_on")),
        ({"due_date": "2022-09-06"}, ("TUI-07", "due_date")),
        ({"reason": None}, ("form", "reason")),
    ],
)
def test_what_is_wrong_is_named_with_its_rule(
    campus: Campus, changes: dict[str, Any], found: tuple[str, str]
) -> None:
    assert found in refused(campus, **changes)


def test_what_arrives_when_the_period_closes_is_refused_and_kept(campus: Campus) -> None:
    go_to(campus, CLOSES - timedelta(seconds=1))
    ask(campus)
    go_to(campus, CLOSES)
    assert ("EXT-01", "semester") in refused(campus)


def test_not_confirmed_by_both_in_time_it_lapses_and_everybody_is_told(campus: Campus) -> None:
    application = ask(campus)
    sign(campus, newest_link(campus))
    second = newest_link(campus)
    go_to(campus, CLOSES)
    with pytest.raises(Gone) as closed, campus.write() as session:
        approvals.look(session, campus.parts, second)
    assert closed.value.code == "link_closed"
    tick(campus.parts, campus.clock.now())
    tick(campus.parts, campus.clock.now())
    case = see(campus, application)
    assert case.state == "lapsed"
    assert case.reason is not None
    assert "EXT-03" in case.reason
    told = campus.mails("lapsed")
    assert sorted(one.params["reader"] for one in told) == [
        "professor", "professor", "staff", "student",
    ]  # fmt: skip
    assert all("EXT-03" in one.params["reason"] for one in told)


def test_a_returned_one_lapses_too_and_no_link_outlives_the_period(campus: Campus) -> None:
    application = ask(campus)
    case = see(campus, application)
    assert case.steps[0].by_when == CLOSES
    assert case.steps[0].remind_at is not None
    assert case.steps[0].remind_at < CLOSES - timedelta(days=1)
    sign(campus, newest_link(campus), decision="return", reason="날짜를 다시 적어 주세요")
    go_to(campus, CLOSES)
    tick(campus.parts, campus.clock.now())
    assert see(campus, application).state == "lapsed"


def test_the_timers_sleep_until_the_period_ends(campus: Campus) -> None:
    ask(campus)
    sign(campus, newest_link(campus))
    go_to(campus, CLOSES - timedelta(minutes=1))
    assert tick(campus.parts, campus.clock.now()) == CLOSES
