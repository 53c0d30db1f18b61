"""A letter of recommendation as it stands on paper: what is above it, its words, and their close.

What cannot be printed is told to the student of the lines above, to the writer of the letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_pgettext as _p
from flask_babel import pgettext

from services.forms.catalog import letter_pages, printed
from services.forms.catalog.kind import Answers, Asking, Case, Finding, Letter, Room, Text
from services.forms.people.masking import masked
from services.forms.people.values import Named
from services.forms.rules import letter, tell
from shared.clock import SEOUL
from shared.say import named
from shared.words import in_language

NAME = "recommendation_letter"
ROLE = "recommender"
PROVES = ("name", f"{ROLE}.name", "letter_date")
LINES: Mapping[str, Text] = {  # of the letter, with what people call them
    "position": _p("field", "Position"),
    "department": _p("field", "Department"),
    "contact": _p("field", "Contact"),
}
MEASURED: Mapping[str, Text] = {
    "recipient": _p("field", "Recipient"),
    "institution": _p("field", "Institution"),
    "recipient_address": _p("field", "Address of the recipient"),
}
OF_STUDENT: Mapping[str, Text] = {
    "name": _p("field", "Name"),
    "major": _p("field", "Major"),
}


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/recommendation_letter`, in the language of the case."""
    with in_language(case.language):
        given = case.answers.get
        return {
            "issue_number": pgettext("printed", "No. %(number)s", number=case.number),
            "letter_date": printed.long_day(_dated(case)),
            "recipient": case.answers["recipient"],
            "institution": given("institution") or "",
            "recipient_address": given("recipient_address") or "",
            **_student_lines(case.student),
            "body": "\n".join(_flow(case)),
            ROLE: _signature(case),
        }


def _student_lines(student: Any) -> dict[str, str]:
    lines = printed.student_lines(student)
    return {field: str(lines[field]) for field in ("name", "student_number", "program", "major")}


def _dated(case: Case) -> date:
    """The day of its signature; before that, of the request."""
    signed = next((one for one in case.signatures if one.role == ROLE), None)
    return (signed.at if signed else case.submitted_at).astimezone(SEOUL).date()


def _signature(case: Case) -> dict[str, Any]:
    return printed.signature(case, ROLE)


def _flow(case: Case) -> list[str]:
    """The letter line by line with its close, as `letter_pages` sets it."""
    return letter_pages.flow(_broken(case), _close(case))


def _broken(case: Case) -> list[str]:
    """The words in the lines of the paper; by the paragraph where nothing is measured."""
    body = case.letter.body if case.letter else ""
    if not body:
        return []
    if case.room is None:
        return body.split("\n")
    return list(case.room(NAME, case.language, "body", body).lines)


def _close(case: Case) -> list[str]:
    """Sincerely yours, and who writes: below the words, in the language of the case."""
    who = _writer(case)
    told = case.letter or Letter()
    name = named(who) if who else ""
    rows = [name, told.position, told.department, told.contact]
    return ["", printed.letter_close(), "", *filter(None, rows)]


def _writer(case: Case) -> Named | None:
    signed = next((one for one in case.signatures if one.role == ROLE), None)
    return signed or case.holders.get(ROLE)  # type: ignore[return-value]  # both have both names


def judge(case: Case, room: Room | None) -> list[Finding]:
    """What stands against printing the letter: something missing, no font, too long."""
    told = case.letter or Letter()
    with in_language(case.language):
        found = _of_body(case, told, room)
    for field, label in LINES.items():
        text = getattr(told, field)
        found += _of_closing(room, case.language, field, label, text)
    if not told.position:
        found.append(letter.nothing_written("position", LINES["position"]))
    return found


def _of_closing(
    room: Room | None, language: str, field: str, label: Text, text: str
) -> list[Finding]:
    """A line below the writer's name stands in the lines of the letter, and is one of them."""
    if room is None or not text:
        return []
    fit = room(NAME, language, "body", text)
    if fit.missing:
        return [letter.unprintable(field, label, fit)]
    return [] if len(fit.lines) == 1 else [letter.more_than_a_line(field, label)]


def _of_body(case: Case, told: Letter, room: Room | None) -> list[Finding]:
    if not told.body:
        return [letter.nothing_written("body", _p("field", "The letter"))]
    if room is None:
        return []
    fit = room(NAME, case.language, "body", told.body)
    if fit.missing:
        return [letter.unprintable("body", _p("field", "The letter"), fit)]
    over = len(_broken(case)) + len(_close(case)) - letter_pages.ROOM
    return [letter.letter_too_long(over)] if over > 0 else []


def shows(case: Case) -> list[tuple[str, str]]:
    """What the number alone tells a stranger: for whom, by whom, of which day; names masked."""
    values = paper(case)
    writer = values[ROLE]["name"]
    return [
        ("name", masked(values["name"])),
        (f"{ROLE}.name", masked(writer)),
        ("letter_date", values["letter_date"]),
    ]


def does_not_fit(asking: Asking, answers: Answers) -> list[Finding]:
    """What stands above the letter and the paper cannot hold."""
    language = answers["language"]
    with in_language(language):
        of_student = _student_lines(asking.student)
    texts = {field: (label, answers.get(field) or "") for field, label in MEASURED.items()}
    texts |= {field: (label, of_student[field]) for field, label in OF_STUDENT.items()}
    return [
        finding
        for field, (label, text) in texts.items()
        for finding in _of_line(asking.room, language, field, label, text)
    ]


def _of_line(room: Room | None, language: str, field: str, label: Text, text: str) -> list[Finding]:
    if room is None or not text:
        return []
    fit = room(NAME, language, field, text)
    if fit.missing:
        return [letter.unprintable(field, label, fit)]
    return [] if fit.ok else [tell.too_long(field, label, fit)]
