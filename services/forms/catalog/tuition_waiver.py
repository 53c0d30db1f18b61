"""Application for Waiver of Tuition Fees (WAI-01, WAI-02; rulebook, "Forms as printed").

The student asks for an extent and says why; advisor and professor in charge of
the campus sign; Educational Affairs records what the President granted.

Readings: the pages name no window for it, so it can be asked for as long as
the semester lasts, and for the coming one as soon as that is on record. The
ground, which the printed form lacks, stands with the reasons.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, request, room, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, Words
from services.forms.catalog.kind import (
    Answers,
    Asking,
    Case,
    Desk,
    Finding,
    Kind,
    Step,
    Text,
    Uploads,
)
from services.forms.catalog.request import semester_of
from services.forms.people.masking import masked
from services.forms.people.values import Arrangement
from services.forms.rules import tell, tuition, waiver
from shared.words import in_language

NAME = "tuition_waiver"
GROUNDS = {
    "hardship": _l("Payment is difficult for inevitable reasons"),
    "promotion_of_learning": _l("Needed to promote learning"),
}
PRINTED_EXTENTS = {
    "full": _p("printed extent", "Full waiver"),
    "two_thirds": _p("printed extent", "2/3 reduction"),
    "one_third": _p("printed extent", "1/3 reduction"),
}
HEADLINES = {
    "full": _l("asks for the whole tuition to be waived"),
    "two_thirds": _l("asks for two thirds of the tuition to be waived"),
    "one_third": _l("asks for one third of the tuition to be waived"),
}
RESULTS = {
    "full": _l("The whole tuition is waived"),
    "two_thirds": _l("Two thirds of the tuition are waived"),
    "one_third": _l("One third of the tuition is waived"),
}
SEEK = _l(
    "I hereby seek approval for the Application for a Tuition Fee Waiver "
    "for the %(semester_ordinal)s semester, %(year)s."
)


class TuitionWaiver(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    year = request.year()
    semester = request.term()
    extent = Choice(
        tell.EXTENTS,
        _p("field", "Extent"),
        _l("The extent granted may be less than you ask for."),
        columns="three",
    )
    ground = Choice(GROUNDS, _p("field", "Ground"), _l("Tuition Regulations, article 4 no. 4"))
    reasons = Words(
        280,  # Korean letters that seven lines of the box hold, or 560 Latin ones
        _p("field", "Reasons"),
        _l(
            "Say what makes payment difficult, since when and why. "
            "It is printed on the form as you write it."
        ),
    )


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """What the rules say of the answers: what refuses them, and the figures for the desk."""
    semester = semester_of(answers)
    blocked = tuition_asked.against(asking, semester)
    if blocked:
        return blocked + _does_not_fit(asking, answers)
    charge = tuition.charge(asking.student, asking.semesters[semester])
    findings = [tell.charged(charge, semester), tell.documents_wanted()]
    if charge.krw is not None:
        findings.insert(0, tell.reduced(waiver.reduction(answers["extent"], charge.krw)))
    return findings + _does_not_fit(asking, answers)


def _does_not_fit(asking: Asking, answers: Answers) -> list[Finding]:
    """What the printed form could not hold, before anybody signs it."""
    return room.of_student(asking, NAME) + room.of_text(
        asking, NAME, "reasons", _p("field", "Reasons"), answers["reasons"]
    )


def abouts(asking: Asking) -> dict[str, dict[str, Text]]:
    """What each extent comes to for this student."""
    semester = tuition_asked.semester_now(asking)
    if semester is None or tuition_asked.against(asking, semester):
        return {}
    charged = tuition.charge(asking.student, asking.semesters[semester]).krw
    if charged is None:
        return {}
    return {
        "extent": {e: tell.comes_to(waiver.reduction(e, charged)) for e in waiver.EXTENTS},
        "ground": {"hardship": _l("Natural disasters and the like")},
    }


def sentences(answers: Answers) -> list[Text]:
    """The sentence that is signed, as the form prints it."""
    return [tell.filled(SEEK, lambda: printed.semester_lines(semester_of(answers)))]


def paper(case: Case) -> dict[str, Any]:
    """The values of `templates/documents/tuition_waiver`, in the language of the case."""
    with in_language(case.language):
        return {
            "application_number": case.number,
            **printed.student_lines(case.student),
            **printed.semester_lines(semester_of(case.answers)),
            **_boxes(case.answers),
            "reasons": case.answers["reasons"],
            "application_date": printed.day(case.submitted_at),
            "applicant": printed.signature(case, "applicant"),
            "advisor": printed.signature(case, "advisor"),
            "campus_professor": printed.signature(case, "campus_professor"),
            "attachments": printed.attachments(case.attachments),
            **_decision(case),
        }


def _boxes(answers: Answers) -> dict[str, str]:
    return {
        **{f"box_{e}": printed.box(answers["extent"] == e) for e in waiver.EXTENTS},
        "box_ground_hardship": printed.box(answers["ground"] == "hardship"),
        "box_ground_learning": printed.box(answers["ground"] == "promotion_of_learning"),
    }


def _granted(case: Case) -> str:
    granted = case.decision.granted if case.decision else None
    return granted or case.answers["extent"]


def _decision(case: Case) -> dict[str, str]:
    """Granted, or granted in part (WAI-01: less than asked)."""
    in_part = waiver.granted_in_part(case.answers["extent"], _granted(case))
    granted = _p("printed", "Granted in part") if in_part else _p("printed", "Granted")
    return printed.decision(case, granted, PRINTED_EXTENTS[_granted(case)])


def changes(case: Case) -> list[Arrangement]:
    """WAI-01: the extent granted is waived of the semester's tuition."""
    semester = semester_of(case.answers)
    return [Arrangement(semester, "waiver", case.number, extent=_granted(case))]


def shows(case: Case) -> list[tuple[str, str]]:
    """What the number alone tells a stranger, to compare with the paper in hand."""
    values = paper(case)
    public = ("year", "semester_ordinal", "decision", "extent_granted", "decision_date")
    return [("name", masked(values["name"])), *((field, values[field]) for field in public)]


# What the QR code repeats, signed (most important first).
PROVES = ("name", "extent_granted", "decision", "year", "semester_ordinal", "decision_date")

KIND = Kind(
    name=NAME,
    version=1,
    prefix="W",
    title=_l("Tuition waiver"),
    summary=_l("All, two thirds or one third of the tuition, for hardship or to promote learning."),
    schema=TuitionWaiver,
    route=(Step("advisor"), Step("campus_professor")),
    desk=Desk("educational_affairs", granted=lambda answers: waiver.grantable(answers["extent"])),
    uploads=Uploads(),
    may_ask=tuition_asked.against_any,
    judge=judge,
    prefill=tuition_asked.prefill,
    window=tuition_asked.window,
    semester=semester_of,
    sentences=sentences,
    paper=paper,
    shows=shows,
    changes=changes,
    proves=lambda _case: PROVES,
    for_office=("attachments",),
    headline=lambda answers: HEADLINES[answers["extent"]],
    abouts=abouts,
    addressee=_l("To the President of Dojang University of Science"),
    result=lambda answers, granted: RESULTS[granted or answers["extent"]],
    paper_title=_l("Application for Waiver of Tuition Fees"),
)
