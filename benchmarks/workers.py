"""How many papers one, two and four workers of certs make of what waits in their queue.

    python benchmarks/workers.py [--count 400] --write

The second writes docs/benchmarks/workers.md. In earnest (RabbitMQ, PostgreSQL). So many students
ask for a certificate while no worker of certs runs; then everything of ours is stopped but so many
workers, and the time is taken from their first paper to their last, so that starting Python does
not count.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import load
from services.certs.ledger import DocumentRow
from shared.database import Database

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "workers.md"
WORKERS = (1, 2, 4)
OTHERS = ("forms-web", "forms-worker", "certs-web", "certs-worker", "notify-web", "notify-worker")
LOOK_S = 0.02
LANES_S = 15.0  # until what was asked for has gone through the relay into the queue


def papers(database: Database) -> int:
    """How many there are."""
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(DocumentRow)) or 0


def ask(product: Any, folder: Path, count: int) -> None:
    """So many certificates are asked for, each by somebody else."""
    numbers = load.lay_in(folder, count)
    product.processes.run("import", str(folder))
    inside = load.Inside(product.processes.environment)
    tokens = inside.sign_in(numbers)
    inside.database.close()
    for token in tokens:
        with load.client(product.url, token) as student:
            student.post("/api/v1/applications", json=load.CERTIFICATE).raise_for_status()


def a_second(count: int, workers: int) -> float:
    """Papers a second by so many workers."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dojang-workers-")))
        folder.chmod(0o755)  # the servers run as users of their own
        product, *_servers = load.in_earnest(folder, stack)
        processes = product.processes
        processes.end("certs-worker")
        ask(product, folder / "earnest", count)
        time.sleep(LANES_S)
        for one in OTHERS:
            if one != "certs-worker":
                processes.end(one)
        database = Database(processes.environment["DOJANG_CERTS_DATABASE"])
        for nth in range(workers):
            processes.start(f"certs-worker-{nth}", "worker", "certs")
        while not (first := papers(database)):
            time.sleep(LOOK_S)
        began = time.perf_counter()
        while papers(database) < count:
            time.sleep(LOOK_S)
        took = time.perf_counter() - began
        database.close()
        return (count - first) / took


def written(rates: dict[int, float], count: int) -> str:
    """The page."""
    one = rates[WORKERS[0]]
    rows = "\n".join(f"| {n} | {rate:.1f} | {rate / one:.2f} |" for n, rate in rates.items())
    return f"""# Workers by number

`python benchmarks/workers.py --count {count} --write`

{count} certificates wait in the queue of certs; so many workers make them (fill, sign, number,
store, announce), and nothing else of ours runs. They, RabbitMQ and PostgreSQL share
{os.cpu_count()} cores (Python {platform.python_version()}; the machine's load at the end
{os.getloadavg()[0]:.1f}): more workers than cores can only wait for them.

| workers | papers a second | times one |
|---|---|---|
{rows}
"""


def main() -> None:
    """Measure and print, or write."""
    options = argparse.ArgumentParser()
    options.add_argument("--count", type=int, default=400)
    options.add_argument("--write", type=Path, nargs="?", const=PAGE)
    given = options.parse_args()
    page = written({n: a_second(given.count, n) for n in WORKERS}, given.count)
    print(page)
    if given.write:
        given.write.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
