"""Students fill, upload and send while certificates are issued and professors sign.

    python benchmarks/load.py [--students 200] [--seconds 300] [--think 30 10] --write

The second writes docs/benchmarks/load.md. `benchmarks/peers/install.sh` comes before it: the
students are locust's (benchmarks/peers/students.py), their sessions are laid into the register, so
that no time goes into argon2. Professors are one thread here that opens each link and signs.
"""

import argparse
import csv
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from sqlalchemy import select, update

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.bulk import students
from services.forms.applications.approvals import PURPOSE
from services.forms.applications.tables import ApplicationRow, StepRow
from services.forms.people import register
from services.forms.people.tables import AccountRow
from services.forms.signin import sessions
from shared.clock import SystemClock
from shared.database import Database
from shared.keys import Keyring
from shared.links import Link, make_link
from shared.settings import Settings
from tests.parts.postgres import PostgresServer
from tests.parts.product import Embedded, InEarnest
from tests.parts.rabbitmq import RabbitServer

PEERS = Path(__file__).parent / "peers"
LOCUST = PEERS / "install" / "venv" / "bin" / "locust"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "load.md"
ANSWERS = {"extent": "two_thirds", "ground": "hardship", "reasons": "No harvest this year."}
CERTIFICATE = {
    "kind": "certificate_enrollment", "submit": True,
    "answers": {"language": "ko", "copies": 1, "purpose": "x"},
}  # fmt: skip
IDLE = 40
PAUSE_S, LOOK_S = 0.3, 0.003
SUBMIT_MS, IDLE_MS, FULL_MS = 500.0, 100.0, 1000.0
Seen = list[tuple[str, float, int]]  # name, ms, status (0: no answer)


@dataclass
class Run:
    """What one installation did; all times in ms, `load` the machine's before and after."""

    name: str
    think_s: float
    idle_ms: list[float]
    seen: Seen = field(default_factory=list)
    load: tuple[float, float] = (0.0, 0.0)

    def times(self, name: str) -> list[float]:
        return [ms for one, ms, _status in self.seen if one == name]

    def bad(self) -> int:
        """Answers 5xx, and none at all."""
        return sum(status == 0 or status >= 500 for _name, _ms, status in self.seen)

    def refused(self) -> int:
        return sum(400 <= status < 500 for _name, _ms, status in self.seen)

    def rows(self) -> list[str]:
        timed = {"certificate ready, idle": self.idle_ms}
        timed |= {one: self.times(one) for one in sorted({name for name, _, _ in self.seen})}
        return [
            f"| {self.name} | {self.think_s:g} s | {one} | {len(ms)} "
            f"| {statistics.median(ms):.0f} | {p95(ms):.0f} | {max(ms):.0f} |"
            for one, ms in timed.items()
        ]

    def promises(self) -> list[str]:
        submit, full = p95(self.times("submit")), p95(self.times("certificate ready"))
        idle = p95(self.idle_ms)
        return [
            said(self.name, f"no 5xx: {self.bad()} of {len(self.seen)}", self.bad() == 0),
            said(self.name, f"submit, p95 {submit:.0f} ms (500)", submit < SUBMIT_MS),
            said(self.name, f"certificate when idle, p95 {idle:.0f} ms (100)", idle < IDLE_MS),
            said(self.name, f"certificate at full load, p95 {full:.0f} ms (1000)", full < FULL_MS),
        ]


def said(name: str, what: str, met: bool) -> str:
    return f"- {'met' if met else '**NOT met**'}: {name}, {what}"


def p95(times: list[float]) -> float:
    return sorted(times)[math.ceil(0.95 * len(times)) - 1] if times else float("inf")


class Inside:
    """Forms' database and keys: what a browser would have got by signing in, or by mail."""

    def __init__(self, environ: dict[str, str]) -> None:
        settings = Settings.read(environ)
        self.keyring = Keyring.open(settings, environ)
        self.database = Database(settings.database_url("forms"))
        self._signed: set[str] = set()

    def sign_in(self, numbers: list[str]) -> list[str]:
        """A session at the API for each, the privacy notice accepted."""
        clock = SystemClock()
        with self.database.write() as session:
            session.execute(update(AccountRow).values(notice_accepted_at=clock.now()))
            accounts = [register.find_account(session, number) for number in numbers]
            parts: Any = SimpleNamespace(clock=clock)
            return [sessions.open_session(session, parts, one, "api")[0] for one in accounts if one]

    def is_issued(self, application_id: str) -> bool:
        with self.database.read() as session:
            wanted = select(ApplicationRow.state).where(ApplicationRow.id == application_id)
            return session.scalar(wanted) == "issued"

    def links(self) -> list[str]:
        """The tokens of steps that wait and that nobody opened yet."""
        with self.database.read() as session:
            rows = session.execute(
                select(StepRow.id, StepRow.generation).where(StepRow.state == "asked")
            ).all()
        fresh = [row for row in rows if row.id not in self._signed]
        self._signed.update(row.id for row in fresh)
        return [make_link(Link(PURPOSE, one.id, one.generation), self.keyring) for one in fresh]


def lay_in(folder: Path, count: int) -> list[str]:
    """CSV files of students who may ask for a waiver; their numbers."""
    numbers = students(folder, count)
    path = folder / "students.csv"
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows({**row, "advisor": "tae-ho.yoon"} for row in rows)
    return numbers


def client(url: str, token: str = "") -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False)


def idle(url: str, token: str, inside: Inside) -> tuple[list[float], bytes]:
    """Certificates one after the other with nobody else there: ms until each is ready; a PDF.

    Until it is issued the database is looked at: asking over HTTP all the time would be a load of
    its own. The look of the student who then finds it counts.
    """
    times, paper = [], b""
    with client(url, token) as student:
        for _ in range(IDLE):
            time.sleep(PAUSE_S)
            began = time.perf_counter()
            made = student.post("/api/v1/applications", json=CERTIFICATE).raise_for_status().json()
            while not inside.is_issued(made["id"]):
                time.sleep(LOOK_S)
            case = student.get(f"/api/v1/applications/{made['id']}").raise_for_status().json()
            times.append((time.perf_counter() - began) * 1000)
            number = case["documents"][0]["number"]
            got = student.get(f"/api/v1/documents/{number}/file", follow_redirects=True)
            paper = got.raise_for_status().content
    return times, paper


def professors(url: str, inside: Inside, stop: threading.Event, seen: Seen) -> None:
    """Open each link, read, sign."""
    with client(url) as somebody:
        while not stop.wait(0.5):
            for token in inside.links():
                path = f"/api/v1/approvals/{token}"
                page = timed(somebody, seen, "link opened", "GET", path)
                if stop.is_set():
                    return
                if page.status_code != 200:
                    continue  # taken back meanwhile
                body = {"decision": "approve", "shown": page.json()["shown"]}
                body["signature"] = {"typed": "Yoon"}
                timed(somebody, seen, "signed", "POST", path, json=body)


def timed(
    who: httpx.Client, seen: Seen, name: str, method: str, path: str, **more: Any
) -> httpx.Response:
    began = time.perf_counter()
    try:
        answer = who.request(method, path, **more)
    except httpx.HTTPError:
        answer = httpx.Response(0)
    seen.append((name, (time.perf_counter() - began) * 1000, answer.status_code))
    return answer


def measure(
    name: str, product: Any, folder: Path, given: argparse.Namespace, think_s: float
) -> Run:
    """Idle first, then everybody at once."""
    numbers = lay_in(folder, given.students)
    product.processes.run("import", str(folder))
    inside = Inside(product.processes.environment)
    tokens = inside.sign_in(numbers)
    times, paper = idle(product.url, tokens[0], inside)
    run = Run(name, think_s, times)
    waiver = answers(product.url, tokens[0])  # the same for all of them
    people = [{"token": one, "answers": waiver} for one in tokens]
    (folder / "people.json").write_text(json.dumps(people), "utf-8")
    (folder / "paper.pdf").write_bytes(paper)
    stop, signing, before = threading.Event(), list[tuple[str, float, int]](), os.getloadavg()[0]
    thread = threading.Thread(target=professors, args=(product.url, inside, stop, signing))
    thread.start()
    try:
        locust(product.url, folder, given, think_s)
    finally:
        stop.set()
        thread.join()
        inside.database.close()
    seen = json.loads((folder / "seen.json").read_text("utf-8"))
    run.seen = [tuple(one) for one in seen] + signing
    run.load = (before, os.getloadavg()[0])
    return run


def answers(url: str, token: str) -> dict[str, Any]:
    """What a student's waiver says, from what the form begins with."""
    with client(url, token) as student:
        kinds = student.get("/api/v1/kinds").raise_for_status().json()
    waiver = next(one for one in kinds if one["name"] == "tuition_waiver")
    if not waiver["open"]:
        raise SystemExit(f"the waiver is closed: {waiver['findings']}")
    return {**waiver["prefill"], **ANSWERS}


def locust(url: str, folder: Path, given: argparse.Namespace, think_s: float) -> None:
    """The students, in a process of their own."""
    environ = {
        **os.environ, "LOAD_PEOPLE": str(folder / "people.json"),
        "LOAD_OUT": str(folder / "seen.json"), "LOAD_PAPER": str(folder / "paper.pdf"),
        "LOAD_THINK_S": str(think_s),
    }  # fmt: skip
    subprocess.run(
        [LOCUST, "-f", PEERS / "students.py", "--headless", "--only-summary", "--host", url,
         "-u", str(given.students), "-r", "20", "-t", f"{given.seconds}s", "-s", "30",
         "--exit-code-on-error", "0"],
        env=environ, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def both(given: argparse.Namespace, think_s: float) -> list[Run]:
    """The embedded default, then in earnest; with such pauses."""
    return [
        measure(name, product, folder, given, think_s) for name, product, folder in installations()
    ]


def installations() -> Iterator[tuple[str, Any, Path]]:
    """The embedded default, then the product in earnest: its name, itself, its folder. Each runs
    until the next is asked for."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dojang-load-")))
        folder.chmod(0o755)  # the servers run as users of their own
        (folder / "embedded").mkdir()
        alone = Embedded(folder / "embedded")
        alone.start()
        try:
            yield "embedded", alone, folder / "embedded"
        finally:
            alone.stop()
        product, *_servers = in_earnest(folder, stack)
        yield "in earnest", product, folder / "earnest"


def in_earnest(
    folder: Path, stack: ExitStack, **settings: str
) -> tuple[InEarnest, RabbitServer, PostgresServer]:
    """The product in `folder/earnest` on servers of its own, running until the stack ends."""
    rabbitmq, postgres = RabbitServer(folder / "rabbitmq"), PostgresServer(folder / "postgres")
    stack.callback(rabbitmq.close)
    stack.callback(postgres.close)
    rabbitmq.start()
    postgres.start()
    (folder / "earnest").mkdir(exist_ok=True)
    product = InEarnest(folder / "earnest", rabbitmq, postgres, **settings)
    stack.callback(product.stop)
    product.start()
    return product, rabbitmq, postgres


def written(runs: list[Run], given: argparse.Namespace) -> str:
    """The page."""
    loads = "; ".join(
        f"{one.name}, {one.think_s:g} s: {one.load[0]:.1f} and {one.load[1]:.1f}" for one in runs
    )
    refused = ", ".join(f"{one.refused()} ({one.name}, {one.think_s:g} s)" for one in runs)
    promises = "\n\n".join(
        f"With pauses of {think_s:g} s:\n\n"
        + "\n".join(line for one in runs if one.think_s == think_s for line in one.promises())
        for think_s in given.think
    )
    rows = "\n".join(line for one in runs for line in one.rows())
    paces = " ".join(f"{one:g}" for one in given.think)
    options = f"--students {given.students} --seconds {given.seconds} --think {paces}"
    return f"""# Under load

`python benchmarks/load.py {options} --write`

{given.students} students at once for {given.seconds} s, each pausing so many seconds on the
average between two deeds (who fills a form in takes minutes; with 10 s they ask for more than one
Python process can do, which shows how it is then): they open the form, begin, save, upload a PDF
and send a waiver, take the last one back before the next, and every third time have a certificate
issued; one professor after the other opens each link and signs. Before that, idle, {IDLE}
certificates one after the other. *Embedded* is one process on SQLite; *in earnest* a web process
and a worker for each department on RabbitMQ and PostgreSQL, behind nginx. Everything, the servers
and the students included, shared {os.cpu_count()} cores (Python {platform.python_version()}). The
machine's load before and after: {loads}.

{promises}

Refused (4xx, such as taking back what is decided): {refused}.
All times in ms, as students see them.

| installation | pauses | deed | count | median | p95 | longest |
|---|---|---|---|---|---|---|
{rows}
"""


def main() -> None:
    """Measure and print, or write."""
    options = argparse.ArgumentParser()
    options.add_argument("--students", type=int, default=200)
    options.add_argument("--seconds", type=int, default=300)
    options.add_argument("--think", type=float, nargs="+", default=[30.0, 10.0])
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    runs = [run for think in given.think for run in both(given, think)]
    page = written(runs, given)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
