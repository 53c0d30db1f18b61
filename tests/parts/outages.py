"""Ground on which parts may die, people who ask again, and what must be true afterwards."""

from __future__ import annotations

import functools
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from services.demo import DemoFailed, Person
from tests.parts import postgres as postgres_part
from tests.parts import rabbitmq as rabbitmq_part
from tests.parts.fixtures import need
from tests.parts.oracle import Oracle
from tests.parts.postgres import PostgresServer
from tests.parts.product import InEarnest
from tests.parts.rabbitmq import RabbitServer
from tests.people import Cast, Sent

T = TypeVar("T")


class Ground:
    """A product in earnest with servers of its own, which may be ended at will."""

    def __init__(self, folder: Path, servers: Path) -> None:
        self.rabbitmq = RabbitServer(servers / "rabbitmq")
        self.postgres = PostgresServer(servers / "postgres")
        self.rabbitmq.start()
        self.postgres.start()
        self.product = InEarnest(folder, self.rabbitmq, self.postgres)
        self.oracle = Oracle(self.product.processes.environment)

    def close(self) -> None:
        self.product.stop()
        self.oracle.close()
        self.postgres.close()
        self.rabbitmq.close()


@contextmanager
def ground_in(folder: Path) -> Iterator[Ground]:
    """A started one, for as long as it is wanted."""
    need(rabbitmq_part.why_not())
    need(postgres_part.why_not())
    with tempfile.TemporaryDirectory(prefix="dojang-outages-") as servers:
        Path(servers).chmod(0o755)
        made = Ground(folder, Path(servers))
        try:
            made.product.start()
            yield made
        finally:
            made.close()


def assert_all_is_right(oracle: Oracle, cast: Cast) -> None:
    """Everything came to its right end by itself: asked until so, since it may still be at it."""

    def ask() -> None:
        wrong = oracle.wrong(cast.answered)
        assert not wrong, "\n".join(wrong)

    patiently(ask)


def assert_one_right_paper(cast: Cast, sent: Sent) -> None:
    """There is one document, its bytes are those of the ledger, its number says issued."""
    document = patiently(lambda: cast.issued(sent))
    documents = cast.case(sent)["documents"]
    assert [one["number"] for one in documents] == [document["number"]]
    pdf = cast.pdf(sent, document["number"])
    verdict = Person(cast.url).ask("POST", "/api/v1/verify", files={"file": ("p.pdf", pdf)})
    assert (verdict["verdict"], verdict["number"]) == ("authentic", document["number"])


def sent_patiently(cast: Cast, student: Person, reasons: str) -> Sent:
    """A waiver that is sent again, under one key, whenever a process was away, as people do."""
    seen = patiently(cast.mailbox.seen)
    body = {"kind": "tuition_waiver", "answers": {}, "submit": True}
    body["answers"] = patiently(lambda: cast.answers(student, reasons))
    key = {"Idempotency-Key": f"walk-{id(student)}"}
    made = patiently(lambda: _sent_once(student, body, key))
    return cast.accepted(student, made, seen)


def signed_patiently(cast: Cast, sent: Sent) -> None:
    """A professor signs by the newest link."""
    link = patiently(lambda: cast.link(sent))
    patiently(functools.partial(_signed, cast, link))


def granted_patiently(cast: Cast, sent: Sent) -> None:
    """The office grants it."""
    patiently(lambda: right(cast.at_desk(sent, "approve"), 200, 409))


def walk_patiently(cast: Cast, student: Person, reasons: str = "일꾼이 죽어도") -> Sent:
    """A waiver from its sending to its granting, while processes come and go."""
    sent = sent_patiently(cast, student, reasons)
    for _ in range(2):
        signed_patiently(cast, sent)
    granted_patiently(cast, sent)
    return sent


def right(answer: Any, *codes: int) -> Any:
    """The answer, if it is one of these."""
    assert answer.status_code in codes, answer.text
    return answer


def patiently(ask: Callable[[], T], seconds: float = 400) -> T:
    """What `ask()` gives once it does; until then processes may be away."""
    end = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (httpx.HTTPError, DemoFailed, AssertionError, KeyError, ValueError):
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""

    def ask() -> None:
        assert true()

    patiently(ask)


def _sent_once(student: Person, body: dict[str, Any], key: dict[str, str]) -> dict[str, Any]:
    answer = student.request("POST", "/api/v1/applications", json=body, headers=key)
    if answer.status_code == 409:
        return {"id": answer.json()["application_id"], "number": answer.json()["number"]}
    return dict(right(answer, 201).json())


def _signed(cast: Cast, link: str) -> None:
    right(cast.decide(link), 200, 410)
