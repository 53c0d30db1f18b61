"""A window opens and closes at an instant: told to the second, refused one second late."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.forms.applications import cases, life
from services.forms.applications.answers import judge
from services.forms.applications.values import Span
from services.forms.pages import span
from services.forms.people import register
from shared.clock import SEOUL
from tests.forms.applications.requesting import go_to
from tests.forms.campus import HAN, Campus
from tests.forms.cast import in_language
from tests.forms.pages.browser import signed_in

SECOND = timedelta(seconds=1)
TYPED: dict[str, Any] = {
    "reason": "형편이 어렵습니다.",
    "reasons": "형편이 어렵습니다.",
    "pay_on": "2022-10-20",
    "extent": "full",
    "ground": "hardship",
    "semesters": 1,
    "remarks": "없음",
}
# Who asks for it, the rule that says when, and the day on which the test looks.
KINDS = (
    ("tuition_waiver", HAN, "TUI-02", (2022, 9, 6)),
    ("due_date_extension", HAN, "EXT-01", (2022, 8, 30)),
    ("installments", HAN, "TUI-13", (2022, 9, 6)),
    ("leave_of_absence", HAN, "LEA-01", (2022, 9, 6)),
    ("readmission", "2025-1384", "RDM-01", (2022, 9, 6)),
    ("integrative_qualifying_exam", "2025-3503", "IQE-01", (2022, 10, 4)),
    ("maximum_term_extension", "2023-1447", "TRM-04", (2022, 12, 10)),
)


@pytest.mark.parametrize(("kind", "who", "rule", "day"), KINDS, ids=[one[0] for one in KINDS])
def test_what_arrives_one_second_late_is_refused_with_the_rule(
    campus: Campus, kind: str, who: str, rule: str, day: tuple[int, ...]
) -> None:
    go_to(campus, *day)
    person, found = campus.person(who), campus.parts.kind(kind)

    def against(now: datetime) -> set[tuple[str, str | None]]:
        asking = cases.asking(session, campus.parts, student, now)
        said = judge(found, asking, answers)
        return {(one.rule, one.field) for one in said if one.severity == "block"}

    with campus.write() as session:
        student = register.find_student(session, person.id)
        asking = cases.asking(session, campus.parts, student)
        known = found.schema().fields
        answers = {name: value for name, value in TYPED.items() if name in known}
        answers |= found.prefill(asking)
        _opens, closes = found.window(asking, answers)
        assert closes is not None
        assert rule in {one for one, _field in against(closes) - against(closes - SECOND)}


def test_a_draft_is_told_to_the_second_how_long_it_has(campus: Campus) -> None:
    """The page and the API; with the last second it is over (EXT-01)."""
    go_to(campus, 2022, 9, 2)
    person = campus.person(HAN)
    with campus.write() as session:
        draft = life.start(session, campus.parts, person, "due_date_extension", {}).id
    student = signed_in(campus, HAN, "en")
    path = f"/applications/{draft}"
    assert "Open until Mon 5 September 2022, 14:00:00 (Korean time), 3 d 4 h left" in (
        student.open(f"{path}/edit").words
    )
    campus.clock.advance(datetime(2022, 9, 5, 13, 59, 59, tzinfo=SEOUL) - campus.clock.now())
    student, api = signed_in(campus, HAN, "en"), campus.client(HAN)  # the session is over by then
    assert "0 min 1 s left" in student.open(f"{path}/edit").words
    assert api.get(path).json["window"] == {
        "opens": "2022-08-29T00:00:00+09:00",
        "closes": "2022-09-05T14:00:00+09:00",
        "state": "open",
        "seconds_left": 1,
    }
    typed = {"year": "2022", "semester": "fall", "due_date": "2022-09-05", "pay_on": "2022-10-20"}
    page = student.post(f"{path}/edit", do="preview", reason="형편이 어렵습니다.", **typed)
    assert "0 min 1 s left" in page.words
    assert page.address.endswith("/preview")
    campus.clock.advance(SECOND)
    assert "Closed since Mon 5 September 2022, 14:00:00" in student.open(f"{path}/edit").words
    assert api.get(path).json["window"]["state"] == "closed"


@pytest.mark.parametrize(
    ("language", "choice", "words", "any_time"),
    [
        (
            "en",
            "General leave · ",
            "Open until Sun 15 January 2023, 24:00:00 (Korean time), 131 d 9 h left",
            "Any time",
        ),
        (
            "ko",
            "일반휴학 · ",
            "2023년 1월 15일(일) 24:00:00(한국 시간)까지, 131일 9시간 남음",
            "언제든지",
        ),
    ],
)
def test_of_the_leaves_the_general_one_alone_has_a_window(
    campus: Campus, language: str, choice: str, words: str, any_time: str
) -> None:
    """LEA-01: the empty form and the draft; three quarters of the fall end on 15 January."""
    student = signed_in(campus, HAN, language)
    assert choice + words in student.open("/apply/leave_of_absence").words
    assert choice in student.open("/").words
    person = campus.person(HAN)
    typed = {"kind": "general", "year": 2022, "semester": "fall", "semesters": 1}
    with campus.write() as session:
        draft = life.start(session, campus.parts, person, "leave_of_absence", typed).id
    assert choice + words in student.open(f"/applications/{draft}/edit").words
    with campus.write() as session:
        life.save(session, campus.parts, person, draft, {**typed, "kind": "disease"})
    page = student.open(f"/applications/{draft}/edit").words
    assert any_time in page
    assert choice not in page


def test_the_window_of_a_general_leave_is_that_of_the_semester_it_begins_in(
    campus: Campus,
) -> None:
    """LEA-01: of the spring it opens on the last day of the fall."""
    person = campus.person(HAN)
    typed = {"kind": "general", "year": 2023, "semester": "spring", "semesters": 1}
    with campus.write() as session:
        draft = life.start(session, campus.parts, person, "leave_of_absence", typed).id
    api = campus.client(HAN)
    told = api.get(f"/applications/{draft}").json["window"]
    assert (told["opens"], told["state"]) == ("2023-02-28T00:00:00+09:00", "not_yet")
    with campus.write() as session:
        life.save(session, campus.parts, person, draft, {**typed, "year": "next"})
    told = api.get(f"/applications/{draft}").json["window"]
    assert (told["closes"], told["state"]) == ("2023-01-16T00:00:00+09:00", "open")


@pytest.mark.parametrize(
    ("language", "day", "words"),
    [
        ("en", 27, "Opens on Mon 29 August 2022, 00:00:00 (Korean time)"),
        ("en", 30, "Open until Wed 31 August 2022, 24:00:00 (Korean time), 1 d 14 h left"),
        ("ko", 31, "2022년 8월 31일(수) 24:00:00(한국 시간)까지, 14시간 0분 남음"),
    ],
)
def test_midnight_is_the_end_of_its_day(language: str, day: int, words: str) -> None:
    opens, closes = datetime(2022, 8, 29, tzinfo=SEOUL), datetime(2022, 9, 1, tzinfo=SEOUL)
    with in_language(language):
        now = datetime(2022, 8, day, 10, tzinfo=SEOUL)
        found = span.told(Span(opens, closes, now))
    assert found == words
