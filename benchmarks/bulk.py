"""A bulk issue from its list to its ZIP: rows checked, papers issued and packed a second.

    python benchmarks/bulk.py [--count 1000] [--workers 1 2] [--no-embedded]
                              [--write docs/benchmarks/bulk.md]

In earnest (RabbitMQ, PostgreSQL, a web process and a worker for each department) with so many
workers of certs, and on the embedded default; over the API, with students made up for it. One
of them asks for a paper of their own again and again while the list is issued: nobody shall wait
for a list.
"""

import argparse
import csv
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from services.demo import Person
from services.forms.people.demo import accounts
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded, InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast

KIND = "certificate_enrollment"
OFFICER = next(one["id"] for one in accounts() if one["office"] == "student_affairs")
STUDENT = next(one["id"] for one in accounts() if one["role"] == "student")
COMMON = {"kind": KIND, "language": "ko", "copies": "1", "purpose": "제출용"}
HEADINGS = (
    "student_number", "name_ko", "name_en", "language", "email", "phone", "birth_date",
    "nationality", "sex", "program", "standing", "admitted_on", "completed_on", "ended_on",
    "campus", "major", "advisor",
)  # fmt: skip
LOOK_S = 0.1


@dataclass
class Run:
    """Seconds of each stretch, and those that a student waited for one paper meanwhile."""

    name: str
    count: int
    check_s: float = 0.0
    issue_s: float = 0.0
    pack_s: float = 0.0
    waits_s: list[float] = field(default_factory=list)

    def row(self) -> str:
        waited = f"{statistics.median(self.waits_s):.2f}" if self.waits_s else "–"
        longest = f"{max(self.waits_s):.2f}" if self.waits_s else "–"
        rates = (self.count / one for one in (self.check_s, self.issue_s, self.pack_s))
        said = " | ".join(f"{rate:.1f}" for rate in rates)
        return f"| {self.name} | {self.count} | {said} | {waited} | {longest} |"


def students(folder: Path, count: int) -> list[str]:
    """So many enrolled students as an import; their numbers."""
    numbers = [f"9999-{n:05d}" for n in range(count)]
    with open(folder / "students.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for n, number in enumerate(numbers):
            writer.writerow(
                (number, f"김도장{n}", f"Kim Do-jang {n}", "ko", f"s{n}@dojang.example", "",
                 f"2000-01-{n % 28 + 1:02d}", "KR", "female", "masters", "enrolled",
                 "2024-09-01", "", "", "haesol", "materials", "")
            )  # fmt: skip
    return numbers


def until(office: Person, path: str, done: Callable[[dict[str, Any]], bool]) -> float:
    """Seconds until the list is so far."""
    began = time.perf_counter()
    while not done(office.ask("GET", path)):
        time.sleep(LOOK_S)
    return time.perf_counter() - began


def one_paper(student: Person) -> float:
    """Seconds from a student's request to the paper."""
    body = {"kind": KIND, "answers": {"language": "ko", "copies": 1, "purpose": "x"},
            "submit": True}  # fmt: skip
    began = time.perf_counter()
    made = student.ask("POST", "/api/v1/applications", json=body)
    while student.ask("GET", f"/api/v1/applications/{made['id']}")["state"] != "issued":
        time.sleep(0.02)
    return time.perf_counter() - began


def measure(name: str, url: str, numbers: list[str]) -> Run:
    """One list from its sending to its ZIP."""
    cast, run = Cast(url), Run(name, len(numbers))
    office, student = cast.signed_in(OFFICER), cast.signed_in(STUDENT)
    files = {"file": ("list.csv", ("student_number\n" + "\n".join(numbers)).encode())}
    made = office.ask("POST", "/api/v1/desk/bulk", files=files, data=COMMON)
    path = f"/api/v1/desk/bulk/{made['id']}"
    run.check_s = until(office, path, lambda found: found["state"] == "checked")
    began = time.perf_counter()
    office.ask("POST", f"{path}/start")
    while office.ask("GET", path)["state"] == "issuing":
        run.waits_s.append(one_paper(student))
        time.sleep(0.5)
    run.issue_s = time.perf_counter() - began
    packing = until(office, path, lambda found: found["archive"]["state"] != "asked")
    found = office.ask("GET", path)
    if found["archive"]["state"] != "offered" or found["counts"]["issued"] != len(numbers):
        raise SystemExit(f"{name}: {found}")
    run.pack_s = max(packing, LOOK_S)
    return run


def in_earnest(folder: Path, workers: int, count: int, servers: tuple[Any, Any]) -> Run:
    """RabbitMQ, PostgreSQL, so many workers of certs."""
    folder.mkdir()
    product = InEarnest(folder, *servers)
    numbers = students(folder, count)
    try:
        product.start()
        product.processes.run("import", str(folder))
        for n in range(1, workers):
            product.processes.start(f"certs-worker-{n}", "worker", "certs")
        return measure(f"in earnest, {workers} × certs", product.url, numbers)
    finally:
        product.stop()


def embedded(folder: Path, count: int) -> Run:
    """One process on SQLite."""
    folder.mkdir()
    product = Embedded(folder)
    numbers = students(folder, count)
    try:
        product.start()
        product.processes.run("import", str(folder))
        return measure("embedded", product.url, numbers)
    finally:
        product.stop()


def report(runs: list[Run]) -> str:
    """The page."""
    load = os.getloadavg()[0]
    rows = "\n".join(run.row() for run in runs)
    return f"""# Bulk issue

`python benchmarks/bulk.py {" ".join(sys.argv[1:])}`

Python {platform.python_version()}, {os.cpu_count()} cores with a load of {load:.1f} at the end. A
second of the list: rows checked (register, rules, room on the paper), certificates issued (signed,
numbered, stored, announced, recorded), files read back, compared with their facts and packed.
Beside it, how long (s) a student waited for one certificate of their own while the list was issued.

| installation | rows | checked / s | issued / s | packed / s | one paper, median | longest |
|---|---|---|---|---|---|---|
{rows}
"""


def main() -> None:
    """Measure and print, or write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--embedded", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    runs = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dojang-bulk-")))
        folder.chmod(0o755)
        rabbitmq = RabbitServer(folder / "rabbitmq")
        stack.callback(rabbitmq.close)
        postgres = PostgresServer(folder / "postgres")
        stack.callback(postgres.close)
        rabbitmq.start()
        postgres.start()
        for workers in asked.workers:
            servers = (rabbitmq, postgres)
            runs.append(in_earnest(folder / f"w{workers}", workers, asked.count, servers))
        if asked.embedded:
            runs.append(embedded(folder / "embedded", asked.count))
    page = report(runs)
    print(page)
    if asked.write:
        asked.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
