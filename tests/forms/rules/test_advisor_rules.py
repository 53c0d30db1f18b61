"""ADV-01, ADV-02, MAJ-01: who can be named as an advisor, a joint advisor, with a new major."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.people.values import Campus, Major, Professor, ProfessorKind
from services.forms.rules import advisors, tell_advisors
from tests.forms.cast import ADVISOR, HAESOL, MATERIALS, in_language, seo_yun

QUANTUM = Major("quantum", "양자정보과학", "Quantum Information Science")
NURI = Campus("nuri", "누리과학연구원 캠퍼스", "Nuri Institute of Science Campus")
OH = Professor("p-oh", "오기태", "Oh Ki-tae", "o@dojang.example", kind="adjunct", major=MATERIALS)
SEO = replace(OH, id="p-seo-yuna", name_ko="서유나", name_en="Seo Yu-na", major=QUANTUM)
PROFESSORS = st.builds(
    Professor,
    id=st.sampled_from([ADVISOR.id, "p-1", "p-2"]),
    name_ko=st.just("가"),
    name_en=st.just("A"),
    email=st.just("a@dojang.example"),
    kind=st.sampled_from([None, *get_args(ProfessorKind)]),
    major=st.sampled_from([None, MATERIALS, QUANTUM]),
)


@pytest.mark.parametrize(
    ("professor", "why"),
    [
        (OH, None),
        (SEO, "other_major"),
        (ADVISOR, "same"),
        (replace(OH, major=None), "major_unknown"),
        (None, "nobody"),
    ],
)
def test_another_advisor_is_another_professor_of_the_major(
    professor: Professor | None, why: str | None
) -> None:
    assert advisors.why_not_advisor(seo_yun(), professor) == why


@pytest.mark.parametrize(
    ("professor", "why"),
    [
        (OH, None),
        (replace(OH, kind="full_time"), None),
        (replace(OH, kind="other"), "other_kind"),
        (replace(OH, kind=None), "kind_unknown"),
        (SEO, "other_major"),
        (ADVISOR, "is_advisor"),
        (None, "nobody"),
    ],
)
def test_a_joint_advisor_is_a_full_time_or_adjunct_professor_within_the_major(
    professor: Professor | None, why: str | None
) -> None:
    assert advisors.why_not_joint(seo_yun(), professor) == why


def test_whoever_is_the_joint_advisor_is_not_asked_again() -> None:
    assert advisors.why_not_joint(seo_yun(joint_advisor=OH), OH) == "same"


@given(PROFESSORS)
def test_nobody_outside_the_major_is_ever_taken(professor: Professor) -> None:
    """ADV-01, ADV-02."""
    student = seo_yun()
    for why in (
        advisors.why_not_advisor(student, professor),
        advisors.why_not_joint(student, professor),
    ):
        if why is None:
            assert professor.major == MATERIALS
            assert professor.id != ADVISOR.id
    if advisors.why_not_joint(student, professor) is None:
        assert professor.kind in ("full_time", "adjunct")


@pytest.mark.parametrize(
    ("campus", "major", "professor", "why"),
    [
        (HAESOL, QUANTUM, SEO, None),
        (NURI, QUANTUM, SEO, None),
        (NURI, MATERIALS, OH, None),  # also the way to change campus
        (NURI, MATERIALS, replace(ADVISOR, major=MATERIALS), None),  # the advisor may stay
        (HAESOL, MATERIALS, OH, "nothing_changes"),
        (HAESOL, QUANTUM, OH, "other_major"),
        (HAESOL, QUANTUM, None, "nobody"),
        (None, QUANTUM, SEO, "no_place"),
        (HAESOL, None, SEO, "no_place"),
    ],
)
def test_a_change_of_major_names_an_advisor_of_the_new_one(
    campus: Campus | None, major: Major | None, professor: Professor | None, why: str | None
) -> None:
    assert advisors.why_not_major(seo_yun(), campus, major, professor) == why


def test_a_change_of_advisor_to_another_major_leads_to_the_change_of_major() -> None:
    """ADV-01, MAJ-01: and says who could be named instead."""
    found = tell_advisors.against("ADV-01", "other_major", MATERIALS, SEO, [OH])
    with in_language("en"):
        assert "Quantum Information Science" in str(found.message)
        assert "Oh Ki-tae" in str(found.remedy)
        assert "change of major" in str(found.remedy)
    assert found.leads_to == "major_change"
    assert found.figures["professors_major"] == "quantum"
    joint = tell_advisors.against("ADV-02", "other_major", MATERIALS, SEO, [OH])
    assert joint.leads_to == ""
    nothing = tell_advisors.against("MAJ-01", "nothing_changes", MATERIALS, OH)
    assert nothing.leads_to == "advisor_change"
