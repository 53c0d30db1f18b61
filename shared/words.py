"""Words in the person's language: gettext catalogs read straight from their .po files.

English is in the code, every other language in `translations/<language>/
LC_MESSAGES/messages.po` of the service and of `shared`. A language is added by
adding its file. Without a request (messages, papers) `in_language` decides.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, Domain, force_locale, get_locale

from shared import cookies

LANGUAGES = ("ko", "en")
DEFAULT_LANGUAGE = "ko"
SHARED_CATALOGS = Path(__file__).parent / "translations"


@cache
def catalog(folders: tuple[Path, ...], language: str) -> NullTranslations:
    """The words of a language from several folders, the first one winning."""
    merged: NullTranslations = NullTranslations()
    for folder in folders:
        path = folder / language / "LC_MESSAGES" / "messages.po"
        if not path.exists():
            continue
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(path.read_bytes()), locale=language))
        compiled.seek(0)
        found = Translations(compiled)
        if isinstance(merged, Translations):
            found.add_fallback(merged)
        merged = found
    return merged


class PoDomain(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """A gettext domain whose catalogs are .po files."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(domain="messages")
        self._folders = tuple(reversed([*folders, SHARED_CATALOGS]))

    def get_translations(self) -> Any:
        """The catalog of the language in force."""
        return catalog(self._folders, str(get_locale() or DEFAULT_LANGUAGE))


def install(app: Flask, folders: Sequence[Path]) -> None:
    """Let an app speak every language that its catalogs hold."""
    babel = Babel()
    babel.init_app(
        app,
        default_locale=DEFAULT_LANGUAGE,
        default_timezone="Asia/Seoul",
        locale_selector=language,
    )
    babel.domain_instance = PoDomain(folders)


def language() -> str:
    """The language of whoever reads now: asked for, else their own, else the browser's.

    Behind a link whose browser says nothing it is that of the person whom the link was made for.
    """
    if not has_request_context():
        return DEFAULT_LANGUAGE
    for wish in (
        request.args.get("language"),
        cookies.read(cookies.LANGUAGE),
        g.get("person_language"),
    ):
        if wish in LANGUAGES:
            return str(wish)
    found = request.accept_languages.best_match(LANGUAGES) or g.get("link_language")
    return str(found or DEFAULT_LANGUAGE)


@contextmanager
def in_language(wanted: str, app: Flask | None = None) -> Iterator[None]:
    """Make every text inside be of one language (a paper, a message)."""
    made = None if current_app else app
    if made is None:
        with force_locale(wanted):
            yield
        return
    with made.app_context(), force_locale(wanted):
        yield
