"""What is told of signing in and out to the security log (ASVS 5.0, 16.3.1)."""

from __future__ import annotations

from flask import g, has_request_context, request

from services.forms.parts import Parts
from services.forms.signin.limits import network_of
from shared.security_log import MARK_CHARACTERS, mark, tell


def told(parts: Parts, event: str, login_id: str = "", **about: str) -> None:
    """An event of an account, from the network of whoever asks now."""
    address = (request.remote_addr or "") if has_request_context() else ""
    tell(
        event,
        who=mark(parts.keyring, login_id) if login_id else "",
        from_=network_of(parts, address)[:MARK_CHARACTERS],
        **about,
    )


def told_who(parts: Parts, login_id: str) -> None:
    """From here on this request's refusals are told with who it is."""
    g.told_who = mark(parts.keyring, login_id)
