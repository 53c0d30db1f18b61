"""Tell what the rules of readmission say (RDM-01, RDM-02)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester, Standing, Student
from services.forms.rules.finding import Finding
from services.forms.rules.readmission import Attendance, Why
from services.forms.rules.tell import filled, semester
from services.forms.rules.tell_standing import not_for
from shared.say import full_day, plain_day


def against(why: Why, student: Student) -> Finding:
    """RDM-01: why this student does not come back this way."""
    return never_left(student.standing) if why == "never_left" else barred(student.barred)


def never_left(standing: Standing) -> Finding:
    """RDM-01: only who has left comes back this way."""
    words = _l("It is for who left the university or was expelled.")
    return not_for("RDM-01", words, standing)


def barred(reason: str) -> Finding:
    """RDM-01: the list of those who cannot be readmitted, and staff's reason."""
    return Finding(
        "RDM-01",
        "block",
        _l("The university has noted that you cannot be readmitted: %(reason)s", reason=reason),
        figures={"reason": reason},
        remedy=_l("If that is wrong, ask the Student Team."),
    )


def not_that_semester(asked: Semester, coming: Semester) -> Finding:
    """RDM-01: before each semester begins, for that semester."""
    return Finding(
        "RDM-01",
        "block",
        filled(
            _l("Readmission to the %(asked)s cannot be asked for now."),
            lambda: {"asked": semester(asked)},
        ),
        field="semester",
        figures={"asked": asked.as_json(), "semester": coming.as_json()},
        remedy=filled(_l("Choose the %(latest)s."), lambda: {"latest": semester(coming)}),
    )


def no_coming_semester() -> Finding:
    """RDM-01: the semester to come has to be on record."""
    return Finding(
        "RDM-01",
        "block",
        _l("The register does not have the coming semester yet."),
        remedy=_l("Educational Affairs enters it; ask there when it will be."),
    )


def documents_of_the_notice() -> Finding:
    """RDM-01: what else is wanted stands in each semester's notice."""
    return Finding(
        "RDM-01",
        "note",
        _l("Attach what this semester’s notice on readmission asks for."),
        remedy=_l("The office may return the form for it."),
    )


def credits_of(earned: int, asked: int) -> Finding:
    """RDM-02: how many of the earlier credits are to count."""
    return too_many_credits(asked, earned) if asked > earned else credits_count(asked, earned)


def credits_count(asked: int, earned: int) -> Finding:
    """RDM-02: part or whole, after three have agreed."""
    return Finding(
        "RDM-02",
        "note",
        _l(
            "You ask for %(asked)s of your %(earned)s earlier credits. The prospective advisor, "
            "the professor in charge of the major and the dean agree; fewer may be granted.",
            asked=asked,
            earned=earned,
        ),
        figures={"asked": asked, "earned": earned},
    )


def too_many_credits(asked: int, earned: int) -> Finding:
    """RDM-02: only credits that were earned can count."""
    return Finding(
        "RDM-02",
        "block",
        _l("The register has %(earned)s earlier credits of yours, not %(asked)s.",
           earned=earned, asked=asked),
        field="credits",
        figures={"asked": asked, "earned": earned},
        remedy=_l("Write %(earned)s or fewer.", earned=earned),
    )  # fmt: skip


def reckoned(found: Attendance) -> Finding:
    """RDM-02, TRM-03: attendance goes on from the first day of the course."""
    words = (
        _l("Your attendance is reckoned from %(day)s, the first day of your course.")
        if found.left >= 0
        else _l(
            "Your attendance is reckoned from %(day)s, the first day of your course: you would be "
            "past the maximum term (TRM-03), which can be extended (TRM-04)."
        )
    )
    return Finding(
        "RDM-02",
        "note",
        filled(words, lambda: {"day": plain_day(found.since)}),
        figures={
            "since": found.since,
            "semesters_attended": found.attended,
            "semesters_used": found.used,
            "semesters_left": found.left,
        },
        derivation=[
            _l(
                "%(used)s semesters of the maximum term are used with this one, %(left)s are left.",
                used=found.used,
                left=max(found.left, 0),
            )
        ],
    )


def closes_on(first_day: object) -> Finding:
    """RDM-01: until the semester begins."""
    return Finding(
        "RDM-01",
        "note",
        filled(
            _l("It can be asked for until the semester begins on %(day)s."),
            lambda: {"day": full_day(first_day)},  # type: ignore[arg-type]
        ),
        figures={"first_day": first_day},
    )
