"""Random tokens: handed out once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """256 random bits, as text for headers, cookies and addresses."""
    return secrets.token_urlsafe(32)


def kept(token: str) -> str:
    """What is kept of a token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
