"""The demo university: fictional people in CSV files, imported as any register is.

The files play in 2026 fall. When the demo is first started they are moved by
whole semesters, so that their last one becomes the semester that contains
today: the freshman is a freshman now, whoever is on leave is on leave now. The
2022 fall of the rulebook stays where it is; today's semester gets its tuition
and its periods, moved by whole weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.forms.people.demo.people import accounts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from shared.clock import Clock

__all__ = ["accounts", "seed"]


def seed(session: Session, clock: Clock) -> bool:
    """Fill an empty register (see `fill`)."""
    # Late: `dojang demo-accounts` reads three files and needs no database library for it.
    from services.forms.people.demo.fill import fill

    return fill(session, clock)
