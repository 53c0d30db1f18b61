"""What an application's evidence is: everything that was asked, judged, signed, mailed and issued.

Students get it without what the office notes for itself: of such entries the
chain's commitment stands there and the words do not, and it verifies all the same.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.api.showing import (
    DETAILS_FOR_STUDENTS,
    FOR_THE_OFFICE,
    REASONS_FOR_STUDENTS,
    case_json,
    instant,
)
from services.forms.applications import cases
from services.forms.applications.describing import case_view
from services.forms.applications.tables import ApplicationRow, NotificationRow, TrailRow
from services.forms.parts import Parts
from services.forms.signin.person import Person

FORM = "dojang-evidence/1"
STUDENTS_DETAILS = {*DETAILS_FOR_STUDENTS, "answers", "sha256", "id", "by_when", "lapses_at",
                    "behalf_of"}  # fmt: skip


def gather(session: Session, parts: Parts, person: Person, application_id: str) -> dict[str, Any]:
    """The part that forms knows; certs adds ledger, head and proofs. Raises NotFound."""
    row = cases.visible(session, parts, person, application_id)
    case = case_json(case_view(session, parts, row, person), person)
    return {
        "form": FORM,
        "made_at": instant(parts.clock.now()),
        "university": parts.settings.university_en,
        "verify": f"{parts.settings.base_url}/verify/heads",
        "application": case,
        "submissions": [_submission(one) for one in row.submissions],
        "signatures": [_signature(one) for one in row.steps if one.decision],
        "mails": _mails(session, row),
        "documents": [{"number": one.number, "sha256": one.sha256} for one in row.documents],
        "trail": [_entry(one, person) for one in _trail(session, row)],
        "trail_length": row.trail_length,
        "trail_head": row.trail_head,
    }


def _submission(one: Any) -> dict[str, Any]:
    plain = ("round", "language", "answers", "kind_version", "template_version", "sentences",
             "shown", "typed")  # fmt: skip
    files = [{"name": file["name"], "sha256": file["sha256"]} for file in one.attachments]
    found = {name: getattr(one, name) for name in plain}
    return {**found, "at": instant(one.at), "attachments": files}


def _signature(one: Any) -> dict[str, Any]:
    plain = ("round", "n", "roles", "decision", "reason", "shown", "signer_ko", "signer_en",
             "typed", "drawn_sha256", "behalf_ko", "behalf_en")  # fmt: skip
    found = {name: getattr(one, name) for name in plain}
    return {**found, "asked_at": instant(one.asked_at), "decided_at": instant(one.decided_at)}


def _mails(session: Session, row: ApplicationRow) -> list[dict[str, Any]]:
    wanted = select(NotificationRow).where(NotificationRow.application_id == row.id)
    return [
        {
            "recipient": one.recipient,
            "message": one.message,
            "asked_at": instant(one.asked_at),
            "delivered_at": instant(one.delivered_at),
            "failed_at": instant(one.failed_at),
            "code": one.code,
        }
        for one in session.scalars(wanted.order_by(NotificationRow.asked_at))
    ]


def _trail(session: Session, row: ApplicationRow) -> list[TrailRow]:
    wanted = select(TrailRow).where(TrailRow.application_id == row.id)
    return list(session.scalars(wanted.order_by(TrailRow.seq)))


def _entry(one: TrailRow, person: Person) -> dict[str, Any]:
    if "form" not in one.entry and person.role == "student":  # it cannot be shown in part
        return {"entry": None, "private": None, "salt": None, "hash": one.hash}
    shown = person.role == "staff" or _for_students(one)
    return {
        "entry": one.entry,
        "private": one.private if shown else None,
        "salt": one.salt if shown else None,
        "hash": one.hash,
    }


def _for_students(one: TrailRow) -> bool:
    what, details = one.entry["what"], set((one.private or {}).get("details", {}))
    known = STUDENTS_DETAILS if what in REASONS_FOR_STUDENTS else STUDENTS_DETAILS - {"reason"}
    return what not in FOR_THE_OFFICE and details <= known
