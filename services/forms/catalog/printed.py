"""How values stand on papers: dates, boxes, signatures, the student's lines.

Everything is in the language in force; patterns and words come from catalogs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from babel.dates import format_date, format_datetime
from flask_babel import get_locale, lazy_pgettext, ngettext, pgettext

from services.forms.catalog.fields import marks
from services.forms.catalog.kind import Case, Signed
from services.forms.people.values import Campus, Professor, Program, Semester, Student, Term
from services.forms.rules import tell
from services.forms.rules.finding import Text
from shared.clock import SEOUL
from shared.say import either, named

BOXES = {True: "☑", False: "☐"}
ATTACHMENTS_MARKS_MOST = 110  # one line of small print

SEMESTERS: Mapping[Term, Text] = {
    "spring": lazy_pgettext("printed semester", "1st"),
    "fall": lazy_pgettext("printed semester", "2nd"),
}
PROGRAMS: Mapping[Program, Text] = {
    "masters": lazy_pgettext("printed", "Master's program"),
    "doctoral": lazy_pgettext("printed", "Doctoral program"),
    "integrative": lazy_pgettext("printed", "Integrated M.S.–Ph.D. program"),
}
OFFICES: Mapping[str, Text] = {
    "educational_affairs": lazy_pgettext("office", "Educational Affairs"),
    "student_affairs": lazy_pgettext("office", "Student Affairs"),
    "student_team": lazy_pgettext("office", "Student Team"),
    "dean": lazy_pgettext("office", "Dean of Academic Affairs"),
    "graduate_committee": lazy_pgettext("office", "Graduate Committee"),
    "operations": lazy_pgettext("office", "Operations"),
}


COMMITTEES = ("graduate_committee",)  # they vote; nobody signs for them alone


def box(ticked: bool) -> str:
    """A check box."""
    return BOXES[ticked]


def day(at: date | datetime) -> str:
    """A day as the printed form has it: 08.24.2026, 2026년 8월 24일."""
    pattern = pgettext("printed date pattern", "MM.dd.y")
    local = at.astimezone(SEOUL).date() if isinstance(at, datetime) else at
    return format_date(local, pattern, locale=get_locale())


def moment(at: datetime) -> str:
    """A minute in Seoul: 08.24.2026 10:02, 2026-08-24 10:02."""
    pattern = pgettext("printed date pattern", "MM.dd.y HH:mm")
    return format_datetime(at, pattern, tzinfo=SEOUL, locale=get_locale())


def student_lines(student: Student) -> dict[str, Any]:
    """Campus, major, number, program and name of the applicant."""
    return {
        "campus": named(student.campus),
        "major": named(student.major),
        "student_number": student.student_number,
        "program": str(PROGRAMS[student.program]),
        "name": named(student),
    }


def long_day(at: date | None) -> str:
    """A day as certificates have it: November 22, 2026; 2026년 11월 22일."""
    if at is None:
        return ""
    pattern = pgettext("printed date pattern", "MMMM d, y")
    return str(format_date(at, pattern, locale=get_locale()))


def person_lines(student: Student) -> dict[str, str]:
    """Who a certificate speaks of: both names, whatever its language."""
    return {
        "name_ko": student.name_ko,
        "name_en": student.name_en,
        "birth_date": long_day(student.birth_date),
        "student_number": student.student_number,
        "program": str(PROGRAMS[student.program]),
    }


def study_lines(student: Student) -> dict[str, str]:
    """Where and since when somebody studies."""
    return {
        "campus": named(student.campus),
        "major": named(student.major),
        "admission_date": long_day(student.admitted_on),
    }


def semesters(first: Semester, last: Semester) -> str:
    """2nd semester 2026 – 1st semester 2027; a single one stands alone."""
    if first == last:
        return str(tell.semester(first))
    said: str = pgettext(
        "printed", "%(first)s – %(last)s", first=tell.semester(first), last=tell.semester(last)
    )
    return said


def semesters_count(count: int) -> str:
    """3 semesters; 3개 학기."""
    return str(ngettext("%(num)s semester", "%(num)s semesters", count))


def credits_count(count: int) -> str:
    """27 credits; 27학점."""
    return str(ngettext("%(num)s credit", "%(num)s credits", count))


def ended(
    rows: Sequence[Mapping[str, str]], columns: Sequence[str], end: str, room: int | None = None
) -> list[dict[str, str]]:
    """A table's rows, then one that says there are no more; empty ones after it up to `room`."""
    found, empty = [dict(row) for row in rows], dict.fromkeys(columns, "")
    if room is None or len(found) < room:
        found.append({**empty, "title": end})
    return found + [empty] * ((room or 0) - len(found))


def semester_lines(semester: Semester) -> dict[str, Any]:
    """Year and printed semester."""
    return {"year": str(semester.year), "semester_ordinal": str(SEMESTERS[semester.term])}


def chosen(case: Case, field: str) -> str:
    """What a field names in the register; nothing where it is no longer there."""
    found = case.chosen.get(field)
    return named(found) if found else ""


def letter_title(student: Student) -> str:
    """The heading of a letter of recommendation."""
    said: str = pgettext("printed", "Letter of Recommendation for %(name)s", name=named(student))
    return said


def letter_close() -> str:
    """What stands between the words of a letter and its writer's name."""
    said: str = pgettext("printed", "Sincerely yours,")
    return said


def signature(case: Case, role: str) -> dict[str, Any]:
    """A signature in its place; before it is given, the name of who is to give it.

    Of a committee, its name and how it voted.
    """
    if role in COMMITTEES:
        return _voted(case, role)
    signed: Signed | None = next((s for s in case.signatures if s.role == role), None)
    if signed is None:
        who = case.holders.get(role) or on_record(case.student, role)
        name = named(who) if who else ""
        return {"name": name, "drawn": False, "typed": "", "signed_at": ""}
    return {
        "name": signer_name(signed),
        "drawn": signed.drawn,
        "typed": signed.typed,
        "signed_at": moment(signed.at),
    }


def signer_name(signed: Signed) -> str:
    """Who signed; of a delegate also for whom: Seo Yu-na (on behalf of Yoon Tae-ho)."""
    name = str(named(signed))
    if not signed.behalf_ko:
        return name
    whom = either(en=signed.behalf_en, ko=signed.behalf_ko)
    said: str = pgettext("printed", "%(name)s (on behalf of %(whom)s)", name=name, whom=whom)
    return said


def _voted(case: Case, role: str) -> dict[str, Any]:
    found = case.votes.get(role)
    said = ""
    if found is not None:
        said = pgettext(
            "printed", "%(ayes)s in favour, %(noes)s against", ayes=found.ayes, noes=found.noes
        )
    return {
        "name": str(OFFICES[role]),
        "drawn": False,
        "typed": said,
        "signed_at": moment(found.at) if found else "",
    }


def on_record(student: Student, role: str) -> Student | Professor | None:
    """Who signs in a role, as the register has it."""
    campus: Campus = student.campus
    people = {
        "applicant": student,
        "advisor": student.advisor,
        "campus_professor": campus.representative,
    }
    return people.get(role)


def attachments(names: Sequence[str]) -> str:
    """The attached files' names, or how many there are where one line is not enough.

    A name may hold what no font has; it stands on the paper only when it is plain.
    """
    line = ", ".join(names)
    if marks(line) <= ATTACHMENTS_MARKS_MOST and all(_plain_letter(letter) for letter in line):
        return line
    return str(ngettext("%(num)s document", "%(num)s documents", len(names)))


def _plain_letter(letter: str) -> bool:
    return " " <= letter <= "~" or "가" <= letter <= "힣"


def decision(case: Case, decided: Text, granted: Text) -> dict[str, str]:
    """The decision block (rulebook, Readings): what, how much, which office, when, reference.

    Empty on a preview, before anybody decided.
    """
    names = ("decision", "extent_granted", "decision_office", "decision_date", "decision_reference")
    if case.decision is None:
        return dict.fromkeys(names, "")
    office, day_decided = str(OFFICES[case.decision.office]), day(case.decision.at)
    values = (str(decided), str(granted), office, day_decided, case.decision.reference)
    return dict(zip(names, values, strict=True))
