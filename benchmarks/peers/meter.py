"""How much processor time a piece of work takes, with everything that it starts."""

from __future__ import annotations

import os
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from shared.files import FolderStore

TICKS = os.sysconf("SC_CLK_TCK")


def own_seconds() -> float:
    """Of this process and of its children that have ended."""
    use = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(u.ru_utime + u.ru_stime for u in use)


def tree_seconds(pid: int) -> float:
    """Of a running process, of what it has started, and of what of that has ended."""
    parents, used = dict[int, int](), dict[int, int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        one = int(stat.parent.name)
        parents[one], used[one] = int(fields[1]), sum(int(f) for f in fields[11:15])
    family, grown = {pid}, True
    while grown:
        grown = False
        for child, parent in parents.items():
            if parent in family and child not in family:
                family.add(child)
                grown = True
    return sum(used.get(one, 0) for one in family) / TICKS


def resident_mb(pid: int | str = "self") -> float:
    """Memory of a process that is in use, in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def store(folder: Path) -> FolderStore:
    """A store that has been in use: all 256 of its folders are there."""
    files = FolderStore(folder)
    for shelf in range(256):
        files.put(b"", f"{shelf:02x}{0:030x}")
    return files


@dataclass
class Times:
    """Processor and wall-clock milliseconds of one way, a figure a document."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take(self, work: Callable[[], object], seconds: Callable[[], float], many: int = 1) -> None:
        """Do a piece of work that makes `many` documents."""
        cpu, wall = seconds(), time.perf_counter()
        work()
        self.cpu.append((seconds() - cpu) * 1000 / many)
        self.wall.append((time.perf_counter() - wall) * 1000 / many)

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)

    def row(self, name: str, many: int) -> str:
        cpu, wall = sorted(self.cpu), sorted(self.wall)
        return (
            f"| {name} | {len(cpu) * many} | {statistics.median(cpu):.2f} | "
            f"{cpu[int(len(cpu) * 0.95)]:.2f} | {statistics.median(wall):.2f} |"
        )
