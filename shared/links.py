"""Links and passes: signed texts that let somebody do one thing.

A *link* (contract, "Links and files") is made by notify when it composes a
mail and made again by forms to check it; nobody stores it. A *capability*
opens one file for 120 s, a *pass* opens the desk pages of certs for ten
minutes. All are `base64url(claims) . base64url(HMAC-SHA-256)`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.errors import Permanent
from shared.keys import Key, Keyring

CAPABILITY_SECONDS = 120
PASS_MINUTES = 10


@dataclass(frozen=True)
class Link:
    """What a link is for: purpose (`approval`, `invitation`, …), subject, generation (from 1)."""

    purpose: str
    subject_id: str
    generation: int


def make_link(link: Link, keyring: Keyring) -> str:
    """The token of a link: the same link always gives the same token."""
    key = keyring.current("link")
    claims = [key.key_id, link.purpose, link.subject_id, link.generation]
    return _seal(claims, key, f"link:{link.purpose}")


def read_link(token: str, keyring: Keyring) -> Link:
    """The link behind a token. Raises Permanent("unknown_link") if one character is altered."""
    claims, body, mac = _open(token)
    match claims:
        case [str(key_id), str(purpose), str(subject_id), int(generation)]:
            key = keyring.by_id("link", key_id)
            if key and _sealed(body, mac, key, f"link:{purpose}"):
                return Link(purpose, subject_id, generation)
    raise Permanent("unknown_link", "no such link")


def link_address(base_url: str, token: str) -> str:
    """Where an approval link leads, whole on one line."""
    return f"{base_url.rstrip('/')}/a/{token}"


def make_pass(use: str, claims: dict[str, Any], expires: datetime, keyring: Keyring) -> str:
    """A signed pass for `use`, valid until `expires` (aware)."""
    key = keyring.current("capability")
    return _seal([key.key_id, use, int(expires.timestamp()), claims], key, f"pass:{use}")


def read_pass(use: str, token: str, now: datetime, keyring: Keyring) -> dict[str, Any]:
    """The claims of a pass. Raises Permanent("unknown_pass" | "expired_pass")."""
    claims, body, mac = _open(token)
    match claims:
        case [str(key_id), str(found_use), int(expires), dict() as content] if found_use == use:
            key = keyring.by_id("capability", key_id)
            if key and _sealed(body, mac, key, f"pass:{use}"):
                if now.timestamp() > expires:
                    raise Permanent("expired_pass", "that pass has expired")
                return content
    raise Permanent("unknown_pass", "no such pass")


def file_capability(
    subject: str,
    form: str,
    now: datetime,
    keyring: Keyring,
    name: str = "",
    office: str = "",
) -> str:
    """A pass for one file: `subject` a document number or file id, `form` pdf | docx | stored; or
    `<kind>:<language>` and blank, the form to fill in by hand, with the `office` that takes it.

    `name` is what a stored file is called when it is saved; a document has a name of its own.
    """
    expires = now + timedelta(seconds=CAPABILITY_SECONDS)
    more = {"name": name, "office": office}
    claims = {"subject": subject, "form": form} | {k: v for k, v in more.items() if v}
    return make_pass("file", claims, expires, keyring)


def desk_pass(
    office: str,
    person_id: str,
    now: datetime,
    keyring: Keyring,
    kinds: Sequence[str] = (),
    name: str = "",
) -> str:
    """A pass for the desk pages of certs, for ten minutes: who, called how, of which office, in
    charge of which kinds' papers.

    certs does not know the catalog: what an office may do stands in its pass.
    """
    expires = now + timedelta(minutes=PASS_MINUTES)
    claims = {"office": office, "person": person_id, "kinds": list(kinds), "name": name}
    return make_pass("desk", claims, expires, keyring)


def _seal(claims: list[Any], key: Key, purpose: str) -> str:
    body = _encode(json.dumps(claims, separators=(",", ":")).encode())
    return f"{body}.{_encode(key.mac(purpose.encode(), body.encode()))}"


def _sealed(body: str, mac: bytes, key: Key, purpose: str) -> bool:
    return hmac.compare_digest(key.mac(purpose.encode(), body.encode()), mac)


def _open(token: str) -> tuple[Any, str, bytes]:
    body, _, mac = token.partition(".")
    try:
        claims = json.loads(_decode(body))
        found = _decode(mac)
    except (ValueError, binascii.Error, RecursionError):
        return None, "", b""
    if _encode(found) != mac or _encode(_decode(body)) != body:
        return None, "", b""  # one token, one spelling
    return claims, body, found


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
