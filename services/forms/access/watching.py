"""Which answers show somebody's data to somebody: a literal table of routes, watched from outside.

What is seen is written down before the answer leaves; while it cannot be, there
is no answer. HEAD shows nothing and is not written down.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.access.tables import AccessRow
from services.forms.applications import approvals
from services.forms.applications.tables import ApplicationRow, DocumentRow
from services.forms.bulk.tables import EntryRow
from services.forms.parts import Parts
from services.forms.people.tables import BarRow, StudentRow
from services.forms.signin import removals
from services.forms.signin.person import Person
from shared.errors import DojangError

STAFF, ANYBODY = ("staff",), ("student", "staff")
ANSWERED = (200, 303)
Subject = tuple[str, str]  # whose (student id), about which application or document
Whose = Callable[[Session, Parts, Mapping[str, Any]], Sequence[Subject]]


@dataclass(frozen=True)
class Shown:
    """What a route shows of whom, and whose looking is written down (none: a link's holder)."""

    what: str
    whose: Whose
    roles: Sequence[str] = STAFF


@dataclass(frozen=True)
class Looker:
    """Who looks: role and id of the register."""

    role: str
    id: str
    office: str | None = None


def _of_application(session: Session, _parts: Parts, path: Mapping[str, Any]) -> Sequence[Subject]:
    row = session.get(ApplicationRow, path["application_id"])
    return [(row.student_id, row.number)] if row else []


def _of_document(session: Session, _parts: Parts, path: Mapping[str, Any]) -> Sequence[Subject]:
    row = session.get(DocumentRow, path["number"].strip().upper())
    return [(row.student_id, row.number)] if row else []


def _of_link(session: Session, parts: Parts, path: Mapping[str, Any]) -> Sequence[Subject]:
    row, _step = approvals.find(session, parts, path["token"])
    return [(row.student_id, row.number)]


def _of_bars(session: Session, _parts: Parts, _path: Mapping[str, Any]) -> Sequence[Subject]:
    return [(one, "") for one in session.scalars(select(BarRow.student_id))]


def _of_apps(session: Session, _parts: Parts, _path: Mapping[str, Any]) -> Sequence[Subject]:
    return [(row.student_id, "") for row in removals.latest(session)]


def _of_list(session: Session, _parts: Parts, path: Mapping[str, Any]) -> Sequence[Subject]:
    wanted = (
        select(StudentRow.id)
        .join(EntryRow, EntryRow.student_number == StudentRow.student_number)
        .where(EntryRow.bulk_id == path["bulk_id"])
    )
    return [(student_id, path["bulk_id"][:6]) for student_id in session.scalars(wanted)]


API = "/api/v1"
LINK: Sequence[str] = ()
TABLE: Mapping[str, Shown] = {
    "/desk/applications/<application_id>": Shown("opened", _of_application),
    f"{API}/applications/<application_id>": Shown("opened", _of_application),
    "/applications/<application_id>/paper.pdf": Shown("paper", _of_application),
    f"{API}/applications/<application_id>/preview": Shown("paper", _of_application),
    "/applications/<application_id>/attachments/<attachment_id>": Shown(
        "file", _of_application, ANYBODY
    ),
    f"{API}/applications/<application_id>/attachments/<attachment_id>": Shown(
        "file", _of_application, ANYBODY
    ),
    "/applications/<application_id>/evidence": Shown("evidence", _of_application, ANYBODY),
    f"{API}/applications/<application_id>/evidence": Shown("evidence", _of_application, ANYBODY),
    f"{API}/documents/<number>": Shown("opened", _of_document),
    "/documents/<number>/file": Shown("document", _of_document, ANYBODY),
    f"{API}/documents/<number>/file": Shown("document", _of_document, ANYBODY),
    "/a/<token>": Shown("opened", _of_link, LINK),
    f"{API}/approvals/<token>": Shown("opened", _of_link, LINK),
    "/a/<token>/paper.pdf": Shown("paper", _of_link, LINK),
    f"{API}/approvals/<token>/paper": Shown("paper", _of_link, LINK),
    "/a/<token>/attachments/<attachment_id>": Shown("file", _of_link, LINK),
    f"{API}/approvals/<token>/attachments/<attachment_id>": Shown("file", _of_link, LINK),
    "/desk/bars": Shown("bars", _of_bars),
    f"{API}/desk/bars": Shown("bars", _of_bars),
    "/desk/lost-apps": Shown("apps", _of_apps),
    "/desk/bulk/<bulk_id>/rows.csv": Shown("list", _of_list),
    f"{API}/desk/bulk/<bulk_id>/rows": Shown("list", _of_list),
    "/desk/bulk/<bulk_id>/zip": Shown("export", _of_list),
    f"{API}/desk/bulk/<bulk_id>/archive": Shown("export", _of_list),
}


def install(app: Flask, parts: Parts) -> None:
    """Watch the answers of an application."""

    @app.after_request
    def _watch(answer: Response) -> Response:
        shown = TABLE.get(request.url_rule.rule) if request.url_rule else None
        if shown is None or request.method != "GET" or answer.status_code not in ANSWERED:
            return answer
        try:
            _write_down(parts, shown, request.view_args or {})
        except DojangError as error:  # nobody sees what cannot be written down
            return app.make_response(app.handle_user_exception(error))
        return answer


def _write_down(parts: Parts, shown: Shown, path: Mapping[str, Any]) -> None:
    person = g.get("caller") or g.get("person")
    with parts.database.read() as session:
        looker = _by_link(session, parts, path) if shown.roles is LINK else _signed_in(person)
        if looker is None or (shown.roles and looker.role not in shown.roles):
            return
        whose = shown.whose(session, parts, path)
    address = request.remote_addr or ""
    with parts.database.write() as session:
        session.add_all(
            noted(parts, looker, address, student_id, shown.what, about)
            for student_id, about in whose
        )


def noted(
    parts: Parts, who: Looker | Person, address: str, student_id: str, what: str, about: str = ""
) -> AccessRow:
    """An entry: somebody, from an address of the network, saw or changed what is of a student."""
    return AccessRow(
        at=parts.clock.now(),
        role=who.role,
        who=who.id,
        office=who.office,
        address=address,
        student_id=student_id,
        what=what,
        about=about,
    )


def _signed_in(person: Person | None) -> Looker | None:
    return None if person is None else Looker(person.role, person.id, person.office)


def _by_link(session: Session, parts: Parts, path: Mapping[str, Any]) -> Looker | None:
    _row, step = approvals.find(session, parts, path["token"])
    return Looker("professor", step.professor_id) if step.professor_id else None
