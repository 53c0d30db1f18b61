"""Files as lists show them: name, kind, size, where they open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from services.forms.applications.values import AttachmentView, DocumentView
from shared import say

SHORT_TYPES = {"application/pdf": "PDF", "image/jpeg": "JPEG", "image/png": "PNG"}
LANGUAGES = {"ko": _l("Korean"), "en": _l("English")}


@dataclass(frozen=True)
class FileLine:
    """One line of a list of files."""

    id: str
    name: str
    href: str
    about: str
    icon: str = "file"


def attached(files: Sequence[AttachmentView], base: str) -> list[FileLine]:
    """Supporting documents, each under its own address below `base`."""
    return [
        FileLine(
            one.id,
            one.name,
            f"{base}/attachments/{one.id}",
            f"{SHORT_TYPES.get(one.media_type, one.media_type)} · {say.size(one.size)}",
        )
        for one in files
    ]


def issued(documents: Sequence[DocumentView]) -> list[FileLine]:
    """Issued documents, what they are and whether they still count."""
    return [
        FileLine(
            one.number,
            f"{one.title} ({LANGUAGES.get(one.language, one.language)})",
            f"/documents/{one.number}/file",
            _about(one),
            "down",
        )
        for one in documents
    ]


def _about(one: DocumentView) -> str:
    if one.state == "revoked" and one.changed_at:
        return str(_("Revoked on %(day)s", day=say.day(one.changed_at)))
    if one.state == "superseded":
        return str(_("Replaced by a newer one"))
    return f"PDF · {one.number}"
