"""notify is killed between each pair of steps: nothing is lost, and what comes twice says so."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.channels.provider import Receipt
from services.notify.claims import HELD_SECONDS
from shared.clock import StandingClock
from shared.messages import NotificationRequested
from tests.notify.gateways import Solapi, Twilio, open_gateway
from tests.notify.office import (
    NOW,
    ask,
    deliver_due,
    delivered,
    history,
    open_office,
    request,
    told,
)
from tests.notify.post_office import post_office
from tests.parts.postgres import PostgresServer

# what the server holds in the end, and how often forms hears "delivered"
COPIES = {"claimed": 1, "composed": 1, "handing over": 1, "accepted": 2, "settled": 1}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notify.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()


def kill_at(point: str, url: str, **settings: str) -> None:
    """Run a notify that delivers what is due and is killed at that point."""
    more = [f"{name}={value}" for name, value in settings.items()]
    command = [sys.executable, "-m", "tests.notify.doomed", url, point, *more]
    assert subprocess.run(command, check=False, timeout=400).returncode == -signal.SIGKILL


@pytest.mark.parametrize("point", COPIES)
def test_a_killed_delivery_is_finished_by_the_next_process(url: str, point: str) -> None:
    clock = StandingClock(NOW)
    with post_office() as office:
        parts = open_office(url, clock=clock, DOJANG_MAIL=office.mail_setting())
        asked = ask(parts, request("approval_request"))
        kill_at(point, url, DOJANG_MAIL=office.mail_setting())
        clock.advance(timedelta(seconds=HELD_SECONDS + 1))
        deliver_due(parts)
        clock.advance(timedelta(days=1))
        assert deliver_due(parts) == 0
        assert office.headers("Message-ID") == [f"<{asked}@dojang.example>"] * COPIES[point]
        assert len({raw.partition(b"boundary=")[0] for raw in office.kept}) == 1
        assert told(parts) == [("notification.delivered", delivered(asked))]
        happened = history(parts, asked)
        assert happened[-1] == "accepted"
        assert ("interrupted" in happened) == (point != "settled")
        parts.database.close()


def test_an_embedded_notify_that_starts_again_waits_for_no_dead_claim(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/notify.sqlite"
    with post_office() as office:
        parts = open_office(url, DOJANG_MAIL=office.mail_setting())
        ask(parts, request())
        kill_at("composed", url, DOJANG_MAIL=office.mail_setting())
        assert deliver_due(parts) == 1
        assert len(office.kept) == 1
        parts.database.close()


def test_an_answer_that_is_lost_after_data_leads_to_one_more_copy_that_can_be_told(
    tmp_path: Path,
) -> None:
    clock = StandingClock(NOW)
    with post_office("drop") as office:
        parts = open_office(
            f"sqlite:///{tmp_path}/notify.sqlite", clock=clock, DOJANG_MAIL=office.mail_setting()
        )
        asked = ask(parts, request())
        deliver_due(parts)
        clock.advance(timedelta(minutes=2))
        deliver_due(parts)
        assert office.headers("Message-ID") == [f"<{asked}@dojang.example>"] * 2
        assert "deferred:uncertain" in history(parts, asked)
        parts.database.close()


# An SMS is never seen twice: where the hand-over had begun, what became of it is left to people.
SMS_ENDS = {
    "claimed": (1, "accepted"),
    "composed": (1, "accepted"),
    "handing over": (0, "failed:uncertain"),
    "accepted": (1, "failed:uncertain"),
    "settled": (1, "accepted"),
}


@pytest.mark.parametrize("point", SMS_ENDS)
def test_a_killed_delivery_never_leads_to_a_second_sms(url: str, point: str) -> None:
    clock = StandingClock(NOW)
    with open_gateway(Twilio()) as provider:
        settings = {"DOJANG_SMS": provider.address()}
        parts = open_office(url, clock=clock, **settings)
        asked = ask(parts, sms_request())
        kill_at(point, url, **settings)
        clock.advance(timedelta(seconds=HELD_SECONDS + 1))
        deliver_due(parts)
        clock.advance(timedelta(days=1))
        assert deliver_due(parts) == 0
        copies, end = SMS_ENDS[point]
        assert len(provider.kept) == copies
        assert history(parts, asked)[-1] == end
        assert len(told(parts)) == 1
        parts.database.close()


@pytest.mark.parametrize("point", COPIES)
def test_a_delivery_that_is_killed_at_the_second_server_is_finished(url: str, point: str) -> None:
    """The first server is going down, the second takes it; the copies are those of one server."""
    clock = StandingClock(NOW)
    with post_office(*["rcpt 421 going down"] * 4) as first, post_office() as second:
        mail = f"{first.mail_setting()} {second.mail_setting()}"
        parts = open_office(url, clock=clock, DOJANG_MAIL=mail)
        asked = ask(parts, request("approval_request"))
        kill_at(point, url, DOJANG_MAIL=mail)
        clock.advance(timedelta(seconds=HELD_SECONDS + 1))
        deliver_due(parts)
        assert first.kept == []
        assert second.headers("Message-ID") == [f"<{asked}@dojang.example>"] * COPIES[point]
        assert told(parts) == [("notification.delivered", delivered(asked))]
        parts.database.close()


def test_a_provider_that_takes_an_sms_and_hangs_is_not_asked_again_nor_is_another(
    url: str,
) -> None:
    with open_gateway(Twilio("drop")) as first, open_gateway(Solapi()) as second:
        clock = StandingClock(NOW)
        both = f"{first.address()} {second.address()}"
        parts = open_office(url, clock=clock, DOJANG_SMS=both)
        asked = ask(parts, sms_request())
        deliver_due(parts)
        clock.advance(timedelta(days=1))
        deliver_due(parts)
        assert (len(first.kept), second.kept) == (1, [])
        parts.receipts.hear(Receipt("nobody", "nothing", "delivered"))
        assert history(parts, asked)[-1] == "failed:uncertain"
        parts.database.close()


def sms_request() -> NotificationRequested:
    return request("sign_in_code", address={"sms": "010-0000-0042"},
                   params={"code": "755224", "minutes": 10})  # fmt: skip
