"""Advisor, joint advisor and major: who and what may be named (ADV-01, ADV-02, MAJ-01).

Readings: "within their majors" is by the major that the register has of the
professor; whose major (or, for a joint advisor, kind) is not on record cannot
be named yet. The new advisor of a new major is within that one. A student has
one joint advisor; naming another replaces the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from services.forms.people.values import Campus, Major, Professor, Student

JOINT_KINDS = ("full_time", "adjunct")
Why = Literal[
    "nobody",  # not in the register
    "same",  # as it is already
    "major_unknown",
    "other_major",
    "kind_unknown",
    "other_kind",
    "is_advisor",
    "no_place",  # campus or major is not in the register
    "nothing_changes",
]


def why_not_advisor(student: Student, professor: Professor | None) -> Why | None:
    """ADV-01: why this professor cannot become the advisor by a change of advisor alone.

    Where the major changes too, MAJ-01 is applied for instead.
    """
    if professor is None:
        return "nobody"
    if student.advisor is not None and professor.id == student.advisor.id:
        return "same"
    return _outside(professor, student.major)


def why_not_joint(student: Student, professor: Professor | None) -> Why | None:
    """ADV-02: a full-time or adjunct professor within the student's major."""
    if professor is None:
        return "nobody"
    if student.advisor is not None and professor.id == student.advisor.id:
        return "is_advisor"
    if student.joint_advisor is not None and professor.id == student.joint_advisor.id:
        return "same"
    if professor.kind not in JOINT_KINDS:
        return "kind_unknown" if professor.kind is None else "other_kind"
    return _outside(professor, student.major)


def why_not_major(
    student: Student, campus: Campus | None, major: Major | None, professor: Professor | None
) -> Why | None:
    """MAJ-01: another major, another campus, or both; the new advisor is within the new major."""
    if campus is None or major is None:
        return "no_place"
    if (campus.code, major.code) == (student.campus.code, student.major.code):
        return "nothing_changes"
    if professor is None:
        return "nobody"
    return _outside(professor, major)


def within(major: Major, professors: Sequence[Professor]) -> list[Professor]:
    """ADV-01, ADV-02: the professors of a major."""
    return [one for one in professors if one.major is not None and one.major.code == major.code]


def _outside(professor: Professor, major: Major) -> Why | None:
    if professor.major is None:
        return "major_unknown"
    return None if professor.major.code == major.code else "other_major"
