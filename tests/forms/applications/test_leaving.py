"""Leaving, cancelling an admission and the money back: from the form to the register."""

from __future__ import annotations

from datetime import date

from services.forms.people.tables import StudentRow
from services.forms.people.values import Semester
from tests.forms.applications.requesting import ask, go_to, grant, pay, refused, student
from tests.forms.applications.test_journey import newest_link, see, sign
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import signed_in

TEAM, ADMITTED = "jihun.baek", "2027-1003"
FALL, SPRING = Semester(2022, "fall"), Semester(2023, "spring")
REASON = "집안 사정으로 학업을 이어 가기 어렵습니다."
ACCOUNT = {"bank": "도장은행", "account": "110 234-567890"}


def leave(campus: Campus) -> str:
    application = ask(campus, HAN, "withdrawal", reason=REASON)
    sign(campus, newest_link(campus))
    return application


def test_whoever_leaves_is_told_what_comes_back_and_asks_for_it(campus: Campus) -> None:
    """WDR-01, REF-01: the day of the application counts, the register says the decision's."""
    pay(campus, HAN, FALL)
    go_to(campus, 2022, 10, 29)
    application = leave(campus)
    told = {one.rule: one for one in see(campus, application).findings}
    assert told["REF-01"].figures["refund_krw"] == 1_666_000
    assert told["REF-01"].figures["afterwards_krw"] == 1_250_000
    assert told["REF-01"].figures["until"] == date(2022, 10, 30)
    go_to(campus, 2022, 11, 2)
    request, _said = grant(campus, application, TEAM)
    assert request.facts["values"]["leaving_semester"] == "2022학년도 2학기"
    gone = student(campus, HAN)
    assert (gone.standing, gone.ended_on) == ("withdrawn", date(2022, 11, 2))
    money = ask(campus, HAN, "refund", **ACCOUNT)
    case = see(campus, money)
    assert (case.answers["reason"], case.answers["amount"]) == ("permanent_leave", 1_666_000)
    paper, said = grant(campus, money, DESK)
    assert paper.facts["values"]["refund_amount"] == "1,666,000원"
    assert paper.facts["values"]["account"] == "******-**7890"
    assert "110234" not in str(said).replace("-", "").replace(" ", "")
    (arranged,) = [one for one in student(campus, HAN).arrangements if one.what == "refund"]
    assert (arranged.semester, arranged.krw) == (FALL, 1_666_000)
    again = {**FALL.as_json(), "reason": "permanent_leave", "amount": 1_666_000, "holder": "한"}
    assert refused(campus, HAN, "refund", **again, **ACCOUNT) == [("REF-01", "semester")]


def test_the_office_that_pays_sees_the_whole_number_and_nobody_else(campus: Campus) -> None:
    """REF-02."""
    pay(campus, HAN, FALL)
    grant(campus, leave(campus), TEAM)
    money = ask(campus, HAN, "refund", **ACCOUNT)
    assert "110234-567890" in signed_in(campus, DESK).open(f"/desk/applications/{money}").text
    mine = signed_in(campus, HAN).open(f"/applications/{money}").text
    assert "110234-567890" not in mine
    assert "7890" in mine


def test_what_stands_against_leaving_is_named(campus: Campus) -> None:
    assert refused(campus, HAN, "withdrawal", reason=REASON, year=2023) == [("WDR-01", "semester")]
    assert refused(campus, "2021-2015", "withdrawal", reason=REASON)[0] == ("WDR-01", None)
    assert refused(campus, ADMITTED, "withdrawal", reason=REASON)[0] == ("WDR-01", None)


def test_an_admission_is_cancelled_and_what_was_paid_comes_back_whole(campus: Campus) -> None:
    """REF-04, REF-02, REF-01."""
    pay(campus, ADMITTED, SPRING)
    application = ask(campus, ADMITTED, "admission_cancellation", reason=REASON)
    told = {one.rule: one for one in see(campus, application, ADMITTED).findings}
    assert told["REF-01"].figures["refund_krw"] == 2_500_000
    grant(campus, application, TEAM)
    assert student(campus, ADMITTED).standing == "withdrawn"
    case = see(campus, ask(campus, ADMITTED, "refund", **ACCOUNT), ADMITTED)
    assert case.answers["reason"] == "cancelled_admission"
    assert ("REF-04", None) in refused(campus, HAN, "admission_cancellation", reason=REASON)


def test_what_stands_against_a_refund_is_named_with_its_rule(campus: Campus) -> None:
    """REF-01 to REF-03."""
    good = {**FALL.as_json(), "reason": "expulsion", "amount": 2_500_000, "holder": "한서윤"}
    assert refused(campus, HAN, "refund", **good, **ACCOUNT) == [("REF-01", "semester")]
    pay(campus, HAN, FALL)
    assert refused(campus, HAN, "refund", **good, **ACCOUNT) == [("REF-02", "reason")]
    bad = {**good, **ACCOUNT, "account": "my account"}
    assert refused(campus, HAN, "refund", **bad) == [("form", "account")]
    expel(campus, date(2022, 11, 30))
    go_to(campus, 2022, 12, 1)
    assert refused(campus, HAN, "refund", **good, **ACCOUNT) == [("REF-01", "semester")]
    expel(campus, date(2022, 11, 29))
    assert refused(campus, HAN, "refund", **good, **ACCOUNT) == [("REF-01", "amount")]
    case = see(campus, ask(campus, HAN, "refund", **{**good, "amount": 1_250_000}, **ACCOUNT))
    assert [one.rule for one in case.findings] == ["REF-01", "REF-03"]


def expel(campus: Campus, on: date) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        row = session.get_one(StudentRow, person.id)
        row.standing, row.ended_on = "expelled", on


def test_an_admission_that_cannot_be_taken_up_needs_its_proof(campus: Campus) -> None:
    """REF-02."""
    pay(campus, ADMITTED, SPRING)
    given = {"reason": "admission_not_taken_up", **ACCOUNT}
    assert refused(campus, ADMITTED, "refund", **given) == [("REF-02", "files")]
    application = ask(campus, ADMITTED, "refund", file=True, **given)
    assert see(campus, application, ADMITTED).state == "at_desk"
