"""The waiver of tuition: extents, what they come to, what the desk may grant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from services.forms.rules.tuition import truncated

# WAI-01, the greatest first.
EXTENTS: Mapping[str, Fraction] = {
    "full": Fraction(1),
    "two_thirds": Fraction(2, 3),
    "one_third": Fraction(1, 3),
}


@dataclass(frozen=True)
class Reduction:
    """What an extent comes to: `exact_krw` before truncation, `left_krw` still to pay."""

    extent: str
    share: Fraction
    charged_krw: int
    exact_krw: Fraction
    waived_krw: int
    left_krw: int


def reduction(extent: str, charged_krw: int) -> Reduction:
    """WAI-01, TUI-05: the reduction is truncated, the rest is left to pay.

    Reading: 2/3 of 2,500,000 waives 1,666,000 and leaves 834,000.
    Only a full waiver is not cut: nothing is left to pay of it.
    """
    share = EXTENTS[extent]
    exact = charged_krw * share
    waived = charged_krw if share == 1 else truncated(exact)
    return Reduction(extent, share, charged_krw, exact, waived, charged_krw - waived)


def grantable(asked: str) -> tuple[str, ...]:
    """WAI-01: the extent granted may be less than asked, never more; as asked comes first."""
    return tuple(extent for extent, share in EXTENTS.items() if share <= EXTENTS[asked])
