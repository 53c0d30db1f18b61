"""Tell what the rules of advisor, joint advisor and major say (ADV-01, ADV-02, MAJ-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext as _p

from services.forms.people.values import Major, Professor
from services.forms.rules.advisors import Why
from services.forms.rules.finding import Finding, Text
from services.forms.rules.tell import filled, later
from shared.say import named

MAJOR_CHANGE, ADVISOR_CHANGE = "major_change", "advisor_change"
KINDS: Mapping[str, Text] = {
    "full_time": _p("professor", "Full-time professor"),
    "adjunct": _p("professor", "Adjunct professor"),
    "other": _p("professor", "Neither full-time nor adjunct"),
}
AGAINST: Mapping[Why, Text] = {
    "nobody": _l("There is no such professor in the register."),
    "same": _l("%(professor)s has that place already."),
    "major_unknown": _l("The register does not have the major of %(professor)s."),
    "other_major": _l("%(professor)s is of %(theirs)s, not of %(major)s."),
    "kind_unknown": _l(
        "The register does not say whether %(professor)s is a full-time or adjunct professor."
    ),
    "other_kind": _l("%(professor)s is neither a full-time nor an adjunct professor."),
    "is_advisor": _l("%(professor)s is your advisor already."),
    "no_place": _l("There is no such campus or major in the register."),
    "nothing_changes": _l("You study %(major)s on this campus already."),
}
COMPLETE_THE_REGISTER = _l("Ask the Student Team to complete the register.")
INSTEAD: Mapping[Why, Text] = {
    "nobody": _l("Choose somebody from the list."),
    "same": _l("Choose somebody else."),
    "major_unknown": COMPLETE_THE_REGISTER,
    "other_major": _l("Choose one of %(within)s."),
    "kind_unknown": COMPLETE_THE_REGISTER,
    "other_kind": _l("Choose one of %(within)s."),
    "is_advisor": _l("Choose somebody else of your major."),
    "no_place": _l("Choose one of the list."),
    "nothing_changes": _l("For another advisor alone, ask for a change of advisor."),
}
ASK_FOR_MAJOR = _l("For another major, ask for a change of major; it names the new advisor.")


def against(
    rule: str,
    why: Why,
    major: Major,
    professor: Professor | None,
    within: Sequence[Professor] = (),
    field: str = "professor",
) -> Finding:
    """Why that cannot be, who could be named instead, and where it leads."""
    theirs = professor.major if professor else None
    leads = {"nothing_changes": ADVISOR_CHANGE} | (
        {"other_major": MAJOR_CHANGE} if rule == "ADV-01" else {}
    )

    def words() -> Mapping[str, str]:
        return {
            "professor": named(professor) if professor else "",
            "theirs": named(theirs) if theirs else "",
            "major": named(major),
            "within": ", ".join(sorted(named(one) for one in within)) or "–",
        }

    remedy = INSTEAD[why]
    if leads.get(why) == MAJOR_CHANGE:
        remedy = _both(remedy, ASK_FOR_MAJOR)
    return Finding(
        rule,
        "block",
        filled(AGAINST[why], words),
        field=field,
        figures={
            "why": why,
            "major": major.code,
            "professors_major": theirs.code if theirs else None,
            "professors_kind": professor.kind if professor else None,
        },
        remedy=filled(remedy, words),
        leads_to=leads.get(why, ""),
    )


def takes_the_place(rule: str, before: Professor) -> Finding:
    """ADV-01, ADV-02: whom the professor named here follows."""
    return Finding(
        rule,
        "note",
        filled(_l("In place of %(professor)s."), lambda: {"professor": named(before)}),
    )


def joint_advisor_stays(joint: Professor) -> Finding:
    """ADV-02: a joint advisor is within the major, so a change of major asks for another."""
    return Finding(
        "ADV-02",
        "note",
        filled(
            _l("Your joint advisor %(professor)s stays on record."),
            lambda: {"professor": named(joint)},
        ),
        remedy=_l("A joint advisor is of your major: ask for another one after the change."),
    )


def transcript_needed(*, there: bool) -> Finding:
    """MAJ-01: a change of major is asked for with the transcript."""
    return Finding(
        "MAJ-01",
        "note" if there else "block",
        _l("Attach your transcript."),
        field=None if there else "files",
        remedy=(
            ""
            if there
            else _l("You can issue it here at once; add it under “Supporting documents”.")
        ),
        leads_to="" if there else "certificate_transcript",
    )


def no_advisor() -> Finding:
    """ADV-01: the present advisor agrees; whoever has none waits for the office to find one."""
    return Finding(
        "ADV-01",
        "note",
        _l("The register has no advisor of yours."),
        remedy=_l("The office finds who agrees in that place."),
    )


def _both(first: Text, second: Text) -> Text:
    return later(lambda: f"{first} {second}")
