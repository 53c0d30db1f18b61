"""Filled documents, signed and stored, against what a user would pick instead; then how many
a second, and whether memory stays flat.

    benchmarks/peers/install.sh                    once: Typst, unoserver, Carbone
    python benchmarks/documents.py [--rounds 12] [--write docs/benchmarks/documents.md]
    python benchmarks/documents.py --only ours,typst --rounds 3
    nice python benchmarks/documents.py --memory 100000

All ways get the same values, which differ from document to document, in the same run and turn by
turn. What counts is processor time with everything that a way starts (the machine may have other
things to do); the medians of the rounds are compared. Ours is the whole of it: values, layout, QR
with signed facts, PAdES B-B signature (P-256), put into the folder of files and synchronised. So is
the peers': pyHanko signs what they make, with the key kept loaded, and it is stored in the same
way (Typst is shown bare as well). Still less than ours is their QR: a picture of the template that
stays the same, of Typst an address without signed facts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.meter import Times, resident_mb
from benchmarks.peers.offices import Carbone, Fresh, Warm
from benchmarks.peers.ours import Ours
from benchmarks.peers.papers import CERTIFICATE, KINDS, TRANSCRIPT, WAIVER, Kind, values_of
from benchmarks.peers.typesetter import Typst, WholeTypst
from services.certs.layout import soffice

WAYS: Mapping[str, Any] = {
    "ours": Ours,
    "docxtpl": Fresh,
    "unoserver": Warm,
    "carbone": Carbone,
    "typst": Typst,
    "typst-whole": WholeTypst,
}
QUICK = {"ours": 40, "typst": 5, "typst-whole": 5}  # documents a round; of the others one
MOST_MS = {CERTIFICATE: 3.0, WAIVER: 3.0, TRANSCRIPT: 5.0}
LEAST_TIMES = {"docxtpl": 400.0, "carbone": 40.0, "typst-whole": 4.0}
WARM_UP = 60
REPORT_EVERY = 10_000
Measured = Mapping[str, Mapping[Kind, Times]]


def compare(names: Sequence[str], kinds: Sequence[Kind], rounds: int, folder: Path) -> Measured:
    """Times by way and paper: each round asks every way for every paper."""
    ways = {}
    for name in names:
        (folder / name).mkdir()
        ways[name] = WAYS[name](folder / name)
    times = {name: {kind: Times() for kind in kinds} for name in names}
    try:
        for turn in range(-1, rounds):  # one round to warm up
            for kind in kinds:
                for name, way in ways.items():
                    take(way, kind, times[name][kind], turn, QUICK.get(name, 1))
    finally:
        for way in ways.values():
            way.close()
    return times


def take(way: Any, kind: Kind, times: Times, turn: int, many: int) -> None:
    """One round of one way: `many` documents of one paper."""
    if turn < 0:
        for seed in range(WARM_UP if many > 1 else 1):
            way.make(kind, values_of(kind, -1 - seed))
        return
    orders = [values_of(kind, turn * many + n) for n in range(many)]
    times.take(lambda: [way.make(kind, order) for order in orders], way.seconds, many)


def report(times: Measured, rounds: int) -> str:
    """The table, and whether the targets are met."""
    lines = [
        f"Python {platform.python_version()}, LibreOffice {soffice.version()}, {os.cpu_count()}",
        f"cores with a load of {os.getloadavg()[0]:.1f}; {rounds} rounds, turn by turn.",
        "Milliseconds a document; medians and 95 % of the rounds.",
    ]
    for kind in next(iter(times.values())):
        lines += [
            f"\n## {kind.about[0].upper()}{kind.about[1:]}\n",
            "| way | documents | CPU, median | CPU, 95 % | wall, median | times ours |",
            "|---|---|---|---|---|---|",
        ]
        ours = times["ours"][kind].median if "ours" in times else None
        for name, found in times.items():
            ratio = "" if ours is None or name == "ours" else f"{found[kind].median / ours:.1f}"
            row = found[kind].row(WAYS[name].name, QUICK.get(name, 1))
            lines.append(f"{row} {ratio} |")
        if ours is not None:
            lines += ["", *(f"- {line}" for line in targets(times, kind, ours))]
    return "\n".join(lines) + "\n"


def targets(times: Measured, kind: Kind, ours: float) -> list[str]:
    """What was aimed at, and whether it was reached."""
    said = [f"at most {MOST_MS[kind]:.0f} ms: {ours:.2f} ms, {met(ours <= MOST_MS[kind])}"]
    for name, least in LEAST_TIMES.items():
        if name in times:
            ratio = times[name][kind].median / ours
            way = WAYS[name].name
            said.append(f"{least:.0f} times less than {way}: {ratio:.1f}, {met(ratio >= least)}")
    return said


def met(is_met: bool) -> str:
    return "met" if is_met else "**NOT met**"


def throughput(kinds: Sequence[Kind], seconds: float) -> str:
    """Documents a second by one and by two processes, each with its own folder."""
    lines = ["\n## Documents a second\n", "| worker processes | documents a second |", "|---|---|"]
    for workers in (1, 2):
        with multiprocessing.get_context("spawn").Pool(workers) as pool:
            counts = pool.map(partial(produce, kinds=kinds, seconds=seconds), range(workers))
        lines.append(f"| {workers} | {sum(counts) / seconds:.0f} |")
    return "\n".join([*lines, "", "Certificates, waivers and transcripts in turn.", ""])


def produce(seed: int, kinds: Sequence[Kind], seconds: float) -> int:
    """How many documents one process makes in a while."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(Path(folder), seed)
        orders = [(kind, values_of(kind, seed * 1000 + n)) for n in range(100) for kind in kinds]
        for kind, values in orders[:WARM_UP]:
            ours.make(kind, values)
        count, end = 0, time.monotonic() + seconds
        while time.monotonic() < end:
            ours.make(*orders[count % len(orders)])
            count += 1
        ours.close()
    return count


def memory(kinds: Sequence[Kind], many: int) -> str:
    """Resident memory while documents are made, each with values of its own."""
    lines = [f"\n## Memory over {many:,} documents\n", "| documents | resident MB |", "|---|---|"]
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        ours = Ours(Path(folder))
        for made in range(1, many + 1):
            kind = kinds[made % len(kinds)]
            ours.make(kind, values_of(kind, chance.getrandbits(40)))
            if made in (100, 1000) or made % REPORT_EVERY == 0:
                lines.append(f"| {made:,} | {resident_mb():.1f} |")
                print(lines[-1], flush=True)
                for file in (Path(folder) / "files").rglob("*"):
                    if file.is_file():
                        file.unlink()
        ours.close()
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--only", default=",".join(WAYS), help="ways, with commas between them")
    parser.add_argument("--papers", default=",".join(kind.name for kind in KINDS))
    parser.add_argument("--seconds", type=float, default=20, help="of throughput; 0: not measured")
    parser.add_argument("--memory", type=int, default=0, help="documents to make, and nothing else")
    parser.add_argument("--write", type=Path, help="put the report into this file, too")
    chosen = parser.parse_args()
    kinds = [kind for kind in KINDS if kind.name in chosen.papers.split(",")]
    if chosen.memory:
        memory(kinds, chosen.memory)
        return
    with tempfile.TemporaryDirectory() as folder:
        times = compare(chosen.only.split(","), kinds, chosen.rounds, Path(folder))
    found = report(times, chosen.rounds)
    found += throughput(kinds, chosen.seconds) if chosen.seconds else ""
    print(found)
    if chosen.write:
        kept = chosen.write.read_text("utf-8") if chosen.write.exists() else ""
        _, memory_too, table = kept.partition("\n## Memory\n")  # measured by itself
        chosen.write.write_text(INTRODUCTION + found + memory_too + table, "utf-8")


INTRODUCTION = """# Documents

`python benchmarks/documents.py` (the peers by `benchmarks/peers/install.sh`)

Everybody does the whole of it: values, layout, QR, PAdES B-B signature (P-256, key kept loaded),
stored as a file of its own and flushed to the disk. The peers are signed by pyHanko. Less than ours
is their QR: a picture of the template, always the same (of Typst an address); ours is drawn for
each document and holds its signed facts. docxtpl, unoserver and Carbone print the product's own
Word templates in their languages, Typst a page of the same content. Left out on all sides is the
database: which version of a template is in use, the entry in the register.

"""

if __name__ == "__main__":
    main()
