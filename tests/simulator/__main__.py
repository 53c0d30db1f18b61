"""`python -m tests.simulator`: any number of schedules, or one seed again with its journal."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulator.play import Stage, told


@dataclass
class Sum:
    """What so many schedules came to; `cpu_s` is processor time."""

    counted: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    wrong: int = 0
    cpu_s: float = 0.0

    def add(self, other: Sum) -> None:
        """Those of another process as well."""
        self.counted.update(other.counted)
        self.struck.update(other.struck)
        self.wrong += other.wrong
        self.cpu_s += other.cpu_s


def main() -> int:
    """Play them; 1 where the oracle objects."""
    given = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    given.add_argument("--seed", type=int, help="play this one alone and tell its journal")
    given.add_argument("--schedules", type=int, default=1000, help="how many (1000)")
    given.add_argument("--first", type=int, default=0, help="the first seed (0)")
    given.add_argument("--processes", type=int, default=os.cpu_count(), help="a core each (all)")
    asked = given.parse_args()
    return _one(asked.seed) if asked.seed is not None else _many(asked)


def _one(seed: int) -> int:
    stage = Stage()
    verdict = stage.play(seed)
    stage.close()
    say(told(verdict))
    say(f"journal {verdict.mark}, {len(verdict.wrong)} wrong")
    return bool(verdict.wrong)


def _many(asked: argparse.Namespace) -> int:
    end = asked.first + asked.schedules
    shares = [range(first, end, asked.processes) for first in range(asked.first, end)]
    total, began = Sum(), time.monotonic()
    with ProcessPoolExecutor(asked.processes) as pool:
        for one in pool.map(_share, shares[: asked.processes]):
            total.add(one)
    took = time.monotonic() - began
    say(f"{asked.schedules} schedules from seed {asked.first}: {total.wrong} failed")
    say(f"  made: {', '.join(f'{n} {name}' for name, n in total.counted.items())}")
    say(f"  struck: {', '.join(f'{name} {n}' for name, n in sorted(total.struck.items()))}")
    used_ms = 1000 * total.cpu_s / max(asked.schedules, 1)
    say(f"  {took:.0f} s, {asked.processes} processes, {used_ms:.0f} ms of CPU a schedule")
    return bool(total.wrong)


def _share(seeds: Sequence[int]) -> Sum:
    """The part of one process; what fails is said at once."""
    total, began, stage = Sum(), time.process_time(), Stage()
    for seed in seeds:
        verdict = stage.play(seed)
        total.counted.update(verdict.counted)
        total.struck.update(verdict.struck)
        if verdict.wrong:
            total.wrong += 1
            say(f"seed {seed}: {'; '.join(verdict.wrong)}")
    stage.close()
    total.cpu_s = time.process_time() - began
    return total


def say(line: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
