"""What one deed costs each part: processor time, bytes in files, databases and the broker.

    python benchmarks/unit_costs.py [--count 200] --write

The second writes docs/benchmarks/unit_costs.md, which docs/scaling.md reckons with. The product
runs in earnest (RabbitMQ, PostgreSQL, each department apart); students do one thing after the
other, and what each process used is read before and after, with the idle use of as long a time
taken off. Times are processor time: they hold, more or less, whatever else the machine does.
"""

import argparse
import os
import platform
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import load
from benchmarks.peers.meter import tree_seconds
from services import demo
from services.certs import ledger, number
from services.demo import Person
from shared.database import Database

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "unit_costs.md"
IDLE_SECONDS = 10
SETTLE_SECONDS = 3  # mails and messages behind the last deed
LOOK_SECONDS = 0.2
WRITERS = (1, 4)
CHAIN_SECONDS = 5
PARTS = ("forms-web", "forms-worker", "certs-web", "certs-worker", "notify-web", "notify-worker")
OTHERS = ("PostgreSQL", "RabbitMQ")


@dataclass
class Cost:
    """Of one deed: ms of each part, and bytes."""

    deed: str
    count: int
    ms: dict[str, float]
    database_bytes: float
    file_bytes: float


class House:
    """The product in earnest, with what it has used so far."""

    def __init__(self, folder: Path, stack: ExitStack, students: int) -> None:
        self.folder = folder
        self.product, self._rabbitmq, self._postgres = load.in_earnest(folder, stack)
        numbers = load.lay_in(folder / "earnest", students)
        self.product.processes.run("import", str(folder / "earnest"))
        self.inside = load.Inside(self.product.processes.environment)
        stack.callback(self.inside.database.close)
        self.tokens = self.inside.sign_in(numbers)

    def used(self) -> dict[str, float]:
        """Seconds of processor time of each part so far."""
        running = self.product.processes
        seconds = {part: tree_seconds(running.process(part).pid) for part in PARTS}
        for name, server in zip(
            OTHERS, (self._postgres._server, self._rabbitmq._node), strict=True
        ):
            assert server is not None
            seconds[name] = tree_seconds(server.pid)
        return seconds

    def database_bytes(self) -> int:
        url = self.product.processes.environment["DOJANG_FORMS_DATABASE"]
        with psycopg.connect(url.rpartition("/")[0] + "/postgres") as connection:
            found = connection.execute("SELECT sum(pg_database_size(oid)) FROM pg_database")
            (total,) = found.fetchone() or (0,)
        return int(total)

    def file_bytes(self) -> int:
        files = Path(self.product.processes.environment["DOJANG_DATA"]) / "files"
        return sum(path.stat().st_size for path in files.rglob("*") if path.is_file())

    def idle(self) -> dict[str, float]:
        """Seconds that each part uses in a second with nothing to do."""
        before = self.used()
        time.sleep(IDLE_SECONDS)
        return {part: (after - before[part]) / IDLE_SECONDS for part, after in self.used().items()}

    def measured(
        self, deed: str, count: int, do: Callable[[int], object], idle: dict[str, float]
    ) -> Cost:
        before, rows, files = self.used(), self.database_bytes(), self.file_bytes()
        began = time.monotonic()
        for nth in range(count):
            do(nth)
        time.sleep(SETTLE_SECONDS)
        took, after = time.monotonic() - began, self.used()
        ms = {
            part: max(0.0, (after[part] - before[part] - idle[part] * took) * 1000 / count)
            for part in after
        }
        grown = self.database_bytes() - rows, self.file_bytes() - files
        return Cost(deed, count, ms, max(0, grown[0]) / count, max(0, grown[1]) / count)

    def person(self, nth: int) -> Person:
        somebody = Person(self.product.url)
        somebody._headers["Authorization"] = f"Bearer {self.tokens[nth % len(self.tokens)]}"
        return somebody


def certificate(house: House, nth: int) -> bytes:
    """Asked for, made, taken."""
    student = house.person(nth)
    made = student.ask("POST", "/api/v1/applications", json=load.CERTIFICATE)
    case = made
    while case["state"] != "issued":
        time.sleep(LOOK_SECONDS)
        case = student.ask("GET", f"/api/v1/applications/{made['id']}")
    return demo.download(student, case["documents"][0]["number"])


def waiver(house: House, nth: int, answers: dict[str, Any], paper: bytes) -> None:
    """Begun, saved, an upload, sent, signed by the professor of both roles, granted by nobody."""
    student = house.person(nth)
    body = {"kind": "tuition_waiver", "answers": answers, "submit": False}
    path = f"/api/v1/applications/{student.ask('POST', '/api/v1/applications', json=body)['id']}"
    student.ask("PUT", path, json={"answers": answers})
    files = {"file": ("paper.pdf", paper, "application/pdf")}
    student.ask("POST", f"{path}/attachments", files=files)
    student.ask("POST", f"{path}/submit", json={})
    professor = Person(house.product.url)
    for token in house.inside.links():
        link = f"/api/v1/approvals/{token}"
        shown = professor.ask("GET", link)["shown"]
        given = {"decision": "approve", "shown": shown, "signature": {"typed": "Yoon"}}
        professor.ask("POST", link, json=given)


def check(house: House, paper: bytes) -> None:
    files = {"file": ("paper.pdf", paper, "application/pdf")}
    Person(house.product.url).ask("POST", "/api/v1/verify", files=files)


def entries_a_second(url: str) -> dict[int, float]:
    """How many entries the ledger's chain takes, by writers at once: each waits for the one
    before it until that is on the disk."""
    database = Database(url)
    found: dict[int, float] = {}
    for writers in WRITERS:
        counts, end = [0] * writers, time.monotonic() + CHAIN_SECONDS

        def write(which: int, counts: list[int] = counts, end: float = end) -> None:
            while time.monotonic() < end:
                with database.write() as session:
                    ledger.enter(session, an_issue())
                counts[which] += 1

        with ThreadPoolExecutor(writers) as pool:
            list(pool.map(write, range(writers)))
        found[writers] = sum(counts) / CHAIN_SECONDS
    database.close()
    return found


def an_issue() -> ledger.Issue:
    key = secrets.token_hex(16)
    return ledger.Issue(
        number=number.draw(), issue_id=key, application_id=key, kind="certificate_enrollment",
        language="ko", template_version="1", facts={"holder": "x", "shows": []}, file_id=key,
        sha256=secrets.token_hex(32), issued_at=datetime.now(UTC),
        signature={"level": "B-B"}, by=None,
    )  # fmt: skip


def costs(given: argparse.Namespace) -> tuple[dict[str, float], list[Cost], dict[int, float]]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dojang-costs-")))
        folder.chmod(0o755)  # the servers run as users of their own
        house = House(folder, stack, given.count)
        papers = [certificate(house, nth) for nth in range(10)]  # caches fill
        answers = load.answers(house.product.url, house.tokens[0])
        idle = house.idle()
        few = max(1, given.count // 4)
        by_number = "/api/v1/verify/AAAA-AAAA-AAAA-AAAA-A"
        found = [
            house.measured("a look at the list of kinds", few,
                           lambda nth: house.person(nth).ask("GET", "/api/v1/kinds"), idle),
            house.measured("a certificate, from the request to the PDF", given.count,
                           lambda nth: certificate(house, nth), idle),
            house.measured("a waiver, begun, a PDF added, sent, signed by professors", few,
                           lambda nth: waiver(house, nth, answers, papers[0]), idle),
            house.measured("a check by number", few,
                           lambda _: Person(house.product.url).ask("GET", by_number), idle),
            house.measured("a check by file", few,
                           lambda nth: check(house, papers[nth % len(papers)]), idle),
        ]  # fmt: skip
        url = house.product.processes.environment["DOJANG_CERTS_DATABASE"]
        return idle, found, entries_a_second(url)


def written(
    idle: dict[str, float],
    found: list[Cost],
    chain: dict[int, float],
    given: argparse.Namespace,
) -> str:
    """The page."""
    parts = [*PARTS, *OTHERS]
    rows = "\n".join(
        f"| {one.deed} | {one.count} | "
        + " | ".join(f"{one.ms[part]:.1f}" for part in parts)
        + f" | **{sum(one.ms.values()):.0f}** | {one.database_bytes / 1000:.1f} "
        f"| {one.file_bytes / 1000:.1f} |"
        for one in found
    )
    resting = ", ".join(f"{part} {idle[part] * 1000:.0f}" for part in parts)
    taken = ", ".join(f"{rate:.0f} entries a second by {many}" for many, rate in chain.items())
    return f"""# What one deed costs

`python benchmarks/unit_costs.py --count {given.count} --write`

The product in earnest on {os.cpu_count()} cores (Python {platform.python_version()}), one deed
after the other over the API. Milliseconds of processor time of each part, what it uses when idle
taken off, and what the databases (with their indexes) and the file store grew by. The gateway is
left out: nginx costs next to nothing.

| deed | count | {" | ".join(parts)} | all | kB in databases | kB in files |
|---|---|{"---|" * len(parts)}---|---|---|
{rows}

Idle, ms of processor time a second: {resting}.

What goes one after the other is the chain of the ledger of issues, {taken}.
"""


def main() -> None:
    """Measure and print, or write."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=200)
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    page = written(*costs(given), given)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
