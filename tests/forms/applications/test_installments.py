"""Tuition in installments, from the form to what is owed (TUI-06 to TUI-08, TUI-13)."""

from __future__ import annotations

from datetime import date

from services.forms.people import register
from services.forms.people.values import Semester
from services.forms.rules import dues
from tests.forms.applications.requesting import ask, go_to, grant, pay, refused, student
from tests.forms.applications.test_journey import see
from tests.forms.campus import DESK, HAN, Campus

KIND = "installments"
FALL, SPRING = Semester(2022, "fall"), Semester(2023, "spring")
# TUI-07, P1 to P4 of 2022 fall, moved by whole weeks to the next semester.
DUE = [date(2023, 3, 6), date(2023, 4, 7), date(2023, 4, 28), date(2023, 5, 26)]


def test_granted_the_semester_is_owed_in_four_parts(campus: Campus) -> None:
    """TUI-06, TUI-07."""
    case = see(campus, ask(campus, HAN, KIND))
    told = {one.rule: one for one in case.findings}
    assert [one["krw"] for one in told["TUI-06"].figures["parts"]] == [625_000] * 4
    assert told["TUI-08"].figures["until"] == DUE[0]
    paper, _said = grant(campus, case.id, DESK)
    assert paper.facts["values"]["paid_semester"] == "2023학년도 1학기"
    with campus.write() as session:
        data = register.semesters(session)[SPRING]
    owed = dues.owed(student(campus, HAN), data, date(2023, 3, 1))
    assert [(line.due.krw, line.due.period.last_day) for line in owed.lines] == [
        (625_000, day) for day in DUE
    ]
    assert refused(campus, HAN, KIND) == [("TUI-06", "semester")]


def test_whoever_missed_the_period_is_led_to_the_extension(campus: Campus) -> None:
    """TUI-13: 2022 fall has no period left; the extension is open until Sep 5, 14:00."""
    go_to(campus, 2022, 9, 5)
    assert refused(campus, HAN, KIND, **FALL.as_json()) == [("TUI-13", "semester")]
    found = refusal(campus)
    assert found["figures"]["extension"] == "open"
    assert "분할 납부를 선택해 주세요" in found["remedy"]
    go_to(campus, 2022, 9, 6)
    assert refusal(campus)["figures"]["extension"] == "closed"


def refusal(campus: Campus) -> dict[str, object]:
    """What the API says of a draft about 2022 fall."""
    api = campus.client(HAN, "ko")
    made = api.post("/applications", {"kind": KIND, "answers": FALL.as_json()}).json
    found: dict[str, object] = api.post(f"/applications/{made['id']}/submit", {}).json["findings"][
        0
    ]
    return found


def test_what_is_paid_or_too_late_is_refused(campus: Campus) -> None:
    """TUI-06, TUI-08."""
    pay(campus, HAN, SPRING)
    assert refused(campus, HAN, KIND) == [("TUI-06", "semester")]


def test_who_does_not_pay_has_nothing_to_divide(campus: Campus) -> None:
    """TUI-02, TRM-07."""
    assert refused(campus, "2022-3049", KIND)[0][0] == "TRM-07"
