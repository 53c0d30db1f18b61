"""What may be granted less of than was asked for: the extent of a waiver, earlier credits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.forms.catalog.kind import Case, Text


@dataclass(frozen=True)
class Partly:
    """The answer of which less may be granted, and how the paper has it."""

    field: str
    grantable: Callable[[Any], Sequence[str]]  # what can be granted of it, as asked first
    printed: Callable[[Any], Text]  # what was granted
    in_part: Text = ""  # the decision where it is less, if that is said

    def asked(self, case: Case) -> Any:
        """What was asked for."""
        return case.answers[self.field]

    def less(self, case: Case) -> bool:
        """Whether the office granted less."""
        return bool(self.granted(case) != self.asked(case))

    def granted(self, case: Case) -> Any:
        """What was granted in the end: as asked, unless the office granted less."""
        asked = self.asked(case)
        return asked if case.granted is None else type(asked)(case.granted)
