"""E-mail by SMTP (RFC 5321), encrypted where the server offers it.

An answer of 4xx means later, 5xx never. A missing answer means later, too; if
it was the last one, the server may hold the mail already: "uncertain".
"""

from __future__ import annotations

import re
import smtplib
import ssl
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.smtp_lines import Limit, Line, Lines, Server, closed_on_error, said
from shared.errors import Permanent, TryLater
from shared.settings import Settings

# RFC 5321 4.2.3: the mailbox is unavailable, not local, or its name is not allowed
NO_SUCH_MAILBOX = (550, 551, 553)
GOING_DOWN = 421  # RFC 5321 3.8: the service is not available and closes
PORTS = {"smtp": 25, "smtps": 465}
_QUEUED_AS = re.compile(r"queued as ([A-Za-z0-9.-]{1,64})")


def smtp_channel(address: str, settings: Settings) -> SmtpChannel:
    """The channel of one URL; in production, unencrypted only when `?tls=off` says so."""
    url = urlsplit(address)
    server = Server(
        host=url.hostname or "localhost",
        port=url.port or PORTS[url.scheme],
        tls=_tls(url, settings.production),
        sender=parseaddr(settings.mail_from)[1],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
    )
    return SmtpChannel(server, ssl.create_default_context())


def _tls(url: SplitResult, production: bool) -> str:
    if url.scheme == "smtps":
        return "immediate"
    wish = parse_qs(url.query).get("tls", [""])[0]
    return wish or ("required" if production or url.username else "offered")


class SmtpChannel:
    """Hands mails to one server. Used by many threads."""

    def __init__(self, server: Server, tls: ssl.SSLContext) -> None:
        self._server = server
        self._lines = Lines(server, tls)

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over; see `Channel.send`. Between the server's yes and the return lies nothing."""
        limit = Limit(patience)
        line = self._addressed(outgoing, limit)
        with closed_on_error(line), said("uncertain"):
            accepted = _hand_over(line, limit, outgoing.raw)
        self._lines.keep(line)
        return accepted

    def greet(self, patience: Patience = UNHURRIED) -> None:
        """Be known to the server as a hand-over begins, and hand nothing over. Raises TryLater."""
        self._lines.open(Limit(patience)).end()

    def _addressed(self, outgoing: Outgoing, limit: Limit) -> Line:
        """A line whose server awaits this mail; a kept one that has gone silent is replaced."""
        kept = self._lines.take()
        if kept is not None:
            try:
                return self._address(kept, outgoing, limit)
            except TryLater as error:
                if error.code not in ("server_unreachable", f"put_off_{GOING_DOWN}"):
                    raise
        return self._address(self._lines.open(limit), outgoing, limit)

    def _address(self, line: Line, outgoing: Outgoing, limit: Limit) -> Line:
        with closed_on_error(line), said("server_unreachable"):
            line.wait(limit.next())
            _judge(*line.smtp.mail(outgoing.return_path or self._server.sender), "refused")
            line.wait(limit.next())
            _judge(*line.smtp.rcpt(outgoing.to), "no_such_address")
        return line


def _hand_over(line: Line, limit: Limit, raw: bytes) -> Accepted:
    """DATA: from the server's 250 on the mail is theirs."""
    line.wait(limit.last())
    try:
        code, answer = line.smtp.data(raw)
    except smtplib.SMTPDataError as error:  # the answer to DATA itself was not 354
        code, answer = error.smtp_code, _bytes(error.smtp_error)
    _judge(code, answer, "refused")
    found = _QUEUED_AS.search(answer.decode("ascii", "replace"))
    return Accepted(found[1] if found else "")


def _judge(code: int, answer: bytes, never: str) -> None:
    """Nothing for 2xx, never again for 5xx, later for everything else."""
    if 200 <= code < 300:
        return
    if code >= 500:
        gone = code in NO_SUCH_MAILBOX and not answer.startswith(b"5.7")  # RFC 3463: policy
        raise Permanent(never if gone else "refused", f"answer {code}")
    raise TryLater(f"put_off_{code}" if 400 <= code < 500 else "server_unreachable")


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
