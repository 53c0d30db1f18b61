"""The one call: what forms asks of notify about verification codes.

Codes live in notify alone. The client speaks HTTP; on the embedded default the
same requests are handed to notify's WSGI app without a network.
"""

from __future__ import annotations

import logging
import math
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import httpx

from shared.errors import NotFound, Permanent, TooMany, TryLater
from shared.inside import bearer
from shared.keys import Keyring
from shared.traces import TRACEPARENT, Kind, part

log = logging.getLogger("dojang.verifications")

PATH = "/internal/verifications"
TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Sent:
    """A code is on its way and can be used until `expires_at`; it could go to `others`, too.

    `notification_id` is what `notification.failed` calls its message: that of the verification,
    a hyphen, a number.
    """

    channel: str
    expires_at: datetime
    others: Sequence[str] = ()
    notification_id: str = ""


@dataclass(frozen=True)
class Checked:
    """Whether the code was right; if not, the tries left and why (wrong, expired, used, …)."""

    verified: bool
    checks_left: int
    reason: str = ""


class Verifications(Protocol):
    """Starts, sends and checks verification codes."""

    def start(
        self,
        verification_id: str,
        *,
        purpose: str,
        person: str,
        language: str,
        addresses: Mapping[str, str],
        network: str = "",
    ) -> None:
        """Begin a verification of an opaque person; `addresses` {email, sms}, `network` the
        opaque name of where it is asked for."""
        ...

    def send(self, verification_id: str, channel: str) -> Sent:
        """Send a code. Raises TooMany("too_many_codes", retry_after), NotFound, TryLater."""
        ...

    def check(self, verification_id: str, code: str) -> Checked:
        """Check a code, consuming it when right. Raises TooMany, NotFound, TryLater."""
        ...


class HttpVerifications:
    """The client; `transport` is httpx's own, or `httpx.WSGITransport(app)` in one process.

    To an `https:` address only whom a certificate of `roots` (a PEM file; the public ones where
    none is given) vouches for gets the secret.
    """

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        transport: httpx.BaseTransport | None = None,
        roots: Path | None = None,
    ) -> None:
        self._keyring = keyring
        self._client = httpx.Client(
            base_url=url,
            transport=transport,
            timeout=TIMEOUT_S,
            trust_env=False,
            verify=ssl.create_default_context(cafile=str(roots)) if roots else True,
        )

    def start(
        self,
        verification_id: str,
        *,
        purpose: str,
        person: str,
        language: str,
        addresses: Mapping[str, str],
        network: str = "",
    ) -> None:
        body = {
            "verification_id": verification_id,
            "purpose": purpose,
            "person": person,
            "language": language,
            "network": network,
            "addresses": {name: value for name, value in addresses.items() if value},
        }
        self._post(PATH, body)

    def send(self, verification_id: str, channel: str) -> Sent:
        found = self._post(f"{PATH}/{verification_id}/send", {"channel": channel})
        return Sent(
            channel,
            datetime.fromisoformat(found["expires_at"]),
            tuple(found.get("others", ())),
            str(found.get("notification_id", "")),
        )

    def check(self, verification_id: str, code: str) -> Checked:
        found = self._post(f"{PATH}/{verification_id}/check", {"code": code})
        return Checked(bool(found["verified"]), int(found["checks_left"]), str(found["reason"]))

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def _post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        with part("ask notify", Kind.CLIENT) as span:
            headers = {"Authorization": bearer(self._keyring)}
            if span.traceparent:
                headers[TRACEPARENT] = span.traceparent
            try:
                answer = self._client.post(path, json=body, headers=headers)
            except httpx.HTTPError as error:
                raise TryLater("codes_unavailable", "notify does not answer") from error
            span.note("http.response.status_code", answer.status_code)
        return _read(answer)


def _read(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code == 429:
        seconds = answer.headers.get("Retry-After", "60")
        wait = math.ceil(float(seconds)) if seconds.replace(".", "", 1).isdigit() else 60
        raise TooMany("too_many_codes", "too many codes", retry_after=wait)
    if answer.status_code in (404, 410):
        raise NotFound("no_verification", "that verification is over")
    if answer.status_code == 503 and b"channel_unavailable" in answer.content:
        raise TryLater("channel_unavailable", "this channel is away, another may not be")
    if answer.status_code >= 500 or answer.status_code in (401, 403):
        log.error("notify answered %d to a call inside", answer.status_code)
        raise TryLater("codes_unavailable", "notify cannot send codes now")
    if answer.status_code >= 400:
        raise Permanent("code_refused", "notify refused the call")
    found: dict[str, Any] = answer.json() if answer.content else {}
    return found
