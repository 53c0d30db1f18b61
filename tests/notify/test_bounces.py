"""A mail that comes back is read, noted once, and told to forms; whatever else comes is not."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from services.cli import main
from services.notify.bounces import read_bounce, take_in
from services.notify.channels.provider import Receipt
from services.notify.database import bring_up_to_date
from services.notify.parts import Parts
from services.notify.return_path import LOCAL_OCTETS_MOST, read_return_path, return_path
from shared.clock import StandingClock
from shared.database import Database
from shared.keys import Keyring
from shared.settings import Settings
from tests.notify.office import (
    NOW,
    RING,
    ask,
    deliver_due,
    delivered,
    history,
    open_office,
    request,
    row,
    told,
)
from tests.notify.post_office import PostOffice, post_office
from tests.parts.ports import free_port

BASE = "bounces@dojang.example"


def report(to: str, action: str = "failed", status: str = "5.1.1", more: str = "") -> bytes:
    """What Postfix sends when a mail could not be delivered (RFC 3464)."""
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
{more}
--b1
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Mon, 24 Aug 2026 14:05:00 +0900

Final-Recipient: rfc822; seo@dojang.example
Original-Recipient: rfc822;seo@dojang.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <seo@dojang.example>: Recipient address rejected

--b1
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Subject: something
Message-ID: <somebody-elses@dojang.example>

--b1--
""".replace("\n", "\r\n").encode()


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as opened:
        yield opened


@pytest.fixture
def parts(tmp_path: Path, office: PostOffice) -> Iterator[Parts]:
    made = open_office(
        f"sqlite:///{tmp_path}/notify.sqlite", clock=StandingClock(NOW),
        DOJANG_MAIL=office.mail_setting(), DOJANG_MAIL_BOUNCES=BASE,
    )  # fmt: skip
    yield made
    made.database.close()


def sent(parts: Parts) -> str:
    asked = ask(parts, request("approval_request"))
    deliver_due(parts)
    return asked


def test_each_mail_comes_back_to_an_address_of_its_own(parts: Parts, office: PostOffice) -> None:
    ids = [sent(parts) for _ in range(2)]
    assert [read_return_path(one, RING) for one in office.return_paths] == ids
    for address in office.return_paths:
        assert address.endswith("@dojang.example")
        assert len(address.partition("@")[0]) <= LOCAL_OCTETS_MOST


@pytest.mark.parametrize(
    ("status", "code"),
    [("5.1.1", "no_such_address"), ("5.1.10", "no_such_address"), ("5.2.2", "mailbox_full"),
     ("5.7.1", "refused"), ("4.4.7", "gave_up"), ("5.0.0", "bounced"), ("", "bounced")],
)  # fmt: skip
def test_a_bounce_is_noted_and_told_to_forms_as_never(
    parts: Parts, office: PostOffice, status: str, code: str
) -> None:
    asked = sent(parts)
    take_in(report(office.return_paths[0], status=status), parts)
    assert row(parts, asked).state == "bounced"
    assert told(parts) == [
        ("notification.delivered", delivered(asked)),
        ("notification.failed", {"notification_id": asked, "permanent": True, "code": code}),
    ]
    assert history(parts, asked)[-2:] == ["accepted", f"bounced:{code}"]


def test_a_bounce_that_comes_twice_is_told_once(parts: Parts, office: PostOffice) -> None:
    asked = sent(parts)
    for _ in range(3):
        take_in(report(office.return_paths[0]), parts)
    assert len(told(parts)) == 2
    assert history(parts, asked).count("bounced:no_such_address") == 1


def test_a_delay_is_told_as_not_yet_and_a_delivery_is_noted(
    parts: Parts, office: PostOffice
) -> None:
    asked = sent(parts)
    take_in(report(office.return_paths[0], "delayed", "4.4.1"), parts)
    take_in(report(office.return_paths[0], "delivered", "2.1.5"), parts)
    assert row(parts, asked).state == "delivered"
    assert [data["permanent"] for kind, data in told(parts) if kind == "notification.failed"] == [
        False
    ]
    assert history(parts, asked)[-2:] == ["delayed:bounced", "delivered"]


def test_a_bounce_of_a_mail_whose_answer_was_missing_ends_the_attempts(tmp_path: Path) -> None:
    with post_office("drop") as office:
        parts = open_office(
            f"sqlite:///{tmp_path}/notify.sqlite", clock=StandingClock(NOW),
            DOJANG_MAIL=office.mail_setting(), DOJANG_MAIL_BOUNCES=BASE,
        )  # fmt: skip
        asked = sent(parts)
        assert row(parts, asked).state == "open"
        take_in(report(office.return_paths[0]), parts)
        assert row(parts, asked).state == "bounced"
        assert deliver_due(parts) == 0
        parts.database.close()


def test_what_is_no_report_or_not_ours_changes_nothing(parts: Parts, office: PostOffice) -> None:
    asked = sent(parts)
    [ours] = office.return_paths
    forged = ours.replace("-", "-0", 1)
    out_of_office = (
        f"To: {ours}\r\nFrom: seo@dojang.example\r\nSubject: 부재중\r\n\r\n8월까지 쉽니다."
    )
    for raw in (
        report(forged),
        report(BASE),
        report("somebody@dojang.example", more=ours),
        out_of_office.encode(),
        b"",
        b"\xff\x00 nonsense \r\n\r\n",
        report(ours, action="relayed"),
        report(ours).replace(b"message/delivery-status", b"text/plain"),
    ):
        assert take_in(raw, parts) is None
    assert row(parts, asked).state == "accepted"


def test_a_server_that_hides_the_address_can_say_it_apart(parts: Parts, office: PostOffice) -> None:
    asked = sent(parts)
    found = take_in(report("undisclosed-recipients:;"), parts, to=office.return_paths[0])
    assert found is not None
    assert row(parts, asked).state == "bounced"


@pytest.mark.parametrize(
    "notification_id", ["5b1c3a52-0000-4000-8000-000000000042", "0123456789abcdef" * 2]
)
def test_a_return_path_names_its_notification_whatever_the_case(notification_id: str) -> None:
    address = return_path(BASE, notification_id, RING)
    assert read_return_path(address, RING) == notification_id
    assert read_return_path(f"<{address.upper()}>", RING) == notification_id


def test_an_id_that_is_no_uuid_or_too_long_a_name_comes_back_to_the_plain_address() -> None:
    assert return_path(BASE, "receipt-ko", RING) == BASE
    assert return_path("", "5b1c3a52-0000-4000-8000-000000000042", RING) == ""
    assert read_bounce(report("nobody"), RING) is None


def test_the_command_takes_a_report_from_its_input_beside_a_running_server(tmp_path: Path) -> None:
    keys = {f"DOJANG_KEY_{n}": f"{n:*<40}" for n in ("SESSION", "LINK", "CODES", "SERVICE",
                                                     "CAPABILITY")}  # fmt: skip
    environ = {**os.environ, **keys, "DOJANG_DATA": str(tmp_path), "DOJANG_MAIL_BOUNCES": BASE}

    def bounce(raw: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "services.cli", "bounce"]
        return subprocess.run(command, input=raw, env=environ, capture_output=True, check=False)

    with closing(Database(f"sqlite:///{tmp_path}/notify.sqlite")) as database:
        bring_up_to_date(database)
    done = bounce(b"To: somebody@dojang.example\r\n\r\nhello")
    assert (done.returncode, done.stdout) == (0, b"passed over\n"), done.stderr


def test_the_command_asks_for_a_report_again_where_the_database_is_away(tmp_path: Path) -> None:
    away = f"postgresql://notify@127.0.0.1:{free_port()}/notify"
    environ = {
        "DOJANG_DATA": str(tmp_path), "DOJANG_NOTIFY_DATABASE": away, "DOJANG_MAIL_BOUNCES": BASE,
    }  # fmt: skip
    address = return_path(BASE, str(uuid.uuid4()), Keyring.open(Settings.read(environ), environ))
    done = CliRunner().invoke(main, ["bounce"], input=report(address), env=environ)
    assert done.exit_code == 75, done.output


def test_a_receipt_is_noted_whenever_it_comes(parts: Parts, office: PostOffice) -> None:
    asked = sent(parts)
    by = f"127.0.0.1:{office.port}"
    parts.receipts.hear(Receipt(by, "nobody's", "delivered"))
    parts.receipts.hear(Receipt(by, "ABC123", "delivered"))
    parts.receipts.hear(Receipt(by, "ABC123", "delivered"))
    assert row(parts, asked).state == "delivered"
    assert history(parts, asked).count("delivered") == 1


def test_a_receipt_that_comes_before_our_own_note_counts_as_well(
    parts: Parts, office: PostOffice
) -> None:
    parts.receipts.hear(Receipt(f"127.0.0.1:{office.port}", "ABC123", "delivered"))
    asked = sent(parts)
    assert history(parts, asked)[-2:] == ["accepted", "delivered"]
