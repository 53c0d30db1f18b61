"""WAI-01 and the reading on reductions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.rules import waiver

extents = st.sampled_from(sorted(waiver.EXTENTS))
charges = st.integers(0, 10**8)


@pytest.mark.parametrize(
    ("extent", "waived", "left"),
    [
        ("full", 2_500_000, 0),
        ("two_thirds", 1_666_000, 834_000),
        ("one_third", 833_000, 1_667_000),
    ],
)
def test_the_rulebooks_figures(extent: str, waived: int, left: int) -> None:
    found = waiver.reduction(extent, 2_500_000)
    assert (found.waived_krw, found.left_krw) == (waived, left)


@given(extents, charges)
def test_what_is_waived_and_what_is_left_add_up_to_the_charge(extent: str, krw: int) -> None:
    found = waiver.reduction(extent, krw)
    assert found.waived_krw + found.left_krw == krw
    assert 0 <= found.waived_krw <= krw
    assert found.exact_krw - 1_000 < found.waived_krw <= found.exact_krw


@given(charges)
def test_a_greater_extent_never_waives_less(krw: int) -> None:
    waived = [waiver.reduction(extent, krw).waived_krw for extent in waiver.EXTENTS]
    assert waived == sorted(waived, reverse=True)


@given(extents)
def test_the_desk_may_grant_what_was_asked_or_less_and_never_more(asked: str) -> None:
    offered = waiver.grantable(asked)
    assert offered[0] == asked
    for extent, share in waiver.EXTENTS.items():
        assert (extent in offered) == (share <= waiver.EXTENTS[asked])
