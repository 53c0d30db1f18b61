"""Application for Change of Major, 전공 변경 신청 (MAJ-01; ADV-01): also the way to change campus.

It names the new advisor, who is of the new major and agrees, as the present
advisor does; the Student Team decides. The transcript is attached.

Reading: a joint advisor of the former major stays on record until another is
asked for; nothing on the page says that one ends with the change.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.catalog import printed, register_named, request, study_request
from services.forms.catalog.fields import AnswerSchema, OfRegister, SomebodyNamed
from services.forms.catalog.kind import Answers, Asking, Finding, Uploads
from services.forms.people.values import Placement
from services.forms.rules import advisors, tell_advisors

YOURS = _l("Yours, where it stays the same.")


class MajorChange(AnswerSchema):
    """What the student answers; everything else comes from the register."""

    campus = OfRegister("campuses", _p("field", "New campus"), YOURS, line="new_campus")
    major = OfRegister("majors", _p("field", "New major"), YOURS, line="new_major")
    professor = SomebodyNamed(
        _p("field", "New advisor"),
        _l("Of the new major. They get a link and agree by signing."),
        role="prospective_advisor",
        line="chosen_advisor",
    )
    reason = request.reason()


def judge(asking: Asking, answers: Answers) -> list[Finding]:
    """MAJ-01: what can be changed to; ADV-01: who advises then."""
    campus = register_named.find(asking, "campuses", answers["campus"])
    major = register_named.find(asking, "majors", answers["major"])
    professor = register_named.professor(asking, answers["professor"])
    student, found = asking.student, []
    if why := advisors.why_not_major(student, campus, major, professor):
        wanted = major or student.major
        within = advisors.within(wanted, asking.professors())
        field = "major" if why in ("no_place", "nothing_changes") else "professor"
        found.append(tell_advisors.against("MAJ-01", why, wanted, professor, within, field))
    elif student.joint_advisor is not None and answers["major"] != student.major.code:
        found.append(tell_advisors.joint_advisor_stays(student.joint_advisor))
    return found


KIND = study_request.Request(
    name=tell_advisors.MAJOR_CHANGE,
    rule="MAJ-01",
    prefix="MC",
    title=_l("Change of major or campus"),
    summary=_l("Another major, another campus or both, with the advisor you will have there."),
    paper_title=_l("Application for Change of Major"),
    schema=MajorChange,
    roles=("advisor", "prospective_advisor"),
    uploads=Uploads(why=_l("The transcript is required."), required=True),
    document=tell_advisors.transcript_needed,
    judge=judge,
    prefill=lambda asking: {
        "campus": asking.student.campus.code,
        "major": asking.student.major.code,
    },
    granted=lambda case: printed.chosen(case, "major"),
    # MAJ-01: campus, major and advisor as they were asked for.
    changes=lambda case: [
        Placement(case.answers["campus"], case.answers["major"], case.answers["professor"])
    ],
    headline=_l("asks for another major or campus"),
    result=_l("Your major or campus has changed"),
    shown=("new_major", "new_campus"),
    proves=("new_campus",),
).kind()
