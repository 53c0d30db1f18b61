"""Test recipients: what is told to them never leaves the building.

They are addresses (`test@…`), whole domains (`@test.…`) and numbers of
`DOJANG_TEST_RECIPIENTS`. Their messages are composed, noted and count as
accepted; where there is a mailbox, they lie in it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.notify.channels.interface import UNHURRIED, Accepted, Channel, Outgoing, Patience
from services.notify.recipient import email_address, international_number
from shared.errors import Permanent

BY = "test recipient"


class Kept:
    """A way out that keeps what is for test recipients."""

    def __init__(self, channel: Channel, wanted: str, inside: Channel | None) -> None:
        self.channel, self._inside = channel, inside
        self._kept = _read(wanted.split())

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Keep it, or hand it over; see `Channel.send`."""
        if not self._keeps(outgoing.to):
            return self.channel.send(outgoing, patience)
        kept = self._inside.send(outgoing, patience) if self._inside else Accepted()
        return Accepted(kept.provider_id, by=BY)

    def _keeps(self, to: str) -> bool:
        plain = to.lower() if "@" in to else international_number(to)
        return plain in self._kept or f"@{plain.rpartition('@')[2]}" in self._kept


def _read(wanted: Sequence[str]) -> frozenset[str]:
    """Raises Permanent("bad_setting") for what is neither an address, a domain nor a number."""
    return frozenset(_one(text) for text in wanted)


def _one(text: str) -> str:
    try:
        if text.startswith("@"):
            return email_address(f"any{text}").removeprefix("any")
        return email_address(text).lower() if "@" in text else international_number(text)
    except Permanent as error:
        raise Permanent(
            "bad_setting",
            f"DOJANG_TEST_RECIPIENTS: {text!r} is no address, @domain or number.",
        ) from error
