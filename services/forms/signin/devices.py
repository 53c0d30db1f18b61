"""Browsers that an account is known to use: who attacks it from elsewhere cannot lock them out.

A browser that has signed in, or set the password by a mailed link, keeps a
signed cookie that is good for this account alone. Its tries are counted by
themselves, so that neither an attacked account nor an attacker behind the
same address keeps the owner waiting (OWASP, "Slow Down Online Guessing
Attacks with Device Cookies"). The cookie opens nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Response

from services.forms.parts import Parts
from shared import cookies
from shared.errors import Permanent
from shared.links import make_pass, read_pass

KEPT = timedelta(days=180)
USE = "device"


def known(parts: Parts, login_id: str) -> str:
    """The id of the browser that asks, if this account is known to use it; else nothing."""
    try:
        claims = read_pass(USE, cookies.read(cookies.DEVICE), parts.clock.now(), parts.keyring)
    except Permanent:
        return ""
    return str(claims["id"]) if claims["account"] == _account(parts, login_id) else ""


def remember(answer: Response, parts: Parts, login_id: str) -> None:
    """Let the browser be known as one of this account's."""
    claims = {"account": _account(parts, login_id), "id": secrets.token_hex(16)}
    expires = parts.clock.now() + KEPT
    value = make_pass(USE, claims, expires, parts.keyring)
    cookies.put(answer, cookies.DEVICE, value, KEPT)


def _account(parts: Parts, login_id: str) -> str:
    """The account as the cookie names it: nobody reads an id from it."""
    plain = login_id.strip().lower().encode()
    return parts.keyring.current("session").mac(b"device", plain).hex()
