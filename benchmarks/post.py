"""Mail through RabbitMQ to SMTP, and a code's way while thousands of reminders wait.

    python benchmarks/post.py --waiting 10000 --write

The second writes docs/benchmarks/post.md. `benchmarks/peers/install.sh` comes before it.

Ours: forms' outbox, relay, RabbitMQ, one worker process of notify on PostgreSQL. Beside it in the
same run the same mails on Celery and the same RabbitMQ (benchmarks/peers/install.sh), one worker
process of eight threads. Both hand over to one SMTP sink.
While the reminders wait, a code is asked for every 200 ms: from then to its arrival is its time.
Processor time is that of the worker's process, so that other work on the machine counts less.
"""

import argparse
import json
import os
import platform
import smtplib
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.peers.meter import tree_seconds
from services.notify.database import bring_up_to_date
from services.notify.parts import open_parts
from services.running import Threads
from shared.broker import RabbitBroker
from shared.clock import SystemClock
from shared.database import Database
from shared.keys import NAMES, Key, Keyring
from shared.messages import NotificationRequested
from shared.outbox import add
from shared.relay import Relay
from shared.settings import Settings
from tests.notify.office import request
from tests.parts.ports import free_port, wait_until
from tests.parts.postgres import PostgresServer
from tests.parts.rabbitmq import RabbitServer

PEERS = Path(__file__).parent / "peers"
CELERY = PEERS / "install" / "venv" / "bin" / "celery"
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "post.md"
EVERY_S = 0.2
CLOCK = SystemClock()


@dataclass
class Run:
    """What one of them did: messages and mails a second, processor milliseconds a message asked
    for and a mail, the seconds of each code, and how many mails still waited at the last code."""

    name: str
    asked_a_second: float
    asked_cpu_ms: float
    mails_a_second: float
    mail_cpu_ms: float
    codes_s: list[float]
    left: int

    def row(self) -> str:
        times = (statistics.median(self.codes_s), percentile(self.codes_s, 0.95), max(self.codes_s))
        said = [
            f"{self.asked_a_second:.0f}", f"{self.asked_cpu_ms:.2f}",
            f"{self.mails_a_second:.0f}", f"{self.mail_cpu_ms:.1f}",
            *(f"{one:.3f}" for one in times), str(self.left),
        ]  # fmt: skip
        return f"| {self.name} | {' | '.join(said)} |"


def main() -> None:
    """Both, one after the other, and a table."""
    options = argparse.ArgumentParser()
    options.add_argument("--waiting", type=int, default=10_000)
    options.add_argument("--codes", type=int, default=50)
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="dojang-post-") as folder:
        here = Path(folder)
        here.chmod(0o755)  # the servers run as users of their own
        rabbit, postgres = RabbitServer(here / "rabbit"), PostgresServer(here / "postgres")
        rabbit.start()
        postgres.start()
        try:
            runs = [
                ours(rabbit.url(), postgres.url(), given.waiting, given.codes),
                celery(rabbit.url(), here, given.waiting, given.codes),
            ]
        finally:
            rabbit.close()
            postgres.close()
    page = written(runs, given.waiting, given.codes)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


def ours(rabbit: str, postgres: str, count: int, codes: int) -> Run:
    """The outbox is filled, the relay publishes, then one worker starts and codes are asked for."""
    with sink() as port:
        broker, database = RabbitBroker(rabbit), Database(postgres)
        bring_up_to_date(database)
        broker.ready()
        ask_for(database, [reminder(number) for number in range(count)])
        relay = Relay(database, broker, CLOCK)
        begun, cpu_s = time.perf_counter(), time.process_time()
        relay.drain()
        asked_s, asked_cpu_s = time.perf_counter() - begun, time.process_time() - cpu_s
        with Threads([("relay", relay)]), worker(rabbit, postgres, port) as process:
            until(port, 1, 0.0)
            begun, cpu_s = time.perf_counter(), tree_seconds(process.pid)
            asked = spread(codes, lambda name: ask_for(database, [code(name)]))
            left = count + codes - _counts(port)
            took_s = until(port, count + codes, begun)
            cpu_s = tree_seconds(process.pid) - cpu_s
        times = arrivals(port, "code-")
        broker.close()
        database.close()
    return Run(
        "Dojang", count / asked_s, asked_cpu_s / count * 1000, (count + codes) / took_s,
        cpu_s / (count + codes) * 1000, waited(asked, times), left,
    )  # fmt: skip


@contextmanager
def worker(rabbit: str, postgres: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`dojang worker notify` in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environ = {
            **os.environ, "DOJANG_DATA": folder, "DOJANG_BROKER": rabbit,
            "DOJANG_NOTIFY_DATABASE": postgres, "DOJANG_MAIL": f"smtp://127.0.0.1:{port}",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "services.cli", "worker", "notify"],
            env=environ, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def celery(rabbit: str, here: Path, count: int, codes: int) -> Run:
    """The same mails, rendered before by our templates so that nobody renders more."""
    templates = here / "templates"
    templates.mkdir()
    for form in ("txt", "html"):
        (templates / f"mail.{form}").write_text(sample_template(form), "utf-8")
    with sink() as port:
        environ = {
            **os.environ, "BROKER_URL": rabbit, "SMTP_PORT": str(port),
            "TEMPLATES": str(templates), "PYTHONPATH": str(PEERS),
        }  # fmt: skip
        asking = subprocess.Popen(
            [CELERY.parent / "python", PEERS / "ask_mails.py",
             *map(str, (count, codes, EVERY_S))],
            env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert asking.stdin is not None
        assert asking.stdout is not None
        print(json.dumps(reminder(0).params), file=asking.stdin, flush=True)
        told = json.loads(asking.stdout.readline())
        process = subprocess.Popen(
            [CELERY, "-A", "mails", "worker", "-Q", "codes,bulk", "-P", "threads", "-c", "8",
             "-l", "error", "--without-gossip", "--without-mingle"],
            env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=PEERS,
        )  # fmt: skip
        try:
            until(port, 1, 0.0)
            begun, cpu_s = time.perf_counter(), tree_seconds(process.pid)
            print("go", file=asking.stdin, flush=True)
            asked = {name: float(at) for name, at in json.loads(asking.stdout.readline()).items()}
            left = count + codes - _counts(port)
            took_s = until(port, count + codes, begun)
            cpu_s = tree_seconds(process.pid) - cpu_s
            times = arrivals(port, "code-")
        finally:
            process.terminate()
            process.wait(30)
            asking.wait(30)
    return Run(
        "Celery", count / told["asked_in_s"], told["cpu_s"] / count * 1000,
        (count + codes) / took_s, cpu_s / (count + codes) * 1000, waited(asked, times), left,
    )  # fmt: skip


def reminder(number: int) -> NotificationRequested:
    """One of thousands."""
    return request("approval_reminder", "ko", notification_id=f"bulk-{number}", lane="bulk")


def code(name: str) -> NotificationRequested:
    """What somebody waits for, by the lane of codes."""
    return request("at_desk", "ko", notification_id=name, lane="codes")


def ask_for(database: Database, wanted: list[NotificationRequested]) -> None:
    """As forms does: rows of an outbox, in transactions of 500."""
    for first in range(0, len(wanted), 500):
        with database.write() as session:
            for one in wanted[first : first + 500]:
                add(session, one, clock=CLOCK, correlation_id=one.notification_id)


def spread(count: int, act: Callable[[str], None]) -> dict[str, float]:
    """`act` again and again; when each was begun."""
    asked: dict[str, float] = {}
    for number in range(count):
        name = f"code-{number}"
        asked[name] = time.time()
        act(name)
        threading.Event().wait(EVERY_S)
    return asked


def sample_template(form: str) -> str:
    """A mail of ours as a template of about the same size and as many values."""
    ring = Keyring({name: (Key(name[:4], f"{name:*<40}".encode()),) for name in NAMES})
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/x.sqlite")
        parts = open_parts(Settings.read({}), CLOCK, database, ring)
        from services.notify.samples import sample

        out = parts.composer.compose(sample("approval_reminder", "ko"), CLOCK.now())
        database.close()
    text = out.text if form == "txt" else out.html
    for name in ("student_name", "kind_title", "application_number", "asks"):
        text = text.replace(str(reminder(0).params[name]), f"{{{{ {name} }}}}")
    return text


@contextmanager
def sink() -> Iterator[int]:
    """The SMTP server of both, in a process of its own; gives its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, PEERS / "smtp_sink.py", str(port)])
    try:
        wait_until(lambda: _counts(port) == 0, seconds=20, what="the sink", alive=process)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _counts(port: int) -> int:
    try:
        with smtplib.SMTP("127.0.0.1", port) as server:
            return int(server.docmd("XCOUNT")[1])
    except OSError:
        return -1


def until(port: int, count: int, begun: float) -> float:
    """Seconds from `begun` until the sink has so many."""
    while _counts(port) < count:
        threading.Event().wait(0.25)
    return time.perf_counter() - begun


def arrivals(port: int, word: str) -> dict[str, float]:
    """When each arrived."""
    with smtplib.SMTP("127.0.0.1", port) as server:
        said = server.docmd("XTIMES", word)[1].decode()
    pairs = (one.partition("=") for one in said.split())
    return {name.strip("<>").partition("@")[0]: float(at) for name, _, at in pairs}


def waited(asked: Mapping[str, float], times: Mapping[str, float]) -> list[float]:
    """Seconds of each."""
    return [times[name] - at for name, at in asked.items()]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of them does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def written(runs: list[Run], count: int, codes: int) -> str:
    """The page."""
    rows = "\n".join(run.row() for run in runs)
    load = os.getloadavg()[0]
    return f"""# Post

`python benchmarks/post.py --waiting {count} --codes {codes} --write`

Python {platform.python_version()}, {os.cpu_count()} cores with a load of {load:.1f} at the end.
{count} reminders lie in RabbitMQ when the worker starts; from its first mail on a code is asked
for every {EVERY_S * 1000:.0f} ms. *Asked* is confirmed publishing: ours by the relay from an outbox
on PostgreSQL, Celery by `apply_async` with `confirm_publish`. *Mails* is from the first one to the
last at the SMTP sink. A code's time (s) is from being asked for to its arrival; *left* is how many
mails still waited when the last code was asked for. *CPU* (ms) is that of the process that asks and
of the worker's, each divided by its messages: it says more than the clock where others work beside.

They do not do the same: ours takes each mail into PostgreSQL, notes each step, composes with
checked fields and a link, and tells forms of the end, so that nothing is lost or doubled when it
is killed; Celery's task, as its documentation has it, renders and sends, keeps no record, and opens
a connection a mail. Codes of the sign-in are in neither queue: they are
handed over while their reader waits.

| | asked / s | CPU | mails / s | CPU | code, median | 95th percentile | longest | left |
|---|---|---|---|---|---|---|---|---|
{rows}
"""


if __name__ == "__main__":
    main()
