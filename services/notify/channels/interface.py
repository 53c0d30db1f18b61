"""What a way out is: it takes over one composed message, or says never or later."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Outgoing:
    """One composed message. A second copy of it bears the same `message_id`.

    `raw` is the whole mail (RFC 5322), empty for an SMS; `return_path` is where
    it comes back to when it cannot be delivered ("": to the sender).
    """

    message_id: str
    message: str
    channel: str
    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    html: str = field(repr=False)
    raw: bytes = field(repr=False)
    at: datetime
    return_path: str = field(default="", repr=False)


@dataclass(frozen=True)
class Accepted:
    """Somebody else answers for it now: `by` is who, `provider_id` what they call it (or "")."""

    provider_id: str = ""
    by: str = ""


@dataclass(frozen=True)
class Patience:
    """How long (s) a hand-over may wait for each answer, for the last one, and in all.

    The last one decides between one copy and two, so RFC 5321 (4.5.3.2.6) asks
    for ten minutes; for a code, whose reader waits, another way is better.
    """

    answer_s: float = 30
    acceptance_s: float = 600
    total_s: float = 900


UNCERTAIN = "uncertain"  # the last answer is missing: it may have been accepted

UNHURRIED = Patience()
HURRIED = Patience(answer_s=4, acceptance_s=5, total_s=8)


class Channel(Protocol):
    """A way out (e-mail or SMS) through one server or provider."""

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over and come back when it was accepted.

        Raises Permanent when the same message can never be accepted (its code
        says why), TryLater when it may be; TryLater("uncertain") when the
        answer is missing, so that it may have been accepted.
        """
        ...
