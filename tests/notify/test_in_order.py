"""Several mail servers: connections are kept, who is away is passed over and come back to."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.notify.channels import mail_channel
from services.notify.channels.in_order import FIRST_REST_S, SLOW_S, InOrder, Way
from services.notify.channels.interface import UNHURRIED, Accepted, Channel, Outgoing, Patience
from services.notify.channels.smtp import SmtpChannel
from services.notify.channels.smtp_lines import MAILS_MOST, Server
from shared.errors import DojangError, Permanent, TryLater
from tests.notify.office import NOW, open_office, settings
from tests.notify.post_office import post_office
from tests.notify.samples import sample
from tests.parts.ports import free_port
from tests.parts.tls import certificate, served_with

HASTY = Patience(answer_s=2, acceptance_s=0.3, total_s=5)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Outgoing]:
    parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite")
    yield parts.composer.compose(sample("receipt", "ko"), NOW)
    parts.database.close()


def channel_to(*ports: int) -> Channel:
    addresses = " ".join(f"smtp://127.0.0.1:{port}" for port in ports)
    return mail_channel(settings(DOJANG_MAIL=addresses), None)


def test_many_mails_go_over_one_connection_and_it_is_renewed_in_time(mail: Outgoing) -> None:
    with post_office() as office:
        channel = channel_to(office.port)
        for number in range(MAILS_MOST + 1):
            channel.send(replace(mail, message_id=f"<{number}@dojang.example>"))
        assert len(office.kept) == MAILS_MOST + 1
        assert len(office.lines) == 2


def test_a_connection_that_the_server_closed_meanwhile_costs_nothing(mail: Outgoing) -> None:
    port = free_port()
    with post_office(port=port) as before:
        channel = channel_to(port)
        channel.send(mail)
    with post_office(port=port) as after:
        channel.send(mail)
    assert (len(before.kept), len(after.kept)) == (1, 1)


@pytest.mark.parametrize("trouble", ["away", "rcpt 421 going down"])
def test_the_next_server_takes_what_the_first_cannot(mail: Outgoing, trouble: str) -> None:
    with post_office(*[trouble] * 2) as first, post_office() as second:
        port = free_port() if trouble == "away" else first.port
        accepted = channel_to(port, second.port).send(mail, HASTY)
        assert accepted.by == f"127.0.0.1:{second.port}"
        assert (len(first.kept), len(second.kept)) == (0, 1)


@pytest.mark.parametrize(
    "answer", ["rcpt 450 4.2.0 greylisted", "data 451 later", "rcpt 550 5.1.1 nobody"]
)
def test_what_a_server_says_of_one_mail_is_not_asked_of_another(
    mail: Outgoing, answer: str
) -> None:
    with post_office(answer) as first, post_office() as second:
        with pytest.raises((Permanent, TryLater)) as refused:
            channel_to(first.port, second.port).send(mail, HASTY)
        assert refused.value.facts["by"] == f"127.0.0.1:{first.port}"
        assert second.kept == []


@pytest.mark.parametrize("script", ["stall", "drop"])
def test_a_server_that_may_have_it_is_the_only_one_that_gets_it(
    mail: Outgoing, script: str
) -> None:
    with post_office(script) as first, post_office() as second:
        channel = channel_to(first.port, second.port)
        with pytest.raises(TryLater) as refused:
            channel.send(mail, HASTY)
        assert refused.value.code == "uncertain"
        assert second.kept == []
        channel.send(mail, HASTY)  # another message: the first one rests
        assert len(second.kept) == 1


class Told:
    """A channel that answers as told, and a clock that it can hold up."""

    def __init__(self, *answers: DojangError | float) -> None:
        self.answers, self.now, self.asked = list(answers), 0.0, 0

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else 0.0
        if isinstance(answer, DojangError):
            raise answer
        self.now += answer
        return Accepted("theirs")


def test_one_that_was_away_is_asked_again_after_a_rest_that_doubles(mail: Outgoing) -> None:
    first, second = Told(TryLater("server_unreachable"), TryLater("server_unreachable")), Told()
    channel = InOrder([Way("first", first), Way("second", second)], lambda: first.now)
    took = []
    for _ in range(5):
        took.append(channel.send(mail).by)
        first.now += FIRST_REST_S
    assert took == ["second", "second", "second", "first", "first"]


def test_one_that_is_slow_keeps_what_it_took_and_rests(mail: Outgoing) -> None:
    first, second = Told(SLOW_S), Told()
    channel = InOrder([Way("first", first), Way("second", second)], lambda: first.now)
    assert [channel.send(mail).by for _ in range(3)] == ["first", "second", "second"]
    first.now += FIRST_REST_S
    assert channel.send(mail).by == "first"


def test_one_that_limits_us_is_left_alone_as_long_as_it_said(mail: Outgoing) -> None:
    first, second = Told(TryLater("busy", retry_after=120)), Told()
    channel = InOrder([Way("first", first), Way("second", second)], lambda: first.now)
    assert channel.send(mail).by == "second"
    first.now += 119
    assert channel.send(mail).by == "second"
    first.now += 1
    assert channel.send(mail).by == "first"


def test_where_all_of_them_rest_somebody_is_asked_all_the_same(mail: Outgoing) -> None:
    only = Told(TryLater("server_unreachable"))
    channel = InOrder([Way("only", only)], lambda: only.now)
    with pytest.raises(TryLater):
        channel.send(mail)
    assert channel.send(mail).by == "only"


def test_it_is_encrypted_where_the_server_offers_it_and_the_certificate_is_checked(
    mail: Outgoing, tmp_path: Path
) -> None:
    pem = certificate(tmp_path)
    client_side = ssl.create_default_context(cafile=str(pem))
    with post_office(tls_context=served_with(pem), require_starttls=True) as office:
        server = Server("127.0.0.1", office.port, "required", "no-reply@dojang.example")
        assert SmtpChannel(server, client_side).send(mail, HASTY).provider_id == "ABC123"
        with pytest.raises(TryLater) as refused:
            SmtpChannel(server, ssl.create_default_context()).send(mail, HASTY)
        assert refused.value.code == "server_unreachable"
        assert len(office.kept) == 1
