"""An hour of students, and whether memory, descriptors and temporary files stay what they were.

    python benchmarks/soak.py [--minutes 60] [--students 20] [--think 10] --write

The second writes docs/benchmarks/soak.md. The embedded default and the product in earnest run side
by side under the students and professors of `load.py`; each process is looked at every half minute.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import load
from benchmarks.peers.meter import resident_mb
from tests.parts.product import Embedded

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "soak.md"
LOOK_SECONDS = 30
WARM_SHARE = 0.25  # of the time: caches fill, each kind of work has been done
GROWN_MOST = 1.10
HEAD = """\
| installation | process | MB, first | MB, last | MB, most | descriptors | at the end | threads \
| at the end | |
|---|---|---|---|---|---|---|---|---|---|"""


@dataclass
class Look:
    """One process at one moment."""

    minute: float
    resident_mb: float
    descriptors: int
    threads: int


@dataclass
class Soaked:
    """What one installation was like all the while; `left` are its temporary files."""

    name: str
    looks: dict[str, list[Look]] = field(default_factory=dict)
    left: list[tuple[float, int]] = field(default_factory=list)
    answers: int = 0
    bad: list[str] = field(default_factory=list)

    def look(self, product: Any, temporary: Path, minute: float) -> None:
        for name, process in product.processes._running.items():
            self.looks.setdefault(name, []).append(look_at(process.pid, minute))
        self.left.append((minute, sum(path.is_file() for path in temporary.rglob("*"))))

    def rows(self) -> list[str]:
        return [self._row(name, looks) for name, looks in self.looks.items()]

    def _row(self, name: str, looks: list[Look]) -> str:
        warm = looks[int(len(looks) * WARM_SHARE) :]
        third = max(1, len(warm) // 3)
        first, last = warm[:third], warm[-third:]
        cells = [
            f"{of(first, 'resident_mb'):.1f}", f"{of(last, 'resident_mb'):.1f}",
            f"{max(one.resident_mb for one in warm):.1f}",
            f"{of(first, 'descriptors'):.0f}", f"{of(last, 'descriptors'):.0f}",
            f"{of(first, 'threads'):.0f}", f"{of(last, 'threads'):.0f}",
            "flat" if is_flat(first, last) else "**grows**",
        ]  # fmt: skip
        return f"| {self.name} | {name} | " + " | ".join(cells) + " |"


def of(looks: list[Look], what: str) -> float:
    return statistics.median(getattr(one, what) for one in looks)


def is_flat(first: list[Look], last: list[Look]) -> bool:
    """Whether the last third is at most a tenth above the first, and holds no more open."""
    grown = of(last, "resident_mb") / of(first, "resident_mb")
    more = of(last, "descriptors") - of(first, "descriptors")
    return grown <= GROWN_MOST and more <= 3


def look_at(pid: int, minute: float) -> Look:
    proc = Path("/proc") / str(pid)
    descriptors, threads = len(os.listdir(proc / "fd")), len(os.listdir(proc / "task"))
    return Look(minute, resident_mb(pid), descriptors, threads)


def soak(name: str, product: Any, folder: Path, given: argparse.Namespace) -> Soaked:
    """Students and professors for all the time, and a look every half minute."""
    soaked = Soaked(name)
    run: list[load.Run] = []
    people = threading.Thread(
        target=lambda: run.append(load.measure(name, product, folder, given, given.think))
    )
    people.start()
    began = time.monotonic()
    while people.is_alive():
        soaked.look(product, folder / "tmp", (time.monotonic() - began) / 60)
        people.join(LOOK_SECONDS)
    soaked.answers = len(run[0].seen)
    soaked.bad = [
        f"{deed} {status} after {ms:.0f} ms"
        for deed, ms, status in run[0].seen
        if not status or status >= 500
    ]
    return soaked


def both(given: argparse.Namespace) -> list[Soaked]:
    """The embedded default and the product in earnest, at the same time."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dojang-soak-")))
        folder.chmod(0o755)  # the servers run as users of their own
        for name in ("embedded", "earnest"):
            (folder / name / "tmp").mkdir(parents=True)
        alone = Embedded(folder / "embedded", TMPDIR=str(folder / "embedded" / "tmp"))
        stack.callback(alone.stop)
        alone.start()
        temporary = str(folder / "earnest" / "tmp")
        product, *_servers = load.in_earnest(folder, stack, TMPDIR=temporary)
        found: dict[str, Soaked] = {}

        def one(name: str, which: Any, where: str) -> None:
            found[name] = soak(name, which, folder / where, given)

        threads = [
            threading.Thread(target=one, args=("embedded", alone, "embedded")),
            threading.Thread(target=one, args=("in earnest", product, "earnest")),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [found["embedded"], found["in earnest"]]


def written(found: list[Soaked], given: argparse.Namespace) -> str:
    """The page."""
    rows = "\n".join(row for one in found for row in one.rows())
    answers = "; ".join(
        f"{one.name} {one.answers}, of them 5xx or none: {', '.join(one.bad) or 0}" for one in found
    )
    left = ", ".join(
        f"{one.name} at most {max(n for _, n in one.left)}, at the end {one.left[-1][1]}"
        for one in found
    )
    return f"""# An hour and what it leaves behind

`python benchmarks/soak.py --minutes {given.minutes} --students {given.students} \
--think {given.think:g} --write`

{given.students} students at each of two installations for {given.minutes} minutes, as in
[load.md](load.md). Each process was looked at every half minute; the first quarter is left out
(caches fill), of the rest the medians of the first and of the last third stand here. *Flat*: at
most a tenth more memory, and at most three more descriptors.

Answers: {answers}. Temporary files: {left}.

{HEAD}
{rows}
"""


def main() -> None:
    """Measure and print, or write."""
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=int, default=60)
    options.add_argument("--students", type=int, default=20)
    options.add_argument("--think", type=float, default=10.0)
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    given.seconds = given.minutes * 60
    page = written(both(given), given)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
