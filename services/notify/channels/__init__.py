"""The ways out: one module each, listed here by the scheme of their setting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from services.notify.catalog import EMAIL, SMS
from services.notify.channels.apprised import apprise_channel
from services.notify.channels.caught import SmsByMail
from services.notify.channels.in_order import InOrder, Way
from services.notify.channels.interface import UNHURRIED, Accepted, Channel, Outgoing, Patience
from services.notify.channels.kept import Kept
from services.notify.channels.mailbox import Mailbox, MailboxChannel
from services.notify.channels.provider import Hear, Provider
from services.notify.channels.smpp import smpp_channel
from services.notify.channels.smtp import smtp_channel
from services.notify.channels.solapi import solapi_channel
from services.notify.channels.twilio import twilio_channel
from shared.errors import Permanent
from shared.settings import Settings

MAIL_SERVERS = {"smtp": smtp_channel, "smtps": smtp_channel}
SMS_PROVIDERS: Mapping[str, Callable[[str, Hear], Provider]] = {
    "smpp": smpp_channel,
    "solapi": lambda address, _hear: solapi_channel(address),
    "twilio": lambda address, _hear: twilio_channel(address),
    "apprise": lambda address, _hear: apprise_channel(address),
}


def open_channels(settings: Settings, mailbox: Mailbox | None, hear: Hear) -> Mapping[str, Channel]:
    """The way out for e-mail and the one for SMS. Raises Permanent("bad_setting")."""
    found = {EMAIL: mail_channel(settings, mailbox), SMS: sms_channel(settings, mailbox, hear)}
    if not settings.test_recipients:
        return found
    inside = MailboxChannel(mailbox) if mailbox else None
    return {name: Kept(one, settings.test_recipients, inside) for name, one in found.items()}


def mail_channel(settings: Settings, mailbox: Mailbox | None) -> Channel:
    """The mail servers of `DOJANG_MAIL` in their order, or the mailbox."""
    if urlsplit(settings.mail).scheme not in MAIL_SERVERS:
        return _into(mailbox, "DOJANG_MAIL")
    return InOrder(
        [
            Way(_name(one), MAIL_SERVERS[urlsplit(one).scheme](one, settings))
            for one in settings.mail.split()
        ]
    )


def sms_channel(settings: Settings, mailbox: Mailbox | None, hear: Hear) -> Channel:
    """The providers of `DOJANG_SMS` in their order, or the mailbox; `hear` gets their receipts."""
    if urlsplit(settings.sms).scheme == "mailbox":
        return _into_sms(settings, mailbox)
    made = [_provider(one, hear) for one in settings.sms.split()]
    return InOrder([Way(one.name, one) for one in made])


def _provider(address: str, hear: Hear) -> Provider:
    scheme = urlsplit(address).scheme.partition("+")[0]
    if scheme not in SMS_PROVIDERS:
        raise Permanent("bad_setting", f"DOJANG_SMS: there is no provider {scheme!r}.")
    return SMS_PROVIDERS[scheme](address, hear)


def _name(address: str) -> str:
    """What a server is called in histories: without its user, password and options."""
    url = urlsplit(address)
    return f"{url.hostname}:{url.port}" if url.port else str(url.hostname)


def _into_sms(settings: Settings, mailbox: Mailbox | None) -> Channel:
    if mailbox is None:
        return NoChannel()
    by_smtp = urlsplit(settings.mail).scheme in MAIL_SERVERS
    return SmsByMail(mail_channel(settings, None)) if by_smtp else MailboxChannel(mailbox)


def _into(mailbox: Mailbox | None, variable: str) -> Channel:
    if mailbox is None:
        raise Permanent("bad_setting", f"{variable}: there is no mailbox in production.")
    return MailboxChannel(mailbox)


class NoChannel:
    """No provider is configured: nothing can leave this way."""

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Refuse for good; whoever asks may offer the other way."""
        raise Permanent("no_provider", "no provider is configured for this channel")
