"""One person's data over all departments: a copy as a ZIP, and their erasure."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services import departments
from services.certs.erase import copies as papers_of
from services.forms.people.tables import StudentRow
from services.forms.privacy import copy, erase
from services.forms.privacy.erase import Erased
from services.ground import Ground
from services.notify.forget import copies as mails_of
from shared.errors import NotFound


def write_copy(ground: Ground, who: str, out: Path) -> None:
    """Everything that is kept of a student as a ZIP: `data.json`, their files, their papers.

    Raises NotFound("no_such_person").
    """
    forms, certs = departments.open_forms(ground), departments.open_certs(ground)
    with forms.database.read() as session:
        student_id = _student(session, who)
        found = copy.of_student(session, student_id)
    with ground.databases["notify"].read() as session:
        mails = mails_of(session, found.cases, found.addresses)
    papers: list[dict[str, Any]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for named in found.files:
            made.writestr(f"files/{named.name}", forms.files.get(named.file_id, named.sha256))
        for about, pdf in papers_of(certs, student_id):
            papers.append(about)
            made.writestr(f"documents/{about['number']}.pdf", pdf)
        data = {**found.data, "documents": papers, "mails": mails}
        made.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
    out.chmod(0o600)


def forget(ground: Ground, who: str) -> Erased:
    """Erase a student; certs and notify follow by messages.

    Raises NotFound("no_such_person"), Conflict("still_open").
    """
    forms = departments.open_forms(ground)
    with forms.database.write() as session:
        done = erase.erase(session, forms, _student(session, who))
    for file_id in done.files:
        forms.files.remove(file_id)
    return done


def _student(session: Session, who: str) -> str:
    """The id of whoever has this student number, or this id."""
    wanted = select(StudentRow.id).where(
        or_(StudentRow.id == who, StudentRow.student_number == who)
    )
    found = session.scalar(wanted)
    if found is None:
        raise NotFound("no_such_person", f"There is no student {who!r} in the register.")
    return found
