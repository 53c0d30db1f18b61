"""How departments know each other on the inside: the service secret as a bearer token."""

from __future__ import annotations

import hmac

from shared.keys import Key, Keyring


def bearer(keyring: Keyring) -> str:
    """The value of the `Authorization` header of a call between departments."""
    return _value(keyring.current("service"))


def admitted(header: str | None, keyring: Keyring) -> bool:
    """Whether an `Authorization` header was made with one of the accepted service secrets."""
    given = (header or "").encode()
    found = [
        hmac.compare_digest(_value(key).encode(), given) for key in keyring.accepted("service")
    ]
    return any(found)


def _value(key: Key) -> str:
    return f"Bearer {key.secret.decode()}"
