"""Workers that kill themselves with -9 at a named point.

`python -m tests.parts.crashing` reads lives from its standard input, one JSON
list a line, and forks a process for each, so that the imports are paid once;
it answers with the exit code, negative for a signal. A life is: database URL,
queue file or amqp URL, how many effects there are to be in the end, the point,
and at which pass of it to die (0: never).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, String, Table, func, insert, select
from sqlalchemy.orm import Session

from shared.broker import Broker, EmbeddedBroker, RabbitBroker
from shared.clock import SystemClock
from shared.consumer import Consumer, Handler, Received
from shared.database import Database
from shared.messages import DocumentRevoked
from shared.outbox import OUTBOX, attach
from shared.relay import Relay
from tests.parts.brokers import QUICK

METADATA = MetaData()
EFFECT = Table("effect", METADATA, Column("n", Integer, primary_key=True), Column("of", String(50)))
attach(METADATA)
LIFETIME_S = 240


def note(session: Session, received: Received) -> None:
    """The effect of a message: one more row, whatever is there already."""
    session.execute(insert(EFFECT).values(of=received.message.business_key()))


def deadly(point: str, pass_number: int) -> Callable[[str], None]:
    """A fault that ends the process at the n-th pass of a point."""
    passed: list[str] = []

    def fault(reached: str) -> None:
        passed.append(reached)
        if passed.count(point) == pass_number and reached == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return fault


def done(database: Database, count: int) -> bool:
    """Whether everything was published and had its effect."""
    with database.read() as session:
        waiting = session.scalar(select(func.count()).where(OUTBOX.c.published_at.is_(None)))
        effects = session.scalar(select(func.count()).select_from(EFFECT))
    return not waiting and (effects or 0) >= count


def live(url: str, address: str, count: int, point: str, pass_number: int) -> int:
    """Work until everything is done, or die on the way; 1 when it takes too long."""
    database, clock, stop = Database(url), SystemClock(), threading.Event()
    is_rabbit = address.startswith("amqp")
    broker: Broker = (
        RabbitBroker(address, QUICK) if is_rabbit else EmbeddedBroker(Path(address), QUICK)
    )
    fault = deadly(point, pass_number)
    handlers = [Handler(DocumentRevoked, note)]
    actors = (
        Relay(database, broker, clock, fault=fault),
        Consumer("forms", database, broker, clock, handlers, fault=fault),
    )
    threads = [threading.Thread(target=actor.run, args=(stop,)) for actor in actors]
    for thread in threads:
        thread.start()
    end = time.monotonic() + LIFETIME_S
    while not done(database, count) and time.monotonic() < end:
        time.sleep(0.02)
    stop.set()
    for thread in threads:
        thread.join()
    broker.close()
    return 0 if time.monotonic() < end else 1


class Nursery:
    """The process that forks lives, from the side of the test."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.parts.crashing"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def live(self, *life: str | int) -> int:
        """Have one life lived; gives its exit code, negative for the signal that ended it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(life) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


def main() -> None:
    """Fork a process for each line."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(live(*json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 – the answer


if __name__ == "__main__":
    main()
