"""Takes mail by real SMTP into the mailbox, so that a trial sends as production does."""

from __future__ import annotations

import asyncio
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from services.notify.catalog import EMAIL, SMS
from services.notify.channels.caught import CHANNEL_HEADER
from services.notify.channels.mailbox import Mailbox

MAIL_BYTES_MOST = 5 * 1024 * 1024


class Listener:
    """An SMTP server on a port, for as long as it runs."""

    def __init__(self, mailbox: Mailbox, host: str, port: int) -> None:
        self._controller = Controller(
            _Door(mailbox), hostname=host, port=port, data_size_limit=MAIL_BYTES_MOST
        )

    def run(self, stop: threading.Event) -> None:
        """Take mail until `stop`. Raises OSError if the port is taken."""
        self._controller.start()
        try:
            stop.wait()
        finally:
            self._controller.stop()


class _Door:
    """What aiosmtpd asks when a mail has come in whole (its `handle_DATA` hook)."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox

    async def handle_DATA(  # noqa: N802 – the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """Keep it first, then say yes."""
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        for recipient in envelope.rcpt_tos:
            await asyncio.to_thread(self._keep, raw, recipient)
        return "250 2.0.0 kept"

    def _keep(self, raw: bytes, recipient: str) -> None:
        mail = message_from_bytes(raw, _class=EmailMessage, policy=policy.default)
        is_sms = mail[CHANNEL_HEADER] == SMS
        self._mailbox.put(
            message_id=str(mail["Message-ID"] or ""),
            message=str(mail["X-Dojang-Message"] or ""),
            channel=SMS if is_sms else EMAIL,
            to=recipient.partition("@")[0] if is_sms else recipient,
            subject=str(mail["Subject"] or ""),
            text=_part(mail, "plain"),
            html=_part(mail, "html"),
        )


def _part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    content: str = found.get_content() if found is not None else ""
    return content.replace("\r\n", "\n")
