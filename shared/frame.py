"""What the frame of every page needs: files of its own, the other languages, the hall's picture.

The static files are served by forms alone (the gateway sends `/static/` there);
the pages of all departments name them by `static("dojang.css")`, with a part
of the file's hash, so that a browser may keep them for a year.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, request, send_from_directory
from flask_babel import gettext as _

from shared import say, words

STATIC = Path(__file__).parent / "static"
KEPT_SECONDS = 365 * 24 * 3600
NAMES = {"ko": "한국어", "en": "English"}  # each language in its own


def install(app: Flask) -> None:
    """Give the templates of an app the frame's functions and the ways of saying things."""
    app.jinja_env.filters.update(say.FILTERS)
    app.jinja_env.globals.update(
        static=static, either=say.either, other_languages=other_languages, hall_line=hall_line
    )


def serve(app: Flask) -> None:
    """Serve `/static/` from this app."""

    @app.get("/static/<path:name>", endpoint="static")
    def _file(name: str) -> Response:
        return send_from_directory(STATIC, name, max_age=KEPT_SECONDS)


def static(name: str) -> str:
    """The address of a static file, another one for another content."""
    return f"/static/{name}?v={_mark(name)}"


@cache
def _mark(name: str) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def other_languages() -> list[dict[str, str]]:
    """The languages that this page can be read in besides the present one."""
    asked = request.args.to_dict()
    here = "/" + request.path.lstrip("/\\")  # `//elsewhere` would lead there
    return [
        {
            "code": code,
            "name": NAMES[code],
            "href": f"{here}?{urlencode({**asked, 'language': code})}",
        }
        for code in words.LANGUAGES
        if code != words.language()
    ]


def hall_line() -> list[dict[str, Any]]:
    """The approval line in the hall of the sign-in: a picture, of nobody."""
    people = (
        (_("Applicant"), say.either(en="Han Seo-yun", ko="한서윤")),
        (_("Advisor"), say.either(en="Yoon Tae-ho", ko="윤태호")),
        (_("Campus professor"), say.either(en="Seo Min-jeong", ko="서민정")),
    )
    line: list[dict[str, Any]] = [
        {"role": role, "state": "signed", "seal": say.seal_lines(name), "who": _("signed")}
        for role, name in people
    ]
    line.append(
        {"role": _("The office"), "state": "office", "seal": [_("OK")], "who": _("approved")}
    )
    return line
