"""The page that answers what a student owes, until when, why, and what if they leave."""

from __future__ import annotations

from datetime import date

import pytest

from services.forms.people import changes
from services.forms.people.tables import PaymentRow
from services.forms.people.values import Arrangement, Payment, Semester
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import Browser, signed_in
from tests.forms.pages.sound import faults

FALL = Semester(2022, "fall")


@pytest.fixture
def student(campus: Campus) -> Browser:
    return signed_in(campus, HAN, "ko")


def pays(campus: Campus, *payments: Payment) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        session.query(PaymentRow).filter_by(student_id=person.id, semester=FALL).delete()
        for one in payments:
            session.add(PaymentRow(student_id=person.id, **one.__dict__))


def test_it_says_what_until_when_and_why(campus: Campus, student: Browser) -> None:
    pays(campus)
    page = student.open("/tuition")
    assert page.heading == "등록금"
    assert "이번 학기 등록금2,500,000원" in page.words
    assert "8월 16일(화) ~ 9월 5일(월)" in page.words
    assert "기한 안에 내지 않음" in page.words  # it is the day after
    assert faults(page) == []


def test_what_was_granted_changes_what_is_owed(campus: Campus, student: Browser) -> None:
    pays(campus)
    person = campus.person(HAN)
    with campus.write() as session:
        for made in (
            Arrangement(FALL, "waiver", "W-1", extent="two_thirds"),
            Arrangement(FALL, "extension", "E-1", pay_on=date(2022, 10, 20)),
        ):
            changes.apply(made, session, person.id)
            changes.apply(made, session, person.id)
    page = student.open("/tuition")
    assert "834,000원" in page.words
    assert "10월 20일(목)" in page.words
    assert "나중에 납부" in page.words


def test_the_calculator_says_what_comes_back_on_a_day(campus: Campus, student: Browser) -> None:
    pays(campus, Payment(FALL, 0, date(2022, 9, 1), 2_500_000))
    page = student.open("/tuition?on=2022-10-15")
    assert "2,500,000원 가운데 1,666,000원을 돌려받습니다" in page.words
    wrong = student.open("/tuition?on=soon")
    assert wrong.status == 200
    assert "날짜를 적어 주세요" in wrong.words
    assert 'value="soon"' in wrong.text
    assert faults(wrong) == []


def test_a_plan_without_its_first_installment_is_said_to_be_invalid(
    campus: Campus, student: Browser
) -> None:
    pays(campus, Payment(FALL, 2, date(2022, 9, 1), 625_000))
    assert "분할 납부가 효력을 잃었습니다" in student.open("/tuition").words


def test_whoever_pays_nothing_this_semester_is_told_why(campus: Campus) -> None:
    page = signed_in(campus, "2021-2015", "en").open("/tuition")
    assert "no longer a student" in page.words
    assert faults(page) == []


def test_it_is_for_students_alone(campus: Campus) -> None:
    assert signed_in(campus, DESK, "en").open("/tuition").status == 403


def test_the_calculator_says_which_row_which_figures_and_the_nearest_other_day(
    campus: Campus,
) -> None:
    """REF-01, TUI-05, the guide's table: two days earlier it is another row."""
    pays(campus, Payment(FALL, 0, date(2022, 9, 1), 2_500_000))
    page = signed_in(campus, HAN, "en").open("/tuition?on=2022-11-01")
    for said in (
        "Day 61, counted from the first day of the semester, Thu 1 September 2022 (day 0)",
        "REF-01, Mon 31 October to Tue 29 November: 1/2",
        "2,500,000 × 1/2 = 1,250,000",
        "Asked 2 days earlier: KRW 1,666,000 instead of KRW 1,250,000",
        "Asked 29 days later: KRW 0 instead of KRW 1,250,000",
    ):
        assert said in page.words
    assert page.words.index("earlier") < page.words.index("days later")  # the nearer one first
    october = signed_in(campus, HAN, "en").open("/tuition?on=2022-10-15")
    assert "2,500,000 × 2/3 = 1,666,666.67 → truncated below 1,000" in october.words


def test_whoever_has_paid_nothing_sees_what_it_would_be(campus: Campus) -> None:
    pays(campus)
    page = signed_in(campus, HAN, "en").open("/tuition?on=2022-10-15")
    assert (
        "nothing comes back. If you had paid KRW 2,500,000, KRW 1,666,000 of it would" in page.words
    )


def test_it_says_how_in_full_and_in_installments(campus: Campus) -> None:
    """TUI-06, TUI-07, TUI-12, TUI-13."""
    pays(campus)
    page = signed_in(campus, HAN, "en").open("/tuition")
    assert "Dojang Bank" in page.words
    assert "700-2025-003107" in page.words
    for period in (
        "Tue 16 August to Mon 5 September",
        "Mon 3 October to Fri 7 October",
        "Mon 24 October to Fri 28 October",
        "Mon 21 November to Fri 25 November",
    ):
        assert f"{period}KRW 625,000" in page.words
    pays(campus, Payment(FALL, 0, date(2022, 9, 1), 2_500_000))
    assert "four installments" not in signed_in(campus, HAN, "en").open("/tuition").words


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_invoice_has_the_students_own_account(campus: Campus, language: str) -> None:
    """TUI-12."""
    pays(campus)
    page = signed_in(campus, HAN, language).open("/tuition/invoice")
    assert page.address == "/tuition/invoice"
    assert faults(page) == []
    for figure in ("700-2025-003107", "2,500,000", HAN):
        assert figure in page.words


def test_without_anything_left_to_pay_there_is_no_invoice(campus: Campus) -> None:
    pays(campus, Payment(FALL, 0, date(2022, 9, 1), 2_500_000))
    assert signed_in(campus, HAN, "en").open("/tuition/invoice").address == "/tuition"


def test_a_payment_can_be_verified_after_the_deadline_of_its_period(campus: Campus) -> None:
    """TUI-10: P1 ended yesterday, P2 goes on from October 3 to 7."""
    pays(campus, Payment(FALL, 1, date(2022, 9, 5), 625_000))
    student = signed_in(campus, HAN, "en")
    [first] = student.open("/tuition").tree.xpath(
        "//table[caption='What you have paid']//tr[td][1]"
    )
    assert "Paid" in "".join(first.itertext())
    pays(campus, Payment(FALL, 1, date(2022, 9, 5), 625_000),
         Payment(FALL, 2, date(2022, 10, 4), 625_000))  # fmt: skip
    assert "It can be verified from Sat 8 October on" in student.open("/tuition").words


def test_a_program_gets_the_same_figures(campus: Campus) -> None:
    pays(campus, Payment(FALL, 1, date(2022, 9, 5), 625_000))
    found = campus.client(HAN).get("/tuition?on=2022-11-01").json
    assert (found["krw"], found["left_krw"]) == (2_500_000, 1_875_000)
    assert [one["krw"] for one in found["dues"]] == [625_000] * 4
    assert found["account"]["number"] == "700-2025-003107"
    assert {name: found["back"][name] for name in ("krw", "share", "earlier_krw", "later_krw")} == {
        "krw": 312_000, "share": "1/2", "earlier_krw": 416_000, "later_krw": 0}  # fmt: skip
    assert found["history"][-1]["verified_from"] == "2022-09-06"
    wrong = campus.client(HAN).get("/tuition?on=soon")
    assert (wrong.status_code, wrong.json["type"].rsplit("/")[-1]) == (422, "bad_on")
    graduated = campus.client("2021-2015").get("/tuition")
    assert graduated.json["type"].rsplit("/")[-1] == "not_paying"
