"""Connections to one mail server, kept open between mails: greeting and TLS cost more than a mail.

Used by many threads; a line is one thread's until it is kept again.
"""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from services.notify.channels.interface import Patience
from shared.errors import DojangError, TryLater

IDLE_SECONDS = 20.0  # a server may wait five minutes (RFC 5321 4.5.3.2.7), busy ones wait less
IDLE_MOST = 8
MAILS_MOST = 100  # servers limit how many mails one connection may bring
STALE = float("-inf")


@dataclass(frozen=True)
class Server:
    """Where to hand mail over; `tls` is immediate | required | offered | off."""

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass
class Line:
    """One connection, greeted and logged in; how many mails it has brought."""

    smtp: smtplib.SMTP
    mails: int = 0
    idle_since: float = 0.0

    def wait(self, seconds: float) -> None:
        """How long the next answer may take."""
        if self.smtp.sock is not None:
            self.smtp.sock.settimeout(seconds)

    def end(self) -> None:
        """Say goodbye and close; the answer to QUIT changes nothing, so nobody waits for it."""
        with suppress(OSError, smtplib.SMTPException):
            self.smtp.putcmd("quit")
        self.smtp.close()


class Lines:
    """The lines to one server."""

    def __init__(self, server: Server, tls: ssl.SSLContext) -> None:
        self._server, self._tls = server, tls
        self._idle: list[Line] = []
        self._lock = threading.Lock()
        weakref.finalize(self, _end_all, self._idle)  # nobody else knows these connections

    def take(self) -> Line | None:
        """The line that was used last, if it is fresh; the others go when they are stale."""
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            stale = [line for line in self._idle if line.idle_since < oldest]
            self._idle[:] = [line for line in self._idle if line.idle_since >= oldest]
            found = self._idle.pop() if self._idle else None
        _end_all(stale)
        return found

    def keep(self, line: Line) -> None:
        """A mail was handed over by it: nothing is said here, so that the yes is noted at once."""
        line.mails += 1
        line.idle_since = time.monotonic()
        if line.mails >= MAILS_MOST:
            line.idle_since = STALE  # it ends before the next mail
        with self._lock:
            self._idle.append(line)
            if len(self._idle) > IDLE_MOST:
                self._idle[0].idle_since = STALE

    def open(self, limit: Limit) -> Line:
        """A new line, encrypted as the server's setting wants it, and logged in."""
        server, wait_s = self._server, limit.next()
        me = server.sender.rpartition("@")[2] or "localhost"
        with said("server_unreachable"):
            smtp = (
                smtplib.SMTP_SSL(server.host, server.port, me, timeout=wait_s, context=self._tls)
                if server.tls == "immediate"
                else smtplib.SMTP(server.host, server.port, me, timeout=wait_s)
            )
        line = Line(smtp)
        with closed_on_error(line), said("server_unreachable"):
            self._greet(line, limit)
        return line

    def _greet(self, line: Line, limit: Limit) -> None:
        line.wait(limit.next())
        line.smtp.ehlo_or_helo_if_needed()
        offered = line.smtp.has_extn("starttls")
        if self._server.tls == "required" and not offered:
            raise TryLater("no_encryption", "the mail server offers no STARTTLS")
        if offered and self._server.tls in ("required", "offered"):
            line.smtp.starttls(context=self._tls)
            line.smtp.ehlo()
        if self._server.user:
            line.wait(limit.next())
            line.smtp.login(self._server.user, self._server.password)


def _end_all(lines: list[Line]) -> None:
    for line in lines:
        line.end()


class Limit:
    """What is left of a patience."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._end = time.monotonic() + patience.total_s

    def next(self) -> float:
        """Seconds for the next answer. Raises TryLater when there are none left."""
        return self._left(self._patience.answer_s)

    def last(self) -> float:
        """Seconds for the last answer."""
        return self._left(self._patience.acceptance_s)

    def _left(self, wish_s: float) -> float:
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise TryLater("server_unreachable", "the mail server is too slow")
        return min(wish_s, left_s)


@contextmanager
def closed_on_error(line: Line) -> Iterator[None]:
    """A line on which something went wrong is not used again."""
    try:
        yield
    except BaseException:
        line.smtp.close()
        raise


@contextmanager
def said(code: str) -> Iterator[None]:
    """What goes wrong between us and the server is for later, under this code."""
    try:
        yield
    except DojangError:
        raise
    except smtplib.SMTPAuthenticationError as error:
        raise TryLater("login_failed", "the mail server refuses our login") from error
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise TryLater(code, type(error).__name__) from error
