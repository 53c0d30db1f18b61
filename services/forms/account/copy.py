"""A student takes everything that is kept of them and shown to them, as one ZIP.

What the offices keep for themselves (the reason of a revocation, a recommender's letter) is shown
to no student and so is not in it; `dojang person copy` has that too, for who asks for it by law.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO, Any

from flask import Response
from sqlalchemy.orm import Session

from services.forms.access import reading
from services.forms.api.access import access_json
from services.forms.api.showing import case_json, instant
from services.forms.applications import attachments, life
from services.forms.applications.snapshot import freeze
from services.forms.applications.values import CaseView
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.signin.person import Person
from shared.errors import Forbidden, Permanent

IN_MEMORY_BYTES_MOST = 1 << 20  # a larger ZIP lies on disk while it is made
PIECE_BYTES = 64 * 1024
ACCESSES_AT_A_TIME = 1000


def hand_out(parts: Parts, person: Person) -> Response:
    """The ZIP: `data.json`, and the supporting documents. Raises Forbidden("students_only")."""
    if person.role != "student":
        raise Forbidden("students_only", "a copy is of a student")
    made = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES_MOST)  # noqa: SIM115 – `_sent` closes it
    with (
        parts.database.read() as session,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as into,
    ):
        mine = life.mine(session, parts, person)
        cases = [life.view(session, parts, person, one.id) for one in mine]
        data = _everything(session, parts, person, cases)
        into.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        for name, content in _files(session, parts, person, cases):
            into.writestr(name, content)
    answer = Response(_sent(made), content_type="application/zip")
    name = f"dojang-{parts.clock.now().date().isoformat()}.zip"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _sent(made: IO[bytes]) -> Iterator[bytes]:
    """The file piece by piece; it is gone afterwards."""
    with made:
        made.seek(0)
        while piece := made.read(PIECE_BYTES):
            yield piece


def _everything(
    session: Session, parts: Parts, person: Person, cases: Sequence[CaseView]
) -> dict[str, Any]:
    account = register.find_account_of(session, person.id)
    return {
        "made_at": instant(parts.clock.now()),
        "register": freeze(register.find_student(session, person.id)),
        "account": {
            "id": account.login_id,
            "language": account.language,
            "channel": account.channel,
            "texts": account.texts,
            "quiet_hours": str(account.quiet),
            "notice_accepted_at": instant(account.notice_accepted_at),
        },
        "applications": [case_json(case, person) for case in cases],
        "accesses": [access_json(one) for one in _accesses(session, person)],
    }


def _accesses(session: Session, person: Person) -> Iterator[reading.Access]:
    offset: int | None = 0
    while offset is not None:
        found = reading.of_student(session, person, offset, ACCESSES_AT_A_TIME)
        yield from found.rows
        offset = found.next_offset


def _files(
    session: Session, parts: Parts, person: Person, cases: Sequence[CaseView]
) -> Iterator[tuple[str, bytes]]:
    """Each by its name in the ZIP; what the store has lost is no reason to give nothing."""
    for case in cases:
        for one in case.attachments:
            try:
                served = attachments.fetch(session, parts, person, case.id, one.id)
            except Permanent:
                continue
            yield f"files/{case.number}/{one.id[:8]}-{one.name}", served.data
