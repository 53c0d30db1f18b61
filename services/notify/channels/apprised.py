"""Every other SMS provider, by Apprise (https://github.com/caronc/apprise): `apprise+<its URL>`.

`{to}` in the URL is the number: `apprise+clickatell://key/{to}`. Apprise says
yes or no and not why, so a no leaves open whether somebody has the message:
such a provider belongs at the end of `DOJANG_SMS`, and it tells no receipts.
"""

from __future__ import annotations

from urllib.parse import quote

from services.notify.channels.interface import UNCERTAIN, UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import SECONDS_MOST
from services.notify.lengths import parts_of
from services.notify.recipient import international_number
from shared.errors import Permanent, TryLater

PREFIX = "apprise+"


def apprise_channel(address: str) -> AppriseChannel:
    """The channel of one URL of Apprise's."""
    return AppriseChannel(address.removeprefix(PREFIX))


class AppriseChannel:
    """Hands SMS to whatever Apprise knows. Used by many threads."""

    def __init__(self, address: str) -> None:
        self.name = f"{PREFIX}{address.partition('://')[0]}"
        self._address = address

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over; see `Channel.send`."""
        from apprise import Apprise  # its hundred modules are for whoever uses it

        parts_of(outgoing.text)  # raises where it is a letter
        wait_s = min(patience.acceptance_s, patience.total_s, SECONDS_MOST)
        number = quote(international_number(outgoing.to))
        options = f"{'&' if '?' in self._address else '?'}cto={wait_s / 2:g}&rto={wait_s:g}"
        way = Apprise()
        if not way.add(self._address.replace("{to}", number) + options):
            raise Permanent("no_provider", "Apprise does not know such a URL")
        if not way.notify(body=outgoing.text):
            raise TryLater(UNCERTAIN, "Apprise could not say that it was taken")
        return Accepted()
