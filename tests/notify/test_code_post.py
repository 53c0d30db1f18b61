"""What becomes of a message with a code: at the desk, at the verification, and told to forms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.notify import codes, forget
from services.notify.bounces import take_in
from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import Receipt
from services.notify.forgetting import Forgetting
from services.notify.parts import Parts
from services.notify.return_path import return_path
from services.notify.tables import Happening, Notification
from shared.clock import StandingClock
from shared.consumer import Received
from shared.errors import TryLater
from shared.messages import Envelope, RecipientForgotten
from tests.notify.office import NOW, RING, deliver_due, history, open_office, row, told
from tests.notify.test_bounces import BASE, report

VERIFICATION = "5f" * 16
FIRST = f"{VERIFICATION}-1"
SEO = codes.Challenge(
    VERIFICATION, "sign_in", "p1", "ko", {"email": "seo@dojang.example", "sms": "010-0000-0042"}
)


class Taken:
    """A way that takes everything; `early` is heard before it answers, `error` instead of one."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.error: TryLater | None = None
        self.early = lambda: None

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        if self.error is not None:
            raise self.error
        self.texts.append(outgoing.text)
        self.early()
        return Accepted("theirs-1", "carrier")


@pytest.fixture
def way() -> Taken:
    return Taken()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def parts(tmp_path: Path, way: Taken, clock: StandingClock) -> Iterator[Parts]:
    made = open_office(
        f"sqlite:///{tmp_path}/notify.sqlite", clock=clock, channels={"sms": way, "email": way},
        DOJANG_MAIL_BOUNCES=BASE,
    )  # fmt: skip
    codes.start(SEO, made)
    yield made
    made.database.close()


def lost(code: str = "not_reached") -> Receipt:
    return Receipt("carrier", "theirs-1", "bounced", code)


def test_a_code_s_message_is_a_row_of_the_post_without_the_code(parts: Parts, way: Taken) -> None:
    sent = codes.send(VERIFICATION, "sms", parts)
    found = row(parts, sent.notification_id)
    assert (found.id, found.message, found.channel, found.address, found.state) == (
        FIRST, "sign_in_code", "sms", "010-0000-0042", "accepted"
    )  # fmt: skip
    assert (found.params, found.links, found.kind, found.number) == ({}, [], "", "")
    assert history(parts, FIRST) == ["accepted"]
    code = way.texts[0].rpartition("#")[2]
    path = Path(str(parts.database.engine.url.database))
    assert not [one for one in path.parent.glob("*.sqlite*") if code.encode() in one.read_bytes()]


def test_no_deliverer_takes_it_up(parts: Parts, way: Taken) -> None:
    codes.send(VERIFICATION, "sms", parts)
    way.error = TryLater("server_unreachable")
    with pytest.raises(TryLater):
        codes.send(VERIFICATION, "email", parts)
    assert deliver_due(parts) == 0
    assert len(way.texts) == 1


def test_a_receipt_says_that_it_arrived_and_forms_need_not_know(parts: Parts) -> None:
    codes.send(VERIFICATION, "sms", parts)
    parts.receipts.hear(Receipt("carrier", "theirs-1", "delivered"))
    assert history(parts, FIRST) == ["accepted", "delivered"]
    assert told(parts) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_text_message_that_does_not_arrive_is_told_to_forms_and_the_way_shut(
    parts: Parts, way: Taken, when: str
) -> None:
    if when == "before":
        way.early = lambda: parts.receipts.hear(lost())
    codes.send(VERIFICATION, "sms", parts)
    way.early = lambda: None
    if when == "after":
        parts.receipts.hear(lost())
    assert row(parts, FIRST).state == "bounced"
    assert told(parts) == [
        ("notification.failed", {"notification_id": FIRST, "permanent": True,
                                 "code": "not_reached"})
    ]  # fmt: skip
    assert codes.send(VERIFICATION, "email", parts).others == []


def test_a_mail_with_a_code_comes_back_to_an_address_of_its_own(parts: Parts) -> None:
    codes.send(VERIFICATION, "email", parts)
    path = return_path(BASE, FIRST, RING)
    assert FIRST in path
    take_in(report(path), parts)
    assert history(parts, FIRST) == ["accepted", "bounced:no_such_address"]
    assert [data["notification_id"] for _kind, data in told(parts)] == [FIRST]


def test_a_way_that_works_again_is_offered_again(parts: Parts, clock: StandingClock) -> None:
    codes.send(VERIFICATION, "email", parts)
    take_in(report(return_path(BASE, FIRST, RING)), parts)
    clock.advance(timedelta(seconds=5))
    codes.send(VERIFICATION, "email", parts)
    clock.advance(timedelta(seconds=5))
    assert codes.send(VERIFICATION, "sms", parts).others == ["email"]


@pytest.mark.parametrize("code", ["server_unreachable", "uncertain"])
def test_one_that_did_not_leave_is_seen_at_the_desk(parts: Parts, way: Taken, code: str) -> None:
    way.error = TryLater(code, by="carrier")
    with pytest.raises(TryLater):
        codes.send(VERIFICATION, "sms", parts)
    assert history(parts, FIRST) == [f"failed:{code}"]
    assert (row(parts, FIRST).state, row(parts, FIRST).by) == ("failed", "carrier")
    assert told(parts) == []  # who waits was told at once


def left(parts: Parts) -> tuple[int, int]:
    with parts.database.read() as session:
        rows = session.scalars(select(Notification.id)).all()
        return len(rows), len(session.scalars(select(Happening.id)).all())


def test_after_a_day_nothing_is_left_of_it(parts: Parts, clock: StandingClock) -> None:
    codes.send(VERIFICATION, "sms", parts)
    clock.advance(timedelta(hours=24))
    Forgetting(parts.database, clock).forget()
    assert left(parts) == (1, 1)
    clock.advance(timedelta(seconds=1))
    Forgetting(parts.database, clock).forget()
    assert left(parts) == (0, 0)


def test_of_somebody_who_is_forgotten_nothing_is_left(parts: Parts) -> None:
    codes.start(codes.Challenge("other", "sign_in", "p2", "ko", SEO.addresses), parts)
    codes.send(VERIFICATION, "sms", parts)
    codes.send("other", "sms", parts)
    asked = RecipientForgotten(erasure_id="e", person_id="p1", cases=[])
    envelope = Envelope.wrap(asked, at=NOW, correlation_id="c")
    with parts.database.write() as session:
        forget.forget(session, Received(asked, envelope), parts.clock)
    assert left(parts) == (1, 1)
    assert row(parts, "other-1").thread == "other"
