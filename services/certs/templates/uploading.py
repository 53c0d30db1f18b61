"""An upload: look through it, store it, write it down as the next version."""

from __future__ import annotations

import hashlib
import unicodedata

from services.certs.library import TEMPLATES
from services.certs.parts import Parts
from services.certs.templates import versions
from services.certs.templates.fields import kind_of
from services.certs.templates.looking import has_office, look_through
from services.certs.templates.versions import Entry, Uploaded, Who
from shared.errors import NotFound, Refused

NAME_MOST = 120


def upload(
    parts: Parts,
    *,
    kind: str,
    language: str,
    name: str,
    data: bytes,
    who: Who,
    office: bool | None = None,
) -> Entry:
    """The next version of a paper, waiting to be compiled or refused with its findings.

    A file that is unsafe is not kept. `office`: whether LibreOffice is there (asked if not given).
    Raises NotFound("no_template"), Refused("no_template_file" | "upload_infected"),
    TryLater("checks_busy" | "scanner_away").
    """
    known = kind_of(TEMPLATES, kind, language)
    if known is None:
        raise NotFound("no_template", "there is no such paper")
    if not data:
        raise Refused("no_template_file", "no file was sent", field="file")
    parts.scanner.check(data)
    looked = look_through(data, name, known, office=has_office() if office is None else office)
    stored = parts.files.put(data) if looked.safe else None
    file = Uploaded(
        form=looked.form,
        name=plain_name(name),
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        file_id=stored.file_id if stored else None,
        findings=looked.findings,
    )
    with parts.database.write() as session:
        return versions.add(session, kind, language, file, who, parts.clock.now())


def plain_name(name: str) -> str:
    """The file's name as it may be shown: the last part of a path, composed, without controls."""
    last = name.replace("\\", "/").rpartition("/")[2]
    whole = unicodedata.normalize("NFC", last)
    kept = "".join(c for c in whole if c.isprintable())
    return kept[-NAME_MOST:] or "template"
