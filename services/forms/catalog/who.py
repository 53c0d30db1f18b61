"""Who may ask, by their standing alone: for most kinds that is all that the rule says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from services.forms.catalog.kind import Asking, Finding, Text
from services.forms.people.values import Standing
from services.forms.rules import tell_standing

Told = Callable[[str, Text, Standing], Finding]  # (rule, whom, how they stand instead)


def only(
    rule: str, standings: Sequence[Standing], whom: Text, told: Told = tell_standing.not_for
) -> Callable[[Asking], list[Finding]]:
    """Nothing against whoever stands so; else whom it is for, in the words of `told`."""

    def against(asking: Asking) -> list[Finding]:
        standing = asking.student.standing
        return [] if standing in standings else [told(rule, whom, standing)]

    return against
