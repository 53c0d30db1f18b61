"""SMS in Korea by SOLAPI (CoolSMS), https://developers.solapi.com: HTTP, signed by HMAC.

Each request is signed anew: HMAC-SHA-256 over date and salt with the secret of
the key; a signature is good for fifteen minutes and once. An answer of 200
says by its four-digit `statusCode` whether the message was taken: 2000, 3000
and 4000 are good, 1xxx to 3xxx otherwise errors.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import Account, Receipt, ask, read_account, read_json
from services.notify.lengths import korean_form
from services.notify.recipient import korean_number
from shared.errors import Permanent, TryLater

GOOD = ("2000", "3000", "4000")
LATER = {
    "1020": "login_failed",
    "1024": "server_unreachable",
    "1030": "no_credit",
    "1058": "server_unreachable",
    "1062": "sender_refused",
    "2024": "server_unreachable",
    "2062": "sender_refused",
    "2063": "login_failed",
    "2230": "no_credit",
    "NotEnoughBalance": "no_credit",
}
NEVER = {
    "1011": "bad_address",
    "1029": "bad_characters",
    "1031": "too_long",
    "2011": "bad_address",
    "3010": "bad_address",
    "3032": "no_such_address",
    "3040": "not_reached",
    "3041": "not_reached",
    "3042": "not_reached",
    "3043": "not_reached",
}


def solapi_channel(address: str) -> SolapiChannel:
    """The channel of `solapi://key:secret@api.solapi.com?from=number`."""
    return SolapiChannel(read_account(address))


class SolapiChannel:
    """Hands SMS to SOLAPI. Used by many threads."""

    def __init__(self, account: Account) -> None:
        self.name = account.name
        self._account = account
        self._client = httpx.Client(base_url=account.base_url)

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Hand over; see `Channel.send`. Raises TryLater("not_served") for numbers abroad."""
        number = korean_number(outgoing.to)
        if number is None:
            raise TryLater("not_served", "SOLAPI is asked for Korean numbers only")
        message = {
            "to": number,
            "from": self._account.sender,
            "text": outgoing.text,
            "type": korean_form(outgoing.text),
        }
        found = self._ask("POST", "/messages/v4/send", patience, json={"message": message})
        _judge(found)
        return Accepted(str(found.get("messageId", "")))

    def look_up(self, provider_id: str) -> Receipt | None:
        """What became of a message; None while nobody knows."""
        path = "/messages/v4/list"
        found = self._ask("GET", path, UNHURRIED, params={"messageId": provider_id})
        status = str(found.get("messageList", {}).get(provider_id, {}).get("statusCode", ""))
        if status == "4000":
            return Receipt(self.name, provider_id, "delivered")
        if not status or status in GOOD:
            return None
        return Receipt(self.name, provider_id, "bounced", NEVER.get(status, "refused"))

    def _ask(self, method: str, path: str, patience: Patience, **more: Any) -> Mapping[str, Any]:
        headers = {"Authorization": self._authorization(datetime.now(UTC), secrets.token_hex(16))}
        return read_json(ask(self._client, method, path, patience, headers=headers, **more))

    def _authorization(self, at: datetime, salt: str) -> str:
        date = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        signed = hmac.digest(self._account.secret.encode(), f"{date}{salt}".encode(), "sha256")
        return (
            f"HMAC-SHA256 apiKey={self._account.user}, date={date}, salt={salt}, "
            f"signature={signed.hex()}"
        )


def _judge(found: Mapping[str, Any]) -> None:
    """Nothing where it was taken; an answer of 200 may hold an error inside."""
    code = str(found.get("statusCode") or found.get("errorCode") or "")
    if code in GOOD:
        return
    if code in LATER:
        raise TryLater(LATER[code], f"SOLAPI {code}")
    raise Permanent(NEVER.get(code, "refused"), f"SOLAPI {code[:40]}")
