"""Where a mail comes back to when it cannot be delivered: an address of its own for each.

The envelope's sender is `bounces+<id>-<mac>@host` (VERP: the name of the mail
in the return path), so that a bounce tells whose it is even where it quotes
nothing, and nobody can make one up who has not seen that mail.
"""

from __future__ import annotations

import hmac
import re

from shared.keys import Key, Keyring

LOCAL_OCTETS_MOST = 64  # RFC 5321 4.5.3.1.1
_MAC_HEX = 10
_ID = re.compile(r"[0-9a-f-]{32,36}\Z")
_OURS = re.compile(rf"[^+@\s]+\+([0-9a-f-]{{32,36}})-([0-9a-f]{{{_MAC_HEX}}})@", re.IGNORECASE)


def return_path(base: str, notification_id: str, keyring: Keyring) -> str:
    """The return address of one notification at `base` ("" where no bounces come in)."""
    user, _, host = base.partition("@")
    if not _ID.match(notification_id):
        return base
    local = f"{user}+{notification_id}-{_mac(keyring.current('link'), notification_id)}"
    return f"{local}@{host}" if host and len(local) <= LOCAL_OCTETS_MOST else base


def read_return_path(address: str, keyring: Keyring) -> str:
    """Whose return address that is; "" for any other."""
    found = _OURS.match(address.strip("<> "))
    if found is None:
        return ""
    name, given = found[1].lower(), found[2].lower()
    fits = [hmac.compare_digest(_mac(key, name), given) for key in keyring.accepted("link")]
    return name if any(fits) else ""


def _mac(key: Key, name: str) -> str:
    return key.mac(b"return path", name.encode()).hex()[:_MAC_HEX]
