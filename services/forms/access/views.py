"""The page on which a student reads who saw their data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import lazy_gettext as _l

from services.forms.access import reading
from services.forms.access.reading import Access
from services.forms.applications.roles import OFFICES
from services.forms.catalog.kind import Text
from services.forms.pages.frame import dress
from services.forms.parts import Parts
from services.forms.signin.current import page_login, signed_in
from shared import say

WHAT: Mapping[str, Text] = {
    "opened": _l("Opened it"),
    "paper": _l("Read the paper as it would be printed"),
    "file": _l("Fetched a supporting document"),
    "document": _l("Fetched the issued document"),
    "evidence": _l("Fetched the bundle of evidence"),
    "bars": _l("Read the list of who cannot be readmitted, with you on it"),
    "barred": _l("Noted that you cannot be readmitted"),
    "lifted": _l("Lifted that you cannot be readmitted"),
    "apps": _l("Read the list of authenticator apps that were removed, with you on it"),
    "app_removed": _l("Removed your authenticator app, which you had lost"),
    "list": _l("Fetched a list that you are on"),
    "export": _l("Fetched a ZIP with a document of yours"),
    "copy": _l("Fetched a copy of all data"),
}
ROLES: Mapping[str, Text] = {
    "student": _l("You yourself"),
    "professor": _l("A professor, by the link of a mail"),
    "staff": _l("Somebody of the office"),
}


@dataclass(frozen=True)
class Line:
    """One access as a row."""

    when: str
    iso: str
    who: str
    office: str
    what: str
    about: str
    address: str


def blueprint(parts: Parts) -> Blueprint:
    """`/access`."""
    pages = Blueprint("access", __name__)
    dress(pages, parts)

    @pages.get("/access")
    @page_login("student")
    def accesses() -> str:
        offset = _number(request.args.get("from"))
        with parts.database.read() as session:
            found = reading.of_student(session, signed_in(), offset)
        return render_template(
            "access/pages/accesses.html",
            lines=[_line(one) for one in found.rows],
            next_offset=found.next_offset,
            offset=offset,
        )

    return pages


def _line(one: Access) -> Line:
    words: Any = say.named(one.who) if one.who else ROLES[one.role]
    office = OFFICES.get(one.office, one.office) if one.office else ""
    return Line(
        say.full_moment(one.at),
        one.at.isoformat(),
        str(words),
        str(office),
        str(WHAT.get(one.what, one.what)),
        one.about,
        one.address,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 0
