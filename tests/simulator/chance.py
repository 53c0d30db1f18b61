"""All that is drawn in a schedule, and the moments at which something goes wrong.

A *point* is a moment that the product passes: before a commit, after a publish, when a mail server
has taken a message. At each the weather of the schedule decides whether nothing happens, the
department dies (`Crash`), or the part answers wrongly (whoever stands at the point knows how).
"""

from __future__ import annotations

import hashlib
import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")

# How often each kind of fault strikes where it can, in a schedule that has it at all.
RATES = {
    "crash": 0.015,
    "database": 0.02,  # away, locked, its disk full; or the answer to a commit is lost
    "broker": 0.06,  # a partition of one department, an answer lost, a publication refused
    "twice": 0.08,  # the broker delivers again what was settled or published once
    "order": 0.5,  # the broker hands out in another order
    "late": 0.15,  # the broker keeps a message back
    "lost": 0.05,  # the broker loses what it had confirmed: somebody deleted its queues
    "store": 0.08,  # away, full, or keeping half of what it was given
    "mail": 0.2,  # servers and providers that are away, slow, in doubt, or say no
}


class Crash(BaseException):
    """A department's process has just died; what it had not committed is gone."""

    def __init__(self, department: str, point: str) -> None:
        super().__init__(f"{department} died: {point}")
        self.department = department


@dataclass
class Chance:
    """The draws of one schedule; `journal` is what happened, in order."""

    seed: int
    journal: list[str] = field(default_factory=list)
    struck: Counter[str] = field(default_factory=Counter)
    healed: bool = False
    quiet: int = 0  # while above nought nothing strikes

    def __post_init__(self) -> None:
        self.draw = random.Random(f"dojang {self.seed}")
        few = self.draw.random() < 0.5  # many faults at once hide each other
        names = sorted(RATES)
        here = self.draw.sample(names, 2) if few else names
        strength = self.draw.choice((0.5, 1.0, 2.0)) * (2.0 if few else 1.0)
        self._rates = {name: min(RATES[name] * strength, 0.6) for name in here}

    def strikes(self, fault: str, point: str) -> bool:
        """Whether this kind of fault strikes at this point."""
        rate = 0.0 if self.healed or self.quiet else self._rates.get(fault, 0.0)
        if not rate or self.draw.random() >= rate:
            return False
        self.struck[fault] += 1
        self.note(f"! {fault} at {point}")
        return True

    def may_die(self, department: str, point: str) -> None:
        """Die here, if it is the moment. Raises Crash."""
        if self.strikes("crash", f"{department}, {point}"):
            raise Crash(department, point)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of them."""
        return self.draw.choice(choices)

    def happens(self, share: float) -> bool:
        """True in that share of cases."""
        return self.draw.random() < share

    def note(self, line: str) -> None:
        """A line of the journal."""
        self.journal.append(line)

    @contextmanager
    def calm(self) -> Iterator[None]:
        """Nothing strikes inside."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1


@contextmanager
def entropy(seed: int) -> Iterator[None]:
    """Have the operating system's random bytes follow from the seed: ids, numbers, salts.

    They decide the order in which rows of equal time come, and so the course of a schedule.
    """
    stream = random.Random(f"entropy {seed}")
    kept = os.urandom, random._urandom  # type: ignore[attr-defined]  # where `secrets` takes it
    os.urandom = random._urandom = stream.randbytes  # type: ignore[attr-defined]
    try:
        yield
    finally:
        os.urandom, random._urandom = kept  # type: ignore[attr-defined]


def mark(journal: Sequence[str]) -> str:
    """One word for a whole journal, to compare two runs by."""
    return hashlib.sha256("\n".join(journal).encode()).hexdigest()[:16]
