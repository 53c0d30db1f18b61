"""Tell a rule's answer to people: the sentence, the sum behind it, what to do.

The rules themselves (`terms`, `tuition`, `waiver`) know figures alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p
from flask_babel.speaklater import LazyString

from services.forms.people.values import Semester, Standing, Term
from services.forms.rules.finding import Finding, Text
from services.forms.rules.tuition import Charge, Why
from services.forms.rules.waiver import Reduction
from shared.fit import Fit
from shared.say import day, money

SEMESTERS: Mapping[Term, Text] = {
    "spring": _p("semester", "1st semester %(year)s"),
    "fall": _p("semester", "2nd semester %(year)s"),
}
EXTENTS: Mapping[str, Text] = {
    "full": _p("extent", "Full"),
    "two_thirds": _p("extent", "Two thirds"),
    "one_third": _p("extent", "One third"),
}
MISSING: Mapping[str, Text] = {
    "tuition": _l("the amount of tuition"),
    "payment_periods": _l("the payment periods"),
}
WHY_NOT: Mapping[Why, Text] = {
    "ended": _l("You are no longer a student, so there is no tuition to pay."),
    "not_yet": _l("You are not enrolled in the %(semester)s yet."),
    "on_leave": _l("You are on leave in the %(semester)s, so there is no tuition to pay."),
    "coursework_completed": _l(
        "You have completed your coursework. Post-coursework enrolment is applied for instead."
    ),
}
STANDS: Mapping[Standing, Text] = {
    "admitted": _l("Your first semester has not begun yet."),
    "enrolled": _l("You are enrolled."),
    "on_leave": _l("You are on leave of absence."),
    "completed": _l("You have completed your coursework and have no degree yet."),
    "graduated": _l("You have graduated."),
    "withdrawn": _l("You have left the university."),
    "expelled": _l("You were expelled."),
}
INSTEAD: Mapping[Standing, Text] = {
    "admitted": _l("Certificates can be issued from the first day of your first semester."),
    "enrolled": _l("The certificate of enrollment is open to you."),
    "on_leave": _l("The certificate of leave of absence is open to you."),
    "completed": _l("The certificate of course completion is open to you."),
    "graduated": _l("The certificate of degree is open to you."),
    "withdrawn": _l("The certificate of termination is open to you."),
    "expelled": _l("The certificate of termination is open to you."),
}
OFFICE_KNOWS = _l("If the register is wrong, ask Student Affairs to correct it.")


def semester(which: Semester) -> Text:
    """2nd semester 2026; 2026학년도 2학기."""
    return filled(SEMESTERS[which.term], lambda: {"year": which.year})


def no_semester() -> Finding:
    """TUI-07: the register has no semester of today."""
    return Finding(
        "TUI-07",
        "block",
        _l("The register has no semester that contains today or comes next."),
        remedy=_l("Educational Affairs enters each semester; ask there when it will be."),
    )


def not_open(asked: Semester, open_now: Sequence[Semester]) -> Finding:
    """TUI-02: only the semester that goes on, or the coming one, can be asked for."""
    return Finding(
        "TUI-02",
        "block",
        _l("The %(semester)s is over.", semester=semester(asked)),
        field="semester",
        figures={"asked": asked.as_json(), "open": [s.as_json() for s in open_now]},
        remedy=_l("Choose the %(semester)s.", semester=_listed([semester(s) for s in open_now])),
    )


def too_early(asked: Semester, open_now: Sequence[Semester]) -> Finding:
    """TUI-02: nobody is enrolled in a semester after the coming one."""
    over = not_open(asked, open_now)
    return replace(
        over, message=_l("It is too early for the %(semester)s.", semester=semester(asked))
    )


def missing_data(of: Semester, missing: Sequence[str]) -> Finding:
    """TUI-01, TUI-07: a semester without its figures refuses, and says what is missing."""
    return Finding(
        "TUI-01" if "tuition" in missing else "TUI-07",
        "block",
        _l(
            "The register does not have %(missing)s of the %(semester)s yet.",
            missing=_listed([MISSING[name] for name in missing]),
            semester=semester(of),
        ),
        field="semester",
        figures={**of.as_json(), "missing": list(missing)},
        remedy=_l("Educational Affairs enters it; what you typed is kept until then."),
    )


def not_paying(of: Semester, why: Why) -> Finding:
    """TUI-02, TRM-07: why the tuition of the semester is not this student's to pay."""
    return Finding(
        "TRM-07" if why == "coursework_completed" else "TUI-02",
        "block",
        filled(WHY_NOT[why], lambda: {"semester": semester(of)}),
        field="semester",
        figures={**of.as_json(), "why": why},
        remedy=OFFICE_KNOWS,
    )


def charged(charge: Charge, of: Semester) -> Finding:
    """TUI-01 or TUI-04: what the student is to pay before any waiver."""
    return Finding(
        charge.rule,
        "note",
        _l("Tuition of the %(semester)s", semester=semester(of)),
        figures={**charge.figures, "charged_krw": charge.krw},
        derivation=_charge_lines(charge),
    )


def reduced(reduction: Reduction) -> Finding:
    """WAI-01: what the extent asked comes to, truncated, and what is left to pay."""
    return Finding(
        "WAI-01",
        "note",
        _l(
            "The President may reduce tuition when payment is difficult for inevitable reasons "
            "or to promote learning (Tuition Regulations, art. 4 no. 4)."
        ),
        field="extent",
        figures={
            "charged_krw": reduction.charged_krw,
            "share": str(reduction.share),
            "exact_krw": _exact(reduction.exact_krw),
            "waived_krw": reduction.waived_krw,
            "left_krw": reduction.left_krw,
        },
        derivation=_reduction_lines(reduction),
    )


def documents_wanted() -> Finding:
    """WAI-02: supporting documents are optional now, the desk may ask for them."""
    return Finding(
        "WAI-02",
        "note",
        _l("Supporting documents go with the form. The office may return it for them."),
    )


def too_long(field: str, label: Text, fit: Fit) -> Finding:
    """WAI-02: the form is printed; what does not fit its box would be cut off."""
    return Finding(
        "WAI-02",
        "block",
        _l(
            "%(label)s: %(used)s lines on the paper, which has room for %(room)s.",
            label=label,
            used=fit.lines_used,
            room=fit.lines_room,
        ),
        field=field,
        figures={"lines_used": fit.lines_used, "lines_room": fit.lines_room},
        remedy=_l("Shorten it, or leave out line breaks."),
    )


def unprintable(field: str, label: Text, fit: Fit) -> Finding:
    """WAI-02: a character that no font of the paper holds is named, never left out."""
    return Finding(
        "WAI-02",
        "block",
        _l(
            "%(label)s: the paper’s fonts do not have %(missing)s.",
            label=label,
            missing=" ".join(fit.missing),
        ),
        field=field,
        figures={"missing": [f"U+{ord(letter):04X}" for letter in fit.missing]},
        remedy=_l("Write it in other characters; for a name, ask Student Affairs."),
    )


def no_such_professor(rule: str, field: str) -> Finding:
    """REC-01, RDM-02: whoever is named is a professor of the register."""
    return Finding(
        rule,
        "block",
        _l("The register has no such professor."),
        field=field,
        remedy=_l("Choose a professor from the list."),
    )


def no_fee() -> Finding:
    """CRT-10: certificates are free."""
    return Finding("CRT-10", "note", _l("There is no fee."))


def not_in_this_standing(rule: str, whom: Text, standing: Standing) -> Finding:
    """CRT-01 to CRT-08: whom the certificate is for, how the student stands, what fits instead."""
    return Finding(
        rule,
        "block",
        filled(_l("%(whom)s %(stands)s"), lambda: {"whom": whom, "stands": STANDS[standing]}),
        figures={"standing": standing},
        remedy=INSTEAD[standing],
    )


def not_on_record(rule: str, what: Text) -> Finding:
    """A certificate says what the register says; where it is silent there is nothing to certify."""
    return Finding(
        rule,
        "block",
        filled(_l("The register does not have %(what)s."), lambda: {"what": what}),
        remedy=_l("Ask Student Affairs to complete the register."),
    )


def not_in_this_language(rule: str) -> Finding:
    """CRT-09: the rulebook's column "languages" has Korean alone."""
    return Finding(
        rule,
        "block",
        _l("This certificate is issued in Korean only."),
        field="language",
        remedy=_l("Choose Korean."),
    )


def no_grades() -> Finding:
    """CRT-03: anybody with grades."""
    return Finding(
        "CRT-03",
        "block",
        _l("The register has no grades of yours."),
        remedy=_l("It can be issued once the grades of a first semester are on record."),
    )


def nothing_paid() -> Finding:
    """CRT-09: tuition paid."""
    return Finding(
        "CRT-09",
        "block",
        _l("The register has no payment of yours."),
        remedy=_l("It can be issued once a payment of tuition is on record."),
    )


def half_a_semester(rule: str) -> Finding:
    """A year without its semester is none."""
    return Finding(
        rule, "block", _l("Choose both the year and the semester, or neither."), field="semester"
    )


def not_paid_for(of: Semester, count: int, room: int) -> Finding:
    """CRT-09: nothing was paid for that semester, or more often than the paper has rows."""
    return Finding(
        "CRT-09",
        "block",
        _l(
            "The register has %(count)s payments of yours for the %(semester)s; the certificate "
            "is for 1 to %(room)s.",
            count=count,
            semester=semester(of),
            room=room,
        ),
        field="semester",
        figures={**of.as_json(), "payments": count},
        remedy=_l("Choose a semester that you paid for."),
    )


def period_goes_on(of: Semester, from_day: date) -> Finding:
    """TUI-10: a payment can be verified after the deadline of its period."""
    return Finding(
        "TUI-10",
        "block",
        _l("The payment period of the %(semester)s still goes on.", semester=semester(of)),
        figures={**of.as_json(), "from": from_day},
        remedy=_l("It can be issued from %(day)s on.", day=later(lambda: day(from_day))),
    )


def too_early_for_a_degree(attended: int, earliest: int) -> Finding:
    """CRT-04, TRM-02: nobody can graduate yet who has not studied that long."""
    return Finding(
        "CRT-04",
        "block",
        _l(
            "It is too early to expect your degree: this is your semester %(attended)s, and it "
            "can be had in semester %(earliest)s at the earliest (TRM-02).",
            attended=attended,
            earliest=earliest,
        ),
        figures={"semesters_attended": attended, "earliest": earliest},
        remedy=_l("Ask for it in the semester in which you graduate."),
    )


def comes_to(reduction: Reduction) -> Text:
    """Small print of an extent: KRW 1,666,000 waived, KRW 834,000 to pay."""
    waived, left = _money(reduction.waived_krw), _money(reduction.left_krw)
    said: Text = _l("%(waived)s waived, %(left)s to pay", waived=waived, left=left)
    return said


def _charge_lines(charge: Charge) -> tuple[Text, ...]:
    figures = charge.figures
    source = _l(
        "%(amount)s · semester data, edition %(version)s",
        amount=_money(figures["tuition_krw"]),
        version=figures["data_version"],
    )
    if charge.rule == "TUI-01":
        return (source,)
    term = _l(
        "%(nth)s semesters of study, the minimum term is %(minimum)s",
        nth=figures["semester_number"],
        minimum=figures["minimum_semesters"],
    )
    if charge.krw is None:
        return (source, term, _l("The amount follows when credits are registered (TUI-04)."))
    by_credits = _l(
        "%(credits)s credits: %(tuition)s × %(percent)s %% = %(amount)s",
        credits=figures["credits"],
        tuition=f"{figures['tuition_krw']:,}",
        percent=figures["share_percent"],
        amount=_money(charge.krw),
    )
    return (source, term, by_credits)


def _reduction_lines(reduction: Reduction) -> tuple[Text, ...]:
    base, waived = f"{reduction.charged_krw:,}", f"{reduction.waived_krw:,}"
    product = f"{base} × {reduction.share} = {_exact(reduction.exact_krw)}"
    left = _l("%(sum)s to pay", sum=f"{base} − {waived} = {reduction.left_krw:,}")
    if reduction.exact_krw == reduction.waived_krw:
        return (product, left)
    cut = _l("%(sum)s → truncated below 1,000 (TUI-05): %(waived)s", sum=product, waived=waived)
    return (cut, left)


def _exact(amount: Fraction) -> str:
    return f"{int(amount):,}" if amount.denominator == 1 else f"{float(amount):,.2f}"


def _money(krw: int) -> Text:
    return later(lambda: money(krw))


def _listed(parts: Sequence[Text]) -> Text:
    joint = _p("between the last two of a list", " and ")
    return later(lambda: str(joint).join(str(part) for part in parts))


def filled(sentence: Text, values: Callable[[], Mapping[str, Any]]) -> Text:
    """A sentence of the catalog with values that are words themselves."""
    return later(lambda: str(sentence) % values())


def later(say: Callable[[], str]) -> Text:
    lazy: Text = LazyString(say)
    return lazy
