"""Handing a bundle over: kept in the store for as long as previews are, completed by certs."""

from __future__ import annotations

import hashlib
import json

from services.forms.applications.tables import RenderRow, new_id
from services.forms.evidence.gather import gather
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.links import file_capability

KEPT_AS = "evidence"  # in the place of a template: with previews it is kept and forgotten


def address(parts: Parts, person: Person, application_id: str) -> str:
    """Where certs hands the bundle out for the next two minutes. Raises NotFound."""
    with parts.database.read() as session:
        bundle = gather(session, parts, person, application_id)
    data = json.dumps(bundle, ensure_ascii=False).encode()
    stored = parts.files.put(data)
    with parts.database.write() as session:
        session.add(
            RenderRow(
                id=new_id(),
                application_id=application_id,
                facts_sha256=hashlib.sha256(data).hexdigest(),
                template=KEPT_AS,
                language=person.language,
                state="finished",
                asked_at=parts.clock.now(),
                file_id=stored.file_id,
                sha256=stored.sha256,
            )
        )
    name = f"evidence-{bundle['application']['number']}.json"
    capability = file_capability(stored.file_id, KEPT_AS, parts.clock.now(), parts.keyring, name)
    return f"/files/{capability}"
