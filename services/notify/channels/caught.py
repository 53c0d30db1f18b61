"""SMS of a trial whose mail goes by SMTP into the mail catcher: they go there as well.

The catcher runs in a process of its own and shows what it caught; an SMS
reaches it as a mail that says that it is one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from email import policy
from email.message import EmailMessage

from services.notify.channels.interface import UNHURRIED, Accepted, Channel, Outgoing, Patience
from shared.errors import Permanent

CHANNEL_HEADER = "X-Dojang-Channel"
HOST = "sms.invalid"  # RFC 2606: no mail server would deliver it anywhere
_NUMBER = re.compile(r"\+?[0-9 -]{5,20}")


class SmsByMail:
    """Hands SMS to the mail catcher."""

    def __init__(self, mail: Channel) -> None:
        self._mail = mail

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Wrap it in a mail; see `Channel.send`."""
        if not _NUMBER.fullmatch(outgoing.to):
            raise Permanent("bad_address", "that is no telephone number")
        address = f"{re.sub('[ -]', '', outgoing.to)}@{HOST}"
        wrapped = replace(outgoing, to=address, raw=_wrap(outgoing, address))
        return self._mail.send(wrapped, patience)


def _wrap(outgoing: Outgoing, address: str) -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"] = f"dojang@{HOST}", address
    mail["Message-ID"] = outgoing.message_id
    mail["X-Dojang-Message"] = outgoing.message
    mail[CHANNEL_HEADER] = outgoing.channel
    mail.set_content(outgoing.text)
    return mail.as_bytes()
