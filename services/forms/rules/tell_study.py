"""Tell what the rules of the course say (TRM-01 to TRM-07, IQE-01)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask_babel import lazy_gettext as _l

from services.forms.people.values import Semester
from services.forms.rules.finding import Finding, Text
from services.forms.rules.study import (
    EXAM_BEFORE,
    EXAM_FROM,
    EarlyDegree,
    WhyNoExam,
    WhyNoLonger,
    WhyNotEarly,
)
from services.forms.rules.tell import filled, later, semester
from services.forms.rules.terms import EXTENDED_AT_MOST
from shared.say import money

EARLY: Mapping[WhyNotEarly, Text] = {
    "too_early": _l(
        "This is your semester %(number)s of study; your program can be ended early in semester "
        "%(earliest)s at the earliest."
    ),
    "not_early": _l(
        "This is your semester %(number)s of study; the standard term is %(standard)s, so this "
        "degree is not early."
    ),
    "credits_unknown": _l("The register does not have the least credits for your degree yet."),
    "too_few_credits": _l(
        "At the end of the semester you will have %(credits)s credits; a degree needs %(needed)s."
    ),
}
EARLY_REMEDY: Mapping[WhyNotEarly, Text] = {
    "too_early": _l("Ask for it in that semester."),
    "not_early": _l("Nothing has to be asked for: you graduate in the standard term."),
    "credits_unknown": _l("Educational Affairs enters it; what you typed is kept until then."),
    "too_few_credits": _l("Ask for it in a semester in which the credits are enough."),
}
EXAM: Mapping[WhyNoExam, Text] = {
    "other_program": _l("The qualifying examination is for the integrative course."),
    "too_early": _l("Completed semesters: %(completed)s; it takes at least %(from)s."),
    "too_late": _l(
        "Completed semesters: %(completed)s; it is to be passed before %(before)s are completed."
    ),
    "passed": _l("You have passed the qualifying examination."),
    "admitted": _l("You are admitted to the examination of this semester already."),
}
EXAM_REMEDY: Mapping[WhyNoExam, Text] = {
    "other_program": "",
    "too_early": _l("Ask for it in a later semester."),
    "too_late": _l("Talk to your advisor and to the Student Team."),
    "passed": "",
    "admitted": "",
}
LONGER: Mapping[WhyNoLonger, Text] = {
    "not_yet": _l("Your maximum term does not end with this semester; semesters left: %(left)s."),
    "used_up": _l("Your maximum term was extended by %(most)s semesters already."),
    "too_many": _l("Semesters that can still be added: %(rest)s; you ask for %(asked)s."),
}
LONGER_REMEDY: Mapping[WhyNoLonger, Text] = {
    "not_yet": _l("Ask for it at the end of the semester in which it ends."),
    "used_up": _l("All extensions together are at most %(most)s semesters."),
    "too_many": _l("Ask for fewer."),
}


def _refused(
    rule: str, why: str, words: Text, remedy: Text, figures: Mapping[str, int | None]
) -> Finding:
    """What refuses a semester, with the figures that both sentences use."""
    return Finding(
        rule,
        "block",
        filled(words, lambda: figures),
        field="semester",
        figures={"why": why, **figures},
        remedy=remedy and filled(remedy, lambda: figures),
    )


def no_early_degree(found: EarlyDegree, why: WhyNotEarly) -> Finding:
    """TRM-02: why a degree in this semester is not an early one, with its figures."""
    return _refused("TRM-02", why, EARLY[why], EARLY_REMEDY[why], _early_figures(found))


def early_degree(found: EarlyDegree) -> Finding:
    """TRM-02: by how much the degree is early; the nearest other case is one semester later."""
    figures = _early_figures(found)
    return Finding(
        "TRM-02",
        "note",
        filled(_l("Semesters early: %(early)s (at most %(most)s)."), lambda: figures),
        figures=figures,
        derivation=[
            filled(line, lambda: figures)
            for line in (
                _l("semester %(number)s of study, the standard term is %(standard)s"),
                _l(
                    "%(earned)s credits earned + %(registered)s registered = %(credits)s; "
                    "%(needed)s needed"
                ),
                _l("in semester %(earliest)s of study at the earliest"),
            )
        ],
        remedy=filled(
            _l("From semester %(standard)s of study on nothing has to be asked for."),
            lambda: figures,
        ),
    )


def _early_figures(found: EarlyDegree) -> dict[str, int | None]:
    return {
        "number": found.number,
        "earliest": found.earliest,
        "standard": found.standard,
        "early": found.standard - found.number,
        "most": found.standard - found.earliest,
        "earned": found.earned,
        "registered": found.registered,
        "credits": found.credits,
        "needed": found.needed,
    }


def no_exam(why: WhyNoExam, completed: int) -> Finding:
    """IQE-01: why the examination is not open."""
    return _refused("IQE-01", why, EXAM[why], EXAM_REMEDY[why], _exam_figures(completed))


def exam_open(completed: int) -> Finding:
    """IQE-01: how many semesters were completed, and until when it is to be passed."""
    figures = _exam_figures(completed)
    left = EXAM_BEFORE - completed - 1
    return Finding(
        "IQE-01",
        "note",
        filled(_l("Completed semesters: %(completed)s (at least %(from)s)."), lambda: figures),
        figures=figures,
        remedy=(
            _l("It can be asked for once more, next semester.")
            if left
            else _l("It is to be passed this semester: the next one would be too late.")
        ),
    )


def exam_documents() -> Finding:
    """IQE-01: the documents are those of the semester's notice."""
    return Finding(
        "IQE-01",
        "note",
        _l("Attach the documents that this semester’s notice names."),
    )


def _exam_figures(completed: int) -> dict[str, int]:
    return {"completed": completed, "from": EXAM_FROM, "before": EXAM_BEFORE}


def enrolled_already(of: Semester) -> Finding:
    """TRM-07: one enrolment a semester."""
    return Finding(
        "TRM-07",
        "block",
        filled(
            _l("You are enrolled in the %(semester)s already."), lambda: {"semester": semester(of)}
        ),
        field="semester",
        figures=of.as_json(),
        remedy=_l("Choose another semester."),
    )


def other_semester(rule: str, asked: Semester, going_on: Semester) -> Finding:
    """TRM-02, TRM-07: it is asked for the semester that goes on."""
    return Finding(
        rule,
        "block",
        filled(
            _l("It cannot be asked for the %(semester)s now."),
            lambda: {"semester": semester(asked)},
        ),
        field="semester",
        figures={"asked": asked.as_json(), "open": going_on.as_json()},
        remedy=filled(_l("Choose the %(semester)s."), lambda: {"semester": semester(going_on)}),
    )


def fee(of: Semester, krw: int | None) -> Finding:
    """TRM-07: where a fee is set for it, the student is told."""
    words = _l("The fee for the %(semester)s is %(krw)s.")
    none = _l("No fee is set for the %(semester)s.")
    return Finding(
        "TRM-07",
        "note",
        filled(
            words if krw else none,
            lambda: {"semester": semester(of), "krw": money(krw or 0)},
        ),
        figures={**of.as_json(), "fee_krw": krw},
    )


def term_runs(left: int, most: int) -> Finding:
    """TRM-03, TRM-05: these semesters count, enrolled or not; how many remain after this one."""
    over = _l("Your maximum term of %(most)s semesters has ended.")
    words = _l("Maximum term: %(most)s semesters; left after this one: %(left)s.")
    return Finding(
        "TRM-05",
        "note",
        filled(over if left < 0 else words, lambda: {"left": left, "most": most}),
        figures={"left": left, "most": most},
        remedy=_l("Semesters after the coursework count, whether you enrol or not."),
        leads_to="maximum_term_extension" if left <= 0 else "",
    )


def visa() -> Finding:
    """TRM-06: what follows for international students who do not enrol."""
    return Finding(
        "TRM-06",
        "note",
        _l(
            "International students who do not enrol after the coursework can have their visa "
            "extension limited, and are reported as having left Korea."
        ),
    )


def no_longer(why: WhyNoLonger, left: int, rest: int, asked: int) -> Finding:
    """TRM-04: why the maximum term is not extended, or not by so much."""
    figures = {"left": left, "rest": rest, "most": EXTENDED_AT_MOST}
    if why == "too_many":
        figures["asked"] = asked
    found = _refused("TRM-04", why, LONGER[why], LONGER_REMEDY[why], figures)
    return replace(found, field="semesters") if why == "too_many" else found


def longer(ends: Semester, asked: int, rest: int, most: int) -> Finding:
    """TRM-03, TRM-04: until when the term runs then, and what is left to ask for."""
    until = ends.plus(asked)
    return Finding(
        "TRM-04",
        "note",
        filled(
            _l("Your maximum term then ends with the %(semester)s."),
            lambda: {"semester": semester(until)},
        ),
        figures={**until.as_json(), "asked": asked, "rest": rest - asked, "most": most},
        derivation=[
            filled(
                _l("maximum term %(most)s semesters, until the %(semester)s"),
                lambda: {"most": most, "semester": semester(ends)},
            ),
            later(lambda: f"+ {asked} = {semester(until)}"),
        ],
        remedy=filled(
            _l("Semesters that can be added afterwards: %(rest)s."),
            lambda: {"rest": rest - asked},
        ),
    )


def deliberated() -> Finding:
    """TRM-04: the Graduate Committee deliberates on it."""
    return Finding("TRM-04", "note", _l("The Graduate Committee deliberates on it."))
