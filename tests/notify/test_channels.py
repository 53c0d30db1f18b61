"""What every way out promises, shown on the mailbox and on a real SMTP server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from services.notify.channels import mail_channel
from services.notify.channels.interface import Channel, Outgoing, Patience
from services.notify.parts import Parts
from shared.errors import Permanent, TryLater
from tests.notify.office import NOW, open_office, settings
from tests.notify.post_office import PostOffice, post_office
from tests.notify.samples import sample
from tests.parts.ports import free_port


@dataclass
class Way:
    """A channel, and what its sink shows: (message id, to, subject, text) of each copy."""

    channel: Channel
    parts: Parts
    office: PostOffice | None = None

    def arrived(self) -> list[tuple[str, str, str, str]]:
        if self.office is None:
            assert self.parts.mailbox is not None
            return [(m.message_id, m.to, m.subject, m.text) for m in self.parts.mailbox.all()]
        return [_read(raw) for raw in self.office.kept]

    def outgoing(self, message: str = "receipt", language: str = "ko") -> Outgoing:
        return self.parts.composer.compose(sample(message, language), NOW)


def _read(raw: bytes) -> tuple[str, str, str, str]:
    mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content().replace("\r\n", "\n")
    return mail["Message-ID"], mail["To"].addresses[0].addr_spec, mail["Subject"], text


@pytest.fixture(params=["mailbox", "smtp"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite")
    if request.param == "mailbox":
        yield Way(parts.channels["email"], parts)
    else:
        with post_office() as office:
            mail = settings(DOJANG_MAIL=office.mail_setting())
            yield Way(mail_channel(mail, None), parts, office)
    parts.database.close()


def test_what_was_accepted_arrives_as_it_was_composed(way: Way) -> None:
    outgoing = way.outgoing()
    assert way.channel.send(outgoing).provider_id
    assert way.arrived() == [
        (outgoing.message_id, "seo@dojang.example", outgoing.subject, outgoing.text)
    ]


def test_each_message_of_both_languages_arrives_whole(way: Way) -> None:
    sent = [way.outgoing(message, language) for message in ("issued", "approval_request")
            for language in ("ko", "en")]  # fmt: skip
    for outgoing in sent:
        way.channel.send(outgoing)
    assert {text for *_, text in way.arrived()} == {outgoing.text for outgoing in sent}


def test_a_second_copy_bears_the_same_message_id(way: Way) -> None:
    way.channel.send(way.outgoing())
    way.channel.send(way.outgoing())
    assert len({one[0] for one in way.arrived()}) == 1


def test_a_reason_of_several_lines_arrives_indented_so_that_it_stays_a_reason(way: Way) -> None:
    asked = sample("lapsed", "en", reason="First\n.\nBy when: never\nLast")
    way.channel.send(way.parts.composer.compose(asked, NOW))
    assert "First\n  .\n  By when: never\n  Last\n" in way.arrived()[0][3]


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[Outgoing]:
    parts = open_office(f"sqlite:///{tmp_path}/notify.sqlite")
    yield parts.composer.compose(sample("receipt", "ko"), NOW)
    parts.database.close()


HASTY = Patience(answer_s=2, acceptance_s=0.3, total_s=5)


@pytest.mark.parametrize(
    ("script", "kind", "code"),
    [
        ("rcpt 550 5.1.1 no such user", Permanent, "no_such_address"),
        ("rcpt 550 5.7.1 we do not like you", Permanent, "refused"),
        ("rcpt 554 no", Permanent, "refused"),
        ("data 554 5.6.0 no", Permanent, "refused"),
        ("rcpt 450 4.2.0 greylisted", TryLater, "put_off_450"),
        ("rcpt 421 going down", TryLater, "put_off_421"),
        ("data 451 4.3.0 later", TryLater, "put_off_451"),
        ("stall", TryLater, "uncertain"),
        ("drop", TryLater, "uncertain"),
    ],
)
def test_each_answer_of_a_mail_server_is_never_or_later(
    mail: Outgoing, script: str, kind: type[Permanent | TryLater], code: str
) -> None:
    with post_office(script) as office:
        channel = mail_channel(settings(DOJANG_MAIL=office.mail_setting()), None)
        with pytest.raises(kind) as refused:
            channel.send(mail, HASTY)
        assert refused.value.code == code
        assert channel.send(mail).provider_id == "ABC123"


def test_a_server_that_is_away_is_for_later(mail: Outgoing) -> None:
    away = mail_channel(settings(DOJANG_MAIL=f"smtp://127.0.0.1:{free_port()}"), None)
    with pytest.raises(TryLater) as refused:
        away.send(mail, HASTY)
    assert refused.value.code == "server_unreachable"


def test_production_does_not_hand_over_in_the_clear(mail: Outgoing) -> None:
    with post_office() as office:
        production = settings(DOJANG_ENVIRONMENT="production", DOJANG_MAIL=office.mail_setting())
        with pytest.raises(TryLater) as refused:
            mail_channel(production, None).send(mail, HASTY)
        assert refused.value.code == "no_encryption"
        assert office.kept == []
        allowed = settings(
            DOJANG_ENVIRONMENT="production", DOJANG_MAIL=office.mail_setting() + "?tls=off"
        )
        mail_channel(allowed, None).send(mail, HASTY)


def test_production_has_no_mailbox_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="DOJANG_MAIL"):
        open_office(f"sqlite:///{tmp_path}/a.sqlite", DOJANG_ENVIRONMENT="production")
    parts = open_office(
        f"sqlite:///{tmp_path}/b.sqlite",
        DOJANG_ENVIRONMENT="production",
        DOJANG_MAIL="smtp://mail.example",
    )
    assert parts.mailbox is None
    parts.database.close()
