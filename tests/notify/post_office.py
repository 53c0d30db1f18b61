"""A real SMTP server on a port of its own, scripted to behave badly."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.parts.ports import free_port


@dataclass
class PostOffice:
    """What came in whole, and what it answers next: one entry a mail, then "good" for ever.

    good · an answer such as "451 later" at RCPT ("rcpt 550 no such user") or at
    the end of DATA ("data 554 no") · "stall" (no answer) · "drop" (it keeps the
    mail and closes the connection without an answer).
    """

    port: int = 0
    script: list[str] = field(default_factory=list)
    kept: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    return_paths: list[str] = field(default_factory=list)
    lines: set[int] = field(default_factory=set)  # the connections that brought something

    def headers(self, name: str) -> list[str]:
        """One header of everything that was kept."""
        return [str(message_from_bytes(raw, policy=policy.default)[name]) for raw in self.kept]

    def mail_setting(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(  # noqa: N802 – the name that aiosmtpd calls
        self, _server: Any, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.script and self.script[0].startswith("rcpt "):
            return self.script.pop(0).removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 – the name that aiosmtpd calls
        self, server: Any, _session: Any, envelope: Envelope
    ) -> str:
        step = self.script.pop(0) if self.script else "good"
        if step.startswith("data "):
            return step.removeprefix("data ")
        if step == "stall":
            await asyncio.sleep(5)
            return "250 too late"
        assert isinstance(envelope.content, bytes)
        self.kept.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        self.return_paths.append(str(envelope.mail_from))
        self.lines.add(id(server))
        if step == "drop":
            server.transport.abort()
        return "250 2.0.0 OK: queued as ABC123"


@contextmanager
def post_office(*script: str, port: int = 0, **options: Any) -> Iterator[PostOffice]:
    """A post office that is open as long as the block runs; `options` are aiosmtpd's."""
    office = PostOffice(script=list(script))
    office.port = port or free_port()
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **options)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
