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

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import letter_paper, letter_request, register_named, request
from services.forms.catalog.certificate import LANGUAGES
from services.forms.catalog.fields import AnswerSchema, Choice, Day, Line, SomebodyNamed, Words
from services.forms.catalog.kind import Answers, Asking, Finding, Text, Uploads
from services.forms.rules import letter, tell

DELIVERIES: Mapping[str, Text] = {
    "handed": _l("Handed to me"),
    "mailed": _l("Mailed to an address"),
}
ASK = _l(
    "I ask for a letter of recommendation for the purpose stated above. The professor whom "
    "I name may see what this request says of me and the documents that I attach."
)


class RecommendationLetter(AnswerSchema):
    """What the student answers; the letter itself is the professor's."""

    professor = SomebodyNamed(
        _p("field", "Professor"),
        _l("Who writes it. Ask in person first, if you can."),
        role=letter_paper.ROLE,
        listed=register_named.advisor_first,
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
    """REC-01, REC-02: who writes, and how and when it is delivered."""
    found = [letter.delivered_after_signing()]
    if register_named.professor(asking, answers["professor"]) is None:
        found.append(tell.no_such_professor("REC-01", "professor"))
    if answers["delivery"] == "mailed" and not answers.get("mail_address"):
        found.append(letter.address_needed())
    return [*found, *letter.of_wish(request.today(asking), answers.get("wished_by"))]


KIND = letter_request.Request(
    name=letter_paper.NAME,
    prefix="R",
    title=_l("Letter of recommendation"),
    summary=_l("A professor whom you name writes it; Student Affairs hands it over or mails it."),
    paper_title=_l("Request for a letter of recommendation"),
    schema=RecommendationLetter,
    uploads=Uploads(why=_l("The professor sees them: a CV or a transcript, for instance.")),
    against=against,
    judge=judge,
    prefill=lambda asking: {"language": asking.student.language, "delivery": "handed"},
    sentence=ASK,
    says=lambda answers: {"to": answers.get("institution") or answers.get("recipient", "")},
    headline=_l("asks for a letter of recommendation to %(to)s"),
    result=_l("Your letter of recommendation is sealed"),
).kind()
