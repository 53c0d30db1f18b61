"""SMS by Twilio's HTTP API (2010-04-01), which other providers speak as well.

https://www.twilio.com/docs/messaging/api/message-resource: a form is posted
with the account's token; the answer names the message (`sid`) and its status.
"""

from __future__ import annotations

import httpx

from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import Account, Receipt, ask, read_account, read_json
from services.notify.lengths import parts_of
from services.notify.recipient import international_number
from shared.errors import Permanent, TryLater

NEVER = {
    21211: "bad_address",  # invalid 'To'
    21610: "refused",  # the recipient has unsubscribed
    21614: "no_such_address",  # no mobile number
    21617: "too_long",
    30003: "not_reached",  # switched off, out of reach
    30005: "no_such_address",  # unknown destination
    30006: "no_such_address",  # a land line
}
LATER = {20003: "login_failed", 21606: "sender_refused", 21611: "busy", 30001: "busy"}
DELIVERED, LOST = ("delivered", "read"), ("undelivered", "failed", "canceled")


def twilio_channel(address: str) -> TwilioChannel:
    """The channel of `twilio://sid:token@api.twilio.com?from=+15550001111`."""
    return TwilioChannel(read_account(address))


class TwilioChannel:
    """Hands SMS to a provider of this API. Used by many threads."""

    def __init__(self, account: Account) -> None:
        self.name = account.name
        self._account = account
        self._client = httpx.Client(
            base_url=f"{account.base_url}/2010-04-01/Accounts/{account.user}",
            auth=(account.user, account.secret),
        )

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over; see `Channel.send`."""
        parts_of(outgoing.text)  # raises where it is a letter
        form = {
            "To": international_number(outgoing.to),
            "From": self._account.sender,
            "Body": outgoing.text,
        }
        answer = ask(self._client, "POST", "/Messages.json", patience, data=form)
        found = read_json(answer)
        code = found.get("error_code") or (found.get("code") if answer.status_code >= 400 else None)
        if code or answer.status_code >= 400 or found.get("status") in LOST:
            _refuse(int(code or 0))
        return Accepted(str(found.get("sid", "")))

    def look_up(self, provider_id: str) -> Receipt | None:
        """What became of a message; None while nobody knows."""
        found = read_json(ask(self._client, "GET", f"/Messages/{provider_id}.json", UNHURRIED))
        if found.get("status") in DELIVERED:
            return Receipt(self.name, provider_id, "delivered")
        if found.get("status") not in LOST:
            return None
        code = NEVER.get(int(found.get("error_code") or 0), "refused")
        return Receipt(self.name, provider_id, "bounced", code)


def _refuse(code: int) -> None:
    if code in LATER:
        raise TryLater(LATER[code], f"error {code}")
    raise Permanent(NEVER.get(code, "refused"), f"error {code}")
