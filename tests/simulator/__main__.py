"""`python -m tests.simulator`: any number of schedules, or one seed again with its journal."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from tests.simulator.play import Stage, told


def main() -> int:
    """Play them; 1 where the oracle objects."""
    given = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    given.add_argument("--seed", type=int, help="play this one alone and tell its journal")
    given.add_argument("--schedules", type=int, default=1000, help="how many (1000)")
    given.add_argument("--first", type=int, default=0, help="the first seed (0)")
    asked = given.parse_args()
    stage = Stage()
    try:
        return _one(stage, asked.seed) if asked.seed is not None else _many(stage, asked)
    finally:
        stage.close()


def _one(stage: Stage, seed: int) -> int:
    verdict = stage.play(seed)
    say(told(verdict))
    say(f"journal {verdict.mark}, {len(verdict.wrong)} wrong")
    return bool(verdict.wrong)


def _many(stage: Stage, asked: argparse.Namespace) -> int:
    counted, struck, wrong = Counter[str](), Counter[str](), 0
    began, cpu = time.monotonic(), time.process_time()
    for seed in range(asked.first, asked.first + asked.schedules):
        verdict = stage.play(seed)
        counted.update(verdict.counted)
        struck.update(verdict.struck)
        if verdict.wrong:
            wrong += 1
            say(f"seed {seed}: {'; '.join(verdict.wrong)}")
    took, used = time.monotonic() - began, time.process_time() - cpu
    say(f"{asked.schedules} schedules from seed {asked.first}: {wrong} failed")
    say(f"  made: {', '.join(f'{n} {name}' for name, n in counted.items())}")
    say(f"  struck: {', '.join(f'{name} {n}' for name, n in sorted(struck.items()))}")
    say(f"  {took:.0f} s, {1000 * used / max(asked.schedules, 1):.0f} ms of CPU a schedule")
    return bool(wrong)


def say(line: str) -> None:
    """One line of the report, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
