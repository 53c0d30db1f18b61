"""Providers that push no receipts are asked, at growing intervals, what became of each message."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.asking import AGES_S, Asking
from services.notify.channels.in_order import InOrder, Way
from services.notify.channels.interface import UNHURRIED, Accepted, Channel, Outgoing, Patience
from services.notify.channels.kept import Kept
from services.notify.channels.provider import Receipt
from services.notify.parts import Parts
from shared.clock import StandingClock
from shared.errors import TryLater
from tests.notify.office import NOW, ask, deliver_due, history, open_office, request, row


class Carrier:
    """A provider that tells when asked; `knows` is what it says, `away` that it is silent."""

    name = "carrier"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.knows: Receipt | None = None
        self.away = False

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        return Accepted("theirs-1")

    def look_up(self, provider_id: str) -> Receipt | None:
        if self.away:
            raise TryLater("server_unreachable")
        self.asked.append(provider_id)
        return self.knows


@pytest.fixture
def carrier() -> Carrier:
    return Carrier()


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def parts(tmp_path: Path, clock: StandingClock, carrier: Carrier) -> Iterator[Parts]:
    way = InOrder([Way("carrier", carrier)])
    url = f"sqlite:///{tmp_path}/notify.sqlite"
    made = open_office(url, clock=clock, channels={"sms": way})
    yield made
    made.database.close()


def asking(parts: Parts, channel: Channel | None = None) -> Asking:
    ways = {**parts.channels, "sms": channel or parts.channels["sms"]}
    return Asking(parts.database, parts.clock, ways, parts.receipts)


def sent(parts: Parts) -> str:
    params = {"code": "755224", "minutes": 10}
    asked = ask(parts, request("sign_in_code", address={"sms": "010-0000-0042"}, params=params))
    deliver_due(parts)
    assert row(parts, asked).state == "accepted"
    return asked


def test_each_is_asked_after_once_an_age_until_no_carrier_knows_any_more(
    parts: Parts, clock: StandingClock, carrier: Carrier
) -> None:
    sent(parts)
    rounds = asking(parts)
    assert rounds.ask() == 0, "it has only just left"
    asked_at = []
    for second in (30, 60, 120, 121, 600, 3_600, 6 * 3_600, 24 * 3_600, 72 * 3_600, 80 * 3_600):
        clock.advance(NOW + timedelta(seconds=second) - clock.now())
        asked_at += [second] * rounds.ask()
    assert tuple(asked_at) == AGES_S
    assert carrier.asked == ["theirs-1"] * len(AGES_S)


@pytest.mark.parametrize(("event", "code"), [("delivered", ""), ("bounced", "no_such_number")])
def test_what_it_says_is_noted_and_then_nobody_asks_again(
    parts: Parts, clock: StandingClock, carrier: Carrier, event: str, code: str
) -> None:
    asked = sent(parts)
    carrier.knows = Receipt("carrier", "theirs-1", event, code)
    rounds = asking(parts)
    clock.advance(timedelta(seconds=30))
    assert rounds.ask() == 1
    assert row(parts, asked).state == event
    assert history(parts, asked)[-1] == (f"{event}:{code}" if code else event)
    clock.advance(timedelta(hours=1))
    assert rounds.ask() == 0


def test_a_provider_that_is_away_is_asked_in_the_next_round(
    parts: Parts, clock: StandingClock, carrier: Carrier
) -> None:
    sent(parts)
    rounds = asking(parts)
    clock.advance(timedelta(seconds=30))
    carrier.away = True
    with pytest.raises(TryLater):
        rounds.ask()
    carrier.away = False
    clock.advance(timedelta(seconds=5))
    assert rounds.ask() == 1


def test_test_recipients_do_not_keep_the_provider_from_being_asked(
    parts: Parts, clock: StandingClock
) -> None:
    sent(parts)
    clock.advance(timedelta(seconds=30))
    assert asking(parts, Kept(parts.channels["sms"], "@inside.example", None)).ask() == 1
