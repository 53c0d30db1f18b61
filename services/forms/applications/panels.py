"""What several people of one step have come to: a pure count, and the rows that it counts.

Everybody asked in one step has a row of their own with the same `n`, told apart by `seat`. A
result stands as soon as no further answer could change it; a vote also ends with its time, if
enough have voted by then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.forms.applications import cases
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.catalog.kind import Agree, Kind, Vote

Outcome = Literal["approved", "declined"]


@dataclass(frozen=True)
class Tally:
    """How many may answer, how many have agreed and refused."""

    members: int
    ayes: int
    noes: int

    @property
    def cast(self) -> int:
        """How many have answered."""
        return self.ayes + self.noes


def outcome(agree: Agree, tally: Tally, *, closed: bool = False) -> Outcome | None:
    """What it has come to, None while an answer could still change it.

    `closed`: the time for voting is over. The votes cast decide if they are enough; if they are
    not, the vote goes on until they are, since nothing lapses without a rule.
    """
    if isinstance(agree, Vote):
        return _of_vote(agree, tally, closed)
    if agree == "any":
        if tally.ayes:
            return "approved"
        return "declined" if tally.noes == tally.members else None
    if tally.noes:
        return "declined"
    return "approved" if tally.ayes == tally.members else None


def _of_vote(vote: Vote, tally: Tally, closed: bool) -> Outcome | None:
    enough = tally.cast > vote.quorum * tally.members
    if enough and (closed or tally.cast == tally.members):
        return "approved" if tally.ayes > vote.majority * tally.cast else "declined"
    if enough and tally.ayes > vote.majority * tally.members:
        return "approved"  # even if all others were against
    still = tally.members - tally.noes
    return "declined" if still <= vote.majority * tally.members else None


def of_step(row: ApplicationRow, n: int) -> list[StepRow]:
    """Everybody asked in one step of the present round, by their seats."""
    return [step for step in cases.steps_of(row) if step.n == n]


def how(kind: Kind, seats: Sequence[StepRow]) -> Agree:
    """How these people come to one answer."""
    found = kind.step(seats[0].roles[0])
    return found.agree if found and seats[0].seat else "one"


def tally(seats: Sequence[StepRow]) -> Tally:
    """The answers given so far."""
    states = [seat.state for seat in seats]
    return Tally(len(seats), states.count("approved"), states.count("declined"))


def came_to(kind: Kind, seats: Sequence[StepRow], now: datetime) -> Outcome | None:
    """What a step has come to at this instant."""
    ends = [seat.by_when for seat in seats if seat.state == "asked" and seat.by_when]
    closed = bool(ends) and max(ends) <= now
    return outcome(how(kind, seats), tally(seats), closed=closed)
