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

from services.forms.catalog import letter_paper
from services.forms.catalog.certificate import LANGUAGES, OFFICE
from services.forms.catalog.fields import AnswerSchema, Choice, Day, Line, SomebodyNamed, Words
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Delivery,
    Desk,
    Finding,
    Kind,
    Step,
    Text,
    Uploads,
)
from services.forms.catalog.letter_paper import ROLE
from services.forms.rules import business_days, letter
from shared.clock import SEOUL
from shared.say import named

DELIVERIES: Mapping[str, Text] = {
    "handed": _l("Handed to me"),
    "mailed": _l("Mailed to an address"),
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
    return (
        found
        + _of_wish(asking, answers.get("wished_by"))
        + letter_paper.does_not_fit(asking, answers)
    )


def _of_wish(asking: Asking, wished: date | None) -> list[Finding]:
    today = asking.now.astimezone(SEOUL).date()
    if wished is None:
        return []
    if wished < today:
        return [letter.wished_in_the_past(wished)]
    soonest = 1 + letter.DELIVERY_DAYS
    soon = business_days.between(today, wished) < soonest
    return [letter.wished_soon(today, wished)] if soon else []


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


KIND = Kind(
    name=letter_paper.NAME,
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
    window=lambda _asking, _answers: (None, None),
    semester=lambda _answers: None,
    sentences=sentences,
    paper=letter_paper.paper,
    shows=letter_paper.shows,
    proves=lambda _case: letter_paper.PROVES,
    headline=headline,
    paper_title=_l("Request for a letter of recommendation"),
    result=lambda _answers, _granted: _l("Your letter of recommendation is sealed"),
    paper_language=lambda answers, _applicants: str(answers["language"]),
    named=lambda answers: {ROLE: str(answers["professor"])},
    choices=choices,
    days=days,
    judge_letter=letter_paper.judge,
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
