"""What SMS providers have in common: who they are, their answers by HTTP, their receipts.

A provider's URL names its credentials, its host and the sender's number:
`solapi://key:secret@api.solapi.com?from=0212345678`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from services.notify.channels.interface import UNCERTAIN, Channel, Patience
from shared.errors import DojangError, Permanent, TryLater

SECONDS_MOST = 10.0  # a provider that is slower than this counts as one that hangs
LONGEST_REST_S = 3_600


@dataclass(frozen=True)
class Account:
    """Where a provider is and who we are there."""

    name: str
    host: str
    port: int | None
    user: str
    sender: str
    encrypted: bool
    secret: str = field(repr=False)

    @property
    def base_url(self) -> str:
        """Its address for HTTP."""
        port = f":{self.port}" if self.port else ""
        return f"{'https' if self.encrypted else 'http'}://{self.host}{port}"


@dataclass(frozen=True)
class Receipt:
    """What a provider says became of a message that it had accepted.

    `event` is delivered or bounced; `code` says why it never arrives.
    """

    by: str
    provider_id: str
    event: str
    code: str = ""


Hear = Callable[[Receipt], None]


class Provider(Channel, Protocol):
    """A way out for SMS, and what histories and the desk call it."""

    name: str


def read_account(address: str) -> Account:
    """The account that a URL names. Raises Permanent("bad_setting")."""
    url = urlsplit(address)
    wishes = {name: values[0] for name, values in parse_qs(url.query).items()}
    if not (url.hostname and url.username and url.password and wishes.get("from")):
        raise Permanent(
            "bad_setting",
            f"DOJANG_SMS: {url.scheme}: needs user, password, host and ?from=number.",
        )
    return Account(
        name=f"{url.scheme} {url.hostname}" + (f":{url.port}" if url.port else ""),
        host=url.hostname,
        port=url.port,
        user=unquote(url.username),
        sender=wishes["from"],
        encrypted=wishes.get("tls") != "off",
        secret=unquote(url.password),
    )


def ask(
    client: httpx.Client, method: str, path: str, patience: Patience, **more: Any
) -> httpx.Response:
    """One request; gives what was answered with 2xx or 4xx, for the provider's own codes.

    Raises TryLater: server_unreachable (nothing was handed over), uncertain
    (it may have been), busy (429, with `retry_after`), login_failed, no_credit.
    """
    wait_s = min(patience.acceptance_s, patience.total_s, SECONDS_MOST)
    timeout = httpx.Timeout(wait_s, connect=min(patience.answer_s, wait_s))
    try:
        answer = client.request(method, path, timeout=timeout, **more)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TryLater("server_unreachable", type(error).__name__) from error
    except httpx.HTTPError as error:
        raise TryLater(UNCERTAIN, type(error).__name__) from error
    if (trouble := _trouble(answer)) is not None:
        raise trouble
    return answer


def _trouble(answer: httpx.Response) -> DojangError | None:
    status = answer.status_code
    if status in (429, 503):
        return TryLater("busy", f"answer {status}", retry_after=_retry_after(answer))
    if status in (401, 403):
        return TryLater("login_failed", f"answer {status}")
    if status == 402:
        return TryLater("no_credit", "answer 402")
    if status >= 500 or status < 200 or 300 <= status < 400:
        return TryLater(UNCERTAIN, f"answer {status}")  # it may have been kept before that
    return None


def _retry_after(answer: httpx.Response) -> float:
    """Seconds until we may ask again (RFC 9110 10.2.3: seconds, or a date)."""
    given = answer.headers.get("Retry-After", "")
    if given.isascii() and given.isdigit():
        return min(int(given[:9]), LONGEST_REST_S)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return 0
    now = datetime.now(UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_REST_S) if until.tzinfo else 0


def read_json(answer: httpx.Response) -> dict[str, Any]:
    """The object in an answer. What is none leaves open what became of the message."""
    try:
        found = answer.json()
    except ValueError as error:
        raise TryLater(UNCERTAIN, "the answer is no JSON") from error
    if not isinstance(found, dict):
        raise TryLater(UNCERTAIN, "the answer is no object")
    return found
