"""Tell what the rules of refunds say (REF-01 to REF-04)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.people.values import Semester
from services.forms.rules.finding import Finding, Text
from services.forms.rules.refund import ALL, Refund, Step
from services.forms.rules.tell import filled, later, semester
from shared.say import day, money

REASONS: Mapping[str, Text] = {
    "permanent_leave": _p("refund", "Leaving the university"),
    "leave_of_absence": _p("refund", "Leave of absence"),
    "cancelled_admission": _p("refund", "Cancelled admission"),
    "integrative_dropped": _p("refund", "Dropping out of the integrative program"),
    "expulsion": _p("refund", "Expulsion"),
    "admission_not_taken_up": _p("refund", "Admission that cannot be taken up"),
}
LACKING: Mapping[str, Text] = {
    "permanent_leave": _l("The register does not have that you left in that semester."),
    "leave_of_absence": _l("The register does not have a leave of yours in that semester."),
    "cancelled_admission": _l("The register does not have that you cancelled your admission."),
    "integrative_dropped": _l("You are not in the integrative program."),
    "expulsion": _l("The register does not have that you were expelled in that semester."),
    "admission_not_taken_up": _l("You are not about to begin your studies."),
}
FIRST: Mapping[str, Text] = {
    "permanent_leave": _l("Ask to leave the university first; when it is granted, ask for this."),
    "leave_of_absence": _l("Ask for the leave first; when it is granted, ask for this."),
    "cancelled_admission": _l("Cancel your admission first; when it is granted, ask for this."),
}
CHOOSE_ANOTHER = _l("Choose the reason that is true.")


def comes_back(of: Semester, found: Refund) -> Finding:
    """REF-01: what of the tuition paid comes back, and what another day would give."""
    return Finding(
        "REF-01",
        "note",
        filled(
            _l("Of the %(paid)s paid for the %(semester)s, %(krw)s come back."),
            lambda: {
                "paid": money(found.paid_krw),
                "semester": semester(of),
                "krw": money(found.krw),
            },
        ),
        figures=_figures(of, found),
        derivation=_lines(found),
        remedy=_nearest(found),
    )


def nothing_paid(of: Semester) -> Finding:
    """REF-01: a share of nothing."""
    return Finding(
        "REF-01",
        "note",
        filled(
            _l("You have paid nothing for the %(semester)s, so nothing comes back."),
            lambda: {"semester": semester(of)},
        ),
        figures={**of.as_json(), "paid_krw": 0},
    )


def ask_for_it() -> Finding:
    """REF-02: the money is asked for by a request of its own, with the account to pay to."""
    return Finding(
        "REF-02", "note", _l("When this is granted, ask for the money with “Refund of tuition”.")
    )


def none_for(of: Semester, found: Refund) -> Finding:
    """REF-01: from day 90 on nothing comes back."""
    refusal = comes_back(of, found)
    return Finding(
        "REF-01",
        "block",
        refusal.message,
        field="semester",
        figures=refusal.figures,
        derivation=refusal.derivation,
        remedy=refusal.remedy,
    )


def no_payment(of: Semester) -> Finding:
    """REF-01: what was not paid is not given back."""
    return Finding(
        "REF-01",
        "block",
        filled(
            _l("The register has no payment of yours for the %(semester)s."),
            lambda: {"semester": semester(of)},
        ),
        field="semester",
        figures={**of.as_json(), "paid_krw": 0},
        remedy=_l("Choose a semester that you paid for."),
    )


def never_paid() -> Finding:
    """REF-01: what was not paid is not given back."""
    return Finding(
        "REF-01",
        "block",
        _l("The register has no payment of yours."),
        remedy=_l("If you paid, ask Educational Affairs to look for it."),
    )


def given_already(of: Semester, application: str) -> Finding:
    """REF-01: a semester is paid back once."""
    return Finding(
        "REF-01",
        "block",
        filled(
            _l("The refund for the %(semester)s was granted as %(number)s."),
            lambda: {"semester": semester(of), "number": application},
        ),
        field="semester",
        figures={**of.as_json(), "application": application},
        remedy=_l("Choose a semester that you paid for."),
    )


def lacks_reason(reason: str, of: Semester) -> Finding:
    """REF-02: the register knows of the reason, or it is none."""
    return Finding(
        "REF-02",
        "block",
        LACKING[reason],
        field="reason",
        figures={**of.as_json(), "reason": reason},
        remedy=FIRST.get(reason, CHOOSE_ANOTHER),
    )


def other_amount(of: Semester, found: Refund) -> Finding:
    """REF-01: the amount is that of the rule."""
    return Finding(
        "REF-01",
        "block",
        filled(
            _l("For the %(semester)s it is %(krw)s."),
            lambda: {"semester": semester(of), "krw": money(found.krw)},
        ),
        field="amount",
        figures=_figures(of, found),
        derivation=_lines(found),
        remedy=_l("Write %(krw)s.", krw=found.krw),
    )


def requirement_of_masters() -> Finding:
    """REF-02: none where the master's completion requirement is not met."""
    return Finding(
        "REF-02",
        "note",
        _l(
            "None is given where the completion requirement of the master's course is not met. "
            "The register does not know it: the office decides."
        ),
    )


def benefits_back() -> Finding:
    """REF-03: on expulsion the university can ask for repayment."""
    return Finding(
        "REF-03",
        "note",
        _l("After an expulsion the university can ask for repayment of benefit expenses."),
    )


def proof_needed(*, there: bool) -> Finding:
    """REF-02: an admission that cannot be taken up, for death, natural disaster and the like."""
    return Finding(
        "REF-02",
        "note" if there else "block",
        _l("Attach a document of what made it unavoidable (a death, a natural disaster)."),
        field=None if there else "files",
        remedy="" if there else _l("Add it under “Supporting documents”, then send."),
    )


def _figures(of: Semester, found: Refund) -> dict[str, Any]:
    figures: dict[str, Any] = {
        **of.as_json(),
        "day": found.day,
        "share": str(found.step.share),
        "paid_krw": found.paid_krw,
        "exact_krw": str(found.exact_krw),
        "refund_krw": found.krw,
    }
    if found.later and found.step.last_day:
        figures |= {"until": found.step.last_day, "afterwards_krw": found.later[1]}
    if found.earlier and found.earlier[0].last_day:
        figures |= {"before_until": found.earlier[0].last_day, "before_krw": found.earlier[1]}
    return figures


def _lines(found: Refund) -> list[Text]:
    product = f"{found.paid_krw:,} × {found.step.share}"
    exact = found.exact_krw
    shown = f"{int(exact):,}" if exact.denominator == 1 else f"{float(exact):,.2f}"
    lines = [
        _day_of(found),
        later(lambda: f"{product} = {shown} → {money(found.krw)} (TUI-05)")
        if exact != found.krw
        else later(lambda: f"{product} = {money(found.krw)}"),
    ]
    if found.earlier:
        lines.append(_would(found.earlier, _l("Asked for until %(day)s it would be %(krw)s.")))
    return lines


def _day_of(found: Refund) -> Text:
    words = (
        _l("The cause arises %(days)s days before the semester begins.")
        if found.day < 0
        else _l("The cause arises on day %(days)s of the semester.")
    )
    return filled(words, lambda: {"days": abs(found.day)})


def _nearest(found: Refund) -> Text:
    """What waiting would cost."""
    if found.later is None or found.step.last_day is None or not found.paid_krw:
        return ""
    last, krw = found.step.last_day, found.later[1]
    words = (
        _l("All of it comes back until %(day)s, afterwards %(krw)s.")
        if found.step.share == ALL
        else _l("It is so until %(day)s, afterwards %(krw)s.")
    )
    return filled(words, lambda: {"day": day(last), "krw": money(krw)})


def _would(beside: tuple[Step, int], words: Text) -> Text:
    step, krw = beside
    last = step.last_day
    return filled(words, lambda: {"day": day(last) if last else "", "krw": money(krw)})
