"""Letter of recommendation, 추천서 (REC-01, REC-02): a professor writes, the office delivers.

The student names a professor of the register and says what for; the professor
writes in the page or uploads a file and signs; Student Affairs seals the letter
and hands it over or mails it.

Readings: the pages name no author and no time for writing. The office's two
days run from the day on which it holds the signed letter. Who was named in a
request agrees to it by asking: the professor sees what the paper says of the
student, and what the student attached, and nothing else of the record.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel import pgettext

from services.forms.catalog import letter_pages, printed
from services.forms.catalog.certificate import LANGUAGES, OFFICE
from services.forms.catalog.fields import AnswerSchema, Choice, Day, Line, SomebodyNamed, Words
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Case,
    Delivery,
    Desk,
    Finding,
    Kind,
    Letter,
    Room,
    Step,
    Text,
    Uploads,
)
from services.forms.people.masking import masked
from services.forms.people.values import Named
from services.forms.rules import business_days, letter, tell
from shared.clock import SEOUL
from shared.say import named
from shared.words import in_language

NAME = "recommendation_letter"
ROLE = "recommender"
DELIVERIES: Mapping[str, Text] = {
    "handed": _l("Handed to me"),
    "mailed": _l("Mailed to an address"),
}
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


class RecommendationLetter(AnswerSchema):
    """What the student answers; the letter itself is the professor's."""

    professor = SomebodyNamed(
        _p("field", "Professor"), _l("Who writes it. Ask in person first, if you can.")
    )
    language = Choice(LANGUAGES, _p("field", "Language of the letter"), columns="two")
    purpose = Line(60, _p("field", "Purpose"), _l("For instance: a doctoral program from 2027"))
    recipient = Line(
        40, _p("field", "Recipient"), _l("To whom it is addressed, such as “Admissions Committee”.")
    )
    institution = Line(40, _p("field", "Institution"), required=False)
    recipient_address = Line(45, _p("field", "Address of the recipient"), required=False)
    delivery = Choice(
        DELIVERIES,
        _p("field", "Delivery"),
        _l("A mailed letter goes to the recipient alone; you do not get the file."),
        columns="two",
    )
    mail_address = Line(100, _p("field", "Mail it to"), _l("Only if it is mailed."), required=False)
    wished_by = Day(_p("field", "Wished by"), required=False)
    note = Words(
        300,
        _p("field", "Note to the professor"),
        _l("What the letter should speak of. It does not stand in the letter."),
        required=False,
    )


def against(asking: Asking) -> list[Finding]:
    """REC-01: whoever has studied here may ask."""
    standing = asking.student.standing
    return [letter.not_yet_here(standing)] if standing == "admitted" else []


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """REC-01, REC-02, and whether the paper can hold what stands above the letter."""
    found = [letter.delivered_after_signing()]
    if answers["professor"] not in {one.id for one in asking.professors()}:
        found.append(letter.no_such_professor())
    if answers["delivery"] == "mailed" and not answers.get("mail_address"):
        found.append(letter.address_needed())
    return found + _of_wish(asking, answers.get("wished_by")) + _does_not_fit(asking, answers)


def _of_wish(asking: Asking, wished: date | None) -> list[Finding]:
    today = asking.now.astimezone(SEOUL).date()
    if wished is None:
        return []
    if wished < today:
        return [letter.wished_in_the_past(wished)]
    soonest = 1 + letter.DELIVERY_DAYS
    soon = business_days.between(today, wished) < soonest
    return [letter.wished_soon(today, wished)] if soon else []


def _does_not_fit(asking: Asking, answers: Answers) -> list[Finding]:
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


def choices(asking: Asking) -> dict[str, dict[str, Text]]:
    """The professors to choose from: one's advisor first, then by name."""
    advisor = asking.student.advisor
    found: dict[str, Text] = {}
    if advisor is not None:
        found[advisor.id] = _l("%(name)s (your advisor)", name=named(advisor))
    for one in sorted(asking.professors(), key=named):
        found.setdefault(one.id, named(one))
    return {"professor": found}


def prefill(asking: Asking) -> dict[str, Any]:
    """In one's own language, to be fetched."""
    return {"language": asking.student.language, "delivery": "handed"}


def days(answers: Answers, _step: Step, asked: datetime) -> int:
    """Business days for writing, so that the office's two still fit before the wished day."""
    return letter.writing_days(asked.astimezone(SEOUL).date(), answers.get("wished_by"))


def headline(answers: Answers) -> Text:
    """asks for a letter of recommendation to …"""
    to = answers.get("institution") or answers["recipient"]
    said: Text = _l("asks for a letter of recommendation to %(to)s", to=to)
    return said


def sentences(_answers: Answers) -> list[Text]:
    """What the student agrees to by asking."""
    return [
        _l(
            "I ask for a letter of recommendation for the purpose stated above. The professor whom "
            "I name may see what this request says of me and the documents that I attach."
        )
    ]


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


def judge_letter(case: Case, room: Room | None) -> list[Finding]:
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


KIND = Kind(
    name=NAME,
    version=1,
    prefix="R",
    title=_l("Letter of recommendation"),
    summary=_l("A professor whom you name writes it; Student Affairs hands it over or mails it."),
    schema=RecommendationLetter,
    route=(Step(ROLE, business_days=letter.WRITING_DAYS, writes=True),),
    desk=Desk(OFFICE, business_days=letter.DELIVERY_DAYS),
    uploads=Uploads(why=_l("The professor sees them: a CV or a transcript, for instance.")),
    may_ask=against,
    judge=judge,
    prefill=prefill,
    window=lambda _asking: (None, None),
    semester=lambda _answers: None,
    sentences=sentences,
    paper=paper,
    shows=shows,
    proves=lambda _case: ("name", f"{ROLE}.name", "letter_date"),
    headline=headline,
    paper_title=_l("Request for a letter of recommendation"),
    result=lambda _answers, _granted: _l("Your letter of recommendation is sealed"),
    paper_language=lambda answers, _applicants: str(answers["language"]),
    named=lambda answers: {ROLE: str(answers["professor"])},
    choices=choices,
    days=days,
    judge_letter=judge_letter,
    delivery=Delivery(
        wished=lambda answers: str(answers["delivery"]),
        address=lambda answers: str(answers.get("mail_address") or ""),
    ),
    mails={
        "approval_request": "letter_request",
        "approval_reminder": "letter_reminder",
        "approval_signed": "letter_signed",
    },
)
