"""Two requests that contradict each other are not open side by side (WDR-01, MAJ-01, TUI-02, …)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.forms.applications import life
from services.forms.catalog import BY_NAME, contradictions
from services.forms.catalog.contradictions import CONTRADICTIONS, Contradiction
from services.forms.catalog.kind import Beside
from services.forms.people.values import Semester
from tests.forms.applications.requesting import ask, grant, refused
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.campus import HAN, Campus
from tests.forms.cast import asking
from tests.forms.pages.browser import signed_in
from tests.forms.pages.sound import faults

REASON = "집안 사정으로 학업을 이어 가기 어렵습니다."
FALL = Semester(2022, "fall")
# Enough of any kind's answers to know which semesters it is about and whom it names.
SOME: dict[str, Any] = {**FALL.as_json(), "semesters": 1, "professor": "p-seo"}


def begin(campus: Campus, kind: str, **answers: Any) -> str:
    person = campus.person(HAN)
    with campus.write() as session:
        return life.start(session, campus.parts, person, kind, answers).id


def withdraw(campus: Campus, application: str) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        life.withdraw(session, campus.parts, person, application)


def test_a_leave_waits_until_the_waiver_of_its_semester_is_taken_back(campus: Campus) -> None:
    """TUI-02."""
    waiver = send(campus)
    assert refused(campus, HAN, "leave_of_absence", reason=REASON) == [("TUI-02", None)]
    withdraw(campus, waiver)
    assert see(campus, ask(campus, HAN, "leave_of_absence", reason=REASON)).state == "in_approval"


def test_a_leave_of_another_semester_is_no_contradiction(campus: Campus) -> None:
    send(campus)
    found = refused(
        campus, HAN, "leave_of_absence", reason=REASON, **Semester(2023, "spring").as_json()
    )
    assert found == [("LEA-01", "semester")]  # too early for it, but nothing of the waiver


def test_every_semester_of_a_leave_counts(campus: Campus) -> None:
    ask(campus, HAN, "leave_of_absence", reason=REASON, semesters=2)
    again = {**Semester(2023, "spring").as_json(), "reason": REASON}
    found = refused(campus, HAN, "return_from_leave", **again)
    assert ("LEA-01", None) in found


def test_what_was_granted_is_in_the_register_and_stands_against_nothing_here(
    campus: Campus,
) -> None:
    leave = ask(campus, HAN, "leave_of_absence", reason=REASON)
    assert refused(campus, HAN, "withdrawal", reason=REASON) == [("WDR-01", None)]
    sign(campus, newest_link(campus))
    grant(campus, leave, "jihun.baek")
    assert see(campus, ask(campus, HAN, "withdrawal", reason=REASON)).state == "in_approval"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Tuition waiver ({number}) is not decided yet."),
        ("ko", "등록금 감면 신청({number})이 아직 결정되지 않았습니다."),
    ],
)
def test_the_draft_and_the_first_page_name_the_open_one_and_lead_to_it(
    campus: Campus, language: str, words: str
) -> None:
    draft = begin(campus, "withdrawal", **FALL.as_json())
    waiver = send(campus)
    number = see(campus, waiver).number
    student = signed_in(campus, HAN, language)
    for path in (f"/applications/{draft}/edit", "/"):
        page = student.open(path)
        assert words.format(number=number) in page.text
        assert f'href="/applications/{waiver}"' in page.text
        assert faults(page) == []


@pytest.mark.parametrize(
    ("language", "words", "remedy"),
    [
        (
            "en",
            "Whoever is on leave in a semester has no tuition to pay for it. TUI-02",
            "Withdraw that one first, or wait until it is decided.",
        ),
        (
            "ko",
            "휴학하는 학기에는 납부할 등록금이 없습니다. TUI-02",
            "먼저 그 신청을 철회하거나 결정될 때까지 기다려 주세요.",
        ),
    ],
)
def test_the_empty_form_says_at_once_what_its_semester_contradicts(
    campus: Campus, language: str, words: str, remedy: str
) -> None:
    """TUI-02: before anything is saved, and again when the form is sent as it is."""
    waiver = send(campus)
    number = see(campus, waiver).number
    student = signed_in(campus, HAN, language)
    for page in (
        student.open("/apply/leave_of_absence"),
        student.post("/apply/leave_of_absence", do="save", **_typed()),
    ):
        assert f"({number})" in page.words
        assert words in page.words
        assert remedy in page.words
        assert f'href="/applications/{waiver}"' in page.text
        assert faults(page) == []


def test_sent_from_the_empty_form_it_is_refused_with_all_that_is_wrong(campus: Campus) -> None:
    """TUI-02, and the reason that is missing."""
    number = see(campus, send(campus)).number
    student = signed_in(campus, HAN, "en")
    student.open("/apply/leave_of_absence")
    page = student.post("/apply/leave_of_absence", do="preview", **_typed())
    assert page.status == 422
    assert f"Tuition waiver ({number}) is not decided yet." in page.words
    assert "Reason: Please answer this." in page.words


def _typed() -> dict[str, str]:
    """A leave of this semester without its reason, as a page posts it."""
    return {"kind": "general", "year": "2022", "semester": "fall", "semesters": "1"}


def test_another_semester_can_still_be_asked_for(campus: Campus) -> None:
    """The offer stays open; what the filled-in semester contradicts is a note."""
    send(campus)
    kinds = {one["name"]: one for one in campus.client(HAN).get("/kinds").json}
    leave = kinds["leave_of_absence"]
    assert leave["open"]
    assert [(one["rule"], one["severity"]) for one in leave["findings"]] == [("TUI-02", "note")]
    assert not kinds["withdrawal"]["open"]


def _beside(kind: str) -> Beside:
    found = BY_NAME[kind]
    return Beside(
        "an-id", "X-1", kind, found.title, found.about(SOME), frozenset(found.named(SOME).values())
    )


PAIRS = [(row, one, other) for row in CONTRADICTIONS for one in [row.one] for other in row.others]


@pytest.mark.parametrize(
    ("row", "one", "other"), PAIRS, ids=[f"{one}-{other}" for _row, one, other in PAIRS]
)
def test_whichever_of_two_comes_second_is_refused(row: Contradiction, one: str, other: str) -> None:
    for first, second in ((one, other), (other, one)):
        there = [_beside(first)]
        about = replace(asking(), beside=lambda there=there: there)
        (found,) = contradictions.against(BY_NAME[second], about, SOME)
        assert (found.rule, found.severity) == (row.rule, "block")
        assert found.figures["open_application"] == {"number": "X-1", "application_id": "an-id"}
        whatever = contradictions.against(BY_NAME[second], about, {})
        assert bool(whatever) == (row.within == "always")
        (told,) = contradictions.offered(BY_NAME[second], about, SOME)
        assert told.severity == ("block" if row.within == "always" else "note")


def test_each_pair_has_one_reason() -> None:
    pairs = [frozenset((one, other)) for _row, one, other in PAIRS]
    assert len(pairs) == len(set(pairs))
