"""Whose language a link speaks where the browser names none: that of whom it was made for."""

from __future__ import annotations

from flask import g, request

from services.forms.applications import approvals
from services.forms.parts import Parts
from shared.words import LANGUAGES


def speak_their_language(parts: Parts, token: str) -> None:
    """Before a link is answered; a browser that names a language is heard first."""
    if token and not request.accept_languages.best_match(LANGUAGES):
        with parts.database.read() as session:
            g.link_language = approvals.language_of(session, parts, token)
