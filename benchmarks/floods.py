"""What slow clients and floods do to somebody who only wants a certificate.

    python benchmarks/floods.py [--rounds 20] --write

The second writes docs/benchmarks/floods.md. A student looks at the list of forms and has a
certificate issued, again and again: first alone, then beside each disturbance in turn, on the
embedded default and in earnest behind nginx. Those who disturb run in threads of this process, and
share the processor with the product.
"""

import argparse
import itertools
import os
import platform
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import load
from services import demo
from services.demo import Person

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "floods.md"
SLOW = 300  # connections
DRIBBLE_S = 0.5
FLOOD_PER_S = 100
FLOOD_THREADS = 4
LOOK_S = 0.01


@dataclass
class Beside:
    """How somebody fared beside a disturbance; ms."""

    installation: str
    what: str
    look_ms: list[float] = field(default_factory=list)
    ready_ms: list[float] = field(default_factory=list)
    bad: int = 0  # answers 5xx, or none
    answers: dict[int, int] = field(default_factory=dict)  # what the disturber was answered

    def row(self) -> str:
        def pair(times: list[float]) -> str:
            return f"{statistics.median(times):.0f} | {load.p95(times):.0f}"

        answered = ", ".join(f"{n} × {code}" for code, n in sorted(self.answers.items())) or "–"
        return (
            f"| {self.installation} | {self.what} | {pair(self.look_ms)} | {pair(self.ready_ms)} "
            f"| {self.bad} | {answered} |"
        )


@contextmanager
def nothing(_url: str, _beside: Beside) -> Iterator[None]:
    """Nobody disturbs."""
    yield


@contextmanager
def dribbling(url: str, first: bytes, then: Callable[[int], bytes]) -> Iterator[None]:
    """So many connections that begin a request and send a little of the rest now and then."""
    stop, address = threading.Event(), (urlsplit(url).hostname, urlsplit(url).port)
    open_ones: list[socket.socket] = []

    def dribble() -> None:
        for nth in itertools.count():
            while len(open_ones) < SLOW:
                with suppress(OSError):
                    one = socket.create_connection(address, timeout=5)
                    one.sendall(first)
                    open_ones.append(one)
                if stop.is_set():
                    return
            for one in list(open_ones):
                try:
                    one.sendall(then(nth))
                except OSError:  # the server would not wait for it: another takes its place
                    open_ones.remove(one)
                    one.close()
            if stop.wait(DRIBBLE_S):
                return

    thread = threading.Thread(target=dribble)
    thread.start()
    time.sleep(3)
    try:
        yield
    finally:
        stop.set()
        thread.join()
        for one in open_ones:
            one.close()


def slow_heads(url: str, _beside: Beside) -> Any:
    """Request heads that do not end."""
    first = b"GET /verify HTTP/1.1\r\nHost: " + urlsplit(url).netloc.encode() + b"\r\n"
    return dribbling(url, first, lambda nth: b"X-%d: x\r\n" % nth)


def slow_bodies(url: str, _beside: Beside) -> Any:
    """Uploads of a megabyte, 100 bytes at a time."""
    first = (
        b"POST /api/v1/verify HTTP/1.1\r\nHost: " + urlsplit(url).netloc.encode()
        + b"\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n"
    )  # fmt: skip
    return dribbling(url, first, lambda _nth: b"x" * 100)


@contextmanager
def flood(
    url: str, beside: Beside, ask: Callable[[httpx.Client], httpx.Response]
) -> Iterator[None]:
    """The same question a hundred times a second, from one address."""
    stop, lock = threading.Event(), threading.Lock()

    def one() -> None:
        with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
            while not stop.wait(FLOOD_THREADS / FLOOD_PER_S):
                try:
                    code = ask(client).status_code
                except httpx.HTTPError:
                    code = 0
                with lock:
                    beside.answers[code] = beside.answers.get(code, 0) + 1

    threads = [threading.Thread(target=one) for _ in range(FLOOD_THREADS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def numbers(url: str, beside: Beside) -> Any:
    """Document numbers tried one after the other."""
    return flood(url, beside, lambda client: client.get("/api/v1/verify/0000-0000-0000-0000-0"))


def passwords(url: str, beside: Beside) -> Any:
    """Passwords tried for one person."""
    body = {"id": "2024-00001", "password": "wrong"}
    return flood(url, beside, lambda client: client.post("/api/v1/session", json=body))


def files(url: str, beside: Beside) -> Any:
    """A PDF to be checked, again and again."""
    paper = beside_paper[0]

    def ask(client: httpx.Client) -> httpx.Response:
        return client.post("/api/v1/verify", files={"file": ("p.pdf", paper, "application/pdf")})

    return flood(url, beside, ask)


beside_paper: list[bytes] = []
DISTURBANCES: dict[str, Callable[[str, Beside], Any]] = {
    "nobody": nothing,
    f"{SLOW} request heads that never end": slow_heads,
    f"{SLOW} uploads of 100 bytes each half second": slow_bodies,
    f"{FLOOD_PER_S} document numbers a second": numbers,
    f"{FLOOD_PER_S} passwords a second": passwords,
    f"{FLOOD_PER_S} files to check a second": files,
}


def fare(student: Person, beside: Beside, rounds: int) -> None:
    """Look and ask, again and again."""
    for _ in range(rounds):
        began = time.perf_counter()
        looked = student.request("GET", "/api/v1/kinds")
        beside.look_ms.append((time.perf_counter() - began) * 1000)
        beside.bad += looked.status_code >= 500
        began = time.perf_counter()
        made = student.request("POST", "/api/v1/applications", json=load.CERTIFICATE)
        beside.bad += made.status_code >= 500
        path = f"/api/v1/applications/{made.json()['id']}"
        while (case := student.ask("GET", path))["state"] != "issued":
            time.sleep(LOOK_S)
        beside.ready_ms.append((time.perf_counter() - began) * 1000)
        if not beside_paper:
            beside_paper.append(demo.download(student, case["documents"][0]["number"]))


def measure(name: str, product: Any, folder: Path, rounds: int) -> list[Beside]:
    """Each disturbance in turn."""
    people = load.lay_in(folder, 1)
    product.processes.run("import", str(folder))
    inside = load.Inside(product.processes.environment)
    student = Person(product.url)
    student._headers["Authorization"] = f"Bearer {inside.sign_in(people)[0]}"
    inside.database.close()
    fare(student, Beside(name, "warming up"), rounds)
    found = []
    for what, disturb in DISTURBANCES.items():
        beside = Beside(name, what)
        with disturb(product.url, beside):
            fare(student, beside, rounds)
        found.append(beside)
    return found


def both(rounds: int) -> list[Beside]:
    """The embedded default, then in earnest."""
    return [
        beside
        for name, product, folder in load.installations()
        for beside in measure(name, product, folder, rounds)
    ]


def written(found: list[Beside], rounds: int) -> str:
    """The page."""
    rows = "\n".join(one.row() for one in found)
    return f"""# Beside slow clients and floods

`python benchmarks/floods.py --rounds {rounds} --write`

A student looks at the list of forms and has a certificate issued, {rounds} times beside each
disturbance; ms until the list is there and until the paper is ready. All disturbers come from the
student's own address, and they, the product and its servers share {os.cpu_count()} cores (Python
{platform.python_version()}). *Embedded* has nothing before it, *in earnest* has nginx.

| installation | beside | list, median | p95 | paper, median | p95 | 5xx | what the flood got |
|---|---|---|---|---|---|---|---|
{rows}
"""


def main() -> None:
    """Measure and print, or write."""
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    page = written(both(given.rounds), given.rounds)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
