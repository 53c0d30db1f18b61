"""What a check finds, and what it has looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared import audit

WRONG, NOTE = "wrong", "note"


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written (`wrong`), or worth knowing (`note`).

    `number` is the document's, `position` the ledger entry's, `file` an id or name of the store.
    """

    code: str
    sentence: str
    severity: str = WRONG
    number: str | None = None
    position: int | None = None
    file: str | None = None

    def as_json(self) -> dict[str, Any]:
        """What there is of it."""
        return {name: value for name, value in vars(self).items() if value is not None}


@dataclass
class Tally:
    """How much was looked at, how much was found, and where the chain ends."""

    entries: int = 0
    documents: int = 0
    files: int = 0
    wrong: int = 0
    notes: int = 0
    last_position: int = 0
    last_hash: str = field(default=audit.BEGINNING)

    def count(self, finding: Finding) -> None:
        """One finding more."""
        if finding.severity == WRONG:
            self.wrong += 1
        else:
            self.notes += 1

    def as_json(self) -> dict[str, Any]:
        """The figures by their names."""
        return dict(vars(self))
