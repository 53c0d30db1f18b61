"""Application for Waiver of Tuition Fees (WAI-01, WAI-02; rulebook, "Forms as printed").

The student asks for an extent and says why; advisor and professor in charge of
the campus sign; Educational Affairs records what the President granted.

Readings: the pages name no window for it, so it can be asked for as long as
the semester lasts, and for the coming one as soon as that is on record. The
ground, which the printed form lacks, stands with the reasons.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import granted, request, tuition_asked
from services.forms.catalog.fields import AnswerSchema, Choice, Words
from services.forms.catalog.kind import Answers, Asking, Finding, Text
from services.forms.catalog.partly import Partly
from services.forms.catalog.request import semester_of
from services.forms.rules import tell, tuition, waiver

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
EXTENT = Partly(  # WAI-01
    "extent", waiver.grantable, PRINTED_EXTENTS.__getitem__, _p("printed", "Granted in part")
)
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
        boxes={one: f"box_{one}" for one in waiver.EXTENTS},
    )
    ground = Choice(
        GROUNDS,
        _p("field", "Ground"),
        _l("Tuition Regulations, article 4 no. 4"),
        boxes={"hardship": "box_ground_hardship", "promotion_of_learning": "box_ground_learning"},
    )
    reasons = Words(
        280,  # Korean letters that seven lines of the box hold, or 560 Latin ones
        _p("field", "Reasons"),
        _l(
            "Say what makes payment difficult, since when and why. "
            "It is printed on the form as you write it."
        ),
    )


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """WAI-01, WAI-02: what is waived of what is charged, and which documents help."""
    semester = semester_of(answers)
    charge = tuition.charge(asking.student, asking.semesters[semester])
    found = [tell.charged(charge, semester), tell.documents_wanted()]
    if charge.krw is None:
        return found
    return [tell.reduced(waiver.reduction(answers["extent"], charge.krw)), *found]


def abouts(asking: Asking) -> dict[str, dict[str, Text]]:
    """What each extent comes to for this student."""
    krw = tuition_asked.charged_now(asking)
    if krw is None:
        return {}
    return {
        "extent": {one: tell.comes_to(waiver.reduction(one, krw)) for one in waiver.EXTENTS},
        "ground": {"hardship": _l("Natural disasters and the like")},
    }


KIND = tuition_asked.PrintedForm(
    name="tuition_waiver",
    prefix="W",
    title=_l("Tuition waiver"),
    summary=_l("All, two thirds or one third of the tuition, for hardship or to promote learning."),
    paper_title=_l("Application for Waiver of Tuition Fees"),
    schema=TuitionWaiver,
    partly=EXTENT,
    abouts=abouts,
    judge=judge,
    sentence=SEEK,
    decides="extent_granted",
    shown=("year", "semester_ordinal", "decision", "extent_granted", "decision_date"),
    changes=lambda case: granted.arrangement(case, "waiver", extent=EXTENT.granted(case)),
    headline=lambda answers: HEADLINES[answers["extent"]],
    result=lambda answers, extent: RESULTS[extent or answers["extent"]],
).kind()
