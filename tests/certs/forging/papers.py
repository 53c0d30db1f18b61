"""Issued papers of every kind and language, and what a stranger may be told of each."""

from __future__ import annotations

import copy
import io
import json
import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pikepdf

from services.certs.ledger import Document
from services.certs.library import TEMPLATES, Version
from services.certs.press import Place
from services.certs.verify.check import OWN, verify_file
from services.certs.verify.paper import text_at
from services.certs.verify.plain import plain
from services.certs.verify.reading import read_own
from shared.messages import DocumentRequested
from tests.certs.parts import Office

PRINTED_BY_CERTS = {*OWN, "seal", "qr"}
SHOWN_MOST = 3
ROWS = 45


@dataclass(frozen=True)
class Issued:
    """A paper in a forger's hands. `shown` are the fields that its number shows to anybody,
    `standing` what is printed in each field that stands alone in its place."""

    document: Document
    template: Version
    pdf: bytes
    values: Mapping[str, Any]
    places: Mapping[str, Place]
    shown: Mapping[str, str]
    standing: Mapping[str, str]
    pages: int

    @property
    def number(self) -> str:
        return self.document.number

    def open(self) -> pikepdf.Pdf:
        """The file, to be changed."""
        return pikepdf.open(io.BytesIO(self.pdf))


class Stack:
    """One paper of each template that the library lists, issued on first use."""

    def __init__(self, office: Office) -> None:
        self.office = office
        latest = {(v.kind, v.language): v for v in office.parts.library.versions()}
        self.templates = [latest[key] for key in sorted(latest)]
        self._issued: dict[Version, Issued] = {}

    def paper(self, template: Version) -> Issued:
        """The paper of a template."""
        if template not in self._issued:
            self._issued[template] = issue(self.office, template)
        return self._issued[template]

    def other(self, issued: Issued) -> Issued:
        """A paper of another template, in the same language where there is one."""
        rest = [t for t in self.templates if t != issued.template]
        same = [t for t in rest if t.language == issued.template.language]
        return self.paper((same or rest)[0])


def sample(template: Version) -> dict[str, Any]:
    """The values of a template's sample, without what certs prints itself."""
    path = TEMPLATES / template.kind / "sample.json"
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))[template.language]
    found = copy.deepcopy({k: v for k, v in values.items() if k not in PRINTED_BY_CERTS})
    for name, value in found.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found[name] = [dict(value[at % len(value)]) for at in range(ROWS)]  # several pages
    for role in [value for value in found.values() if isinstance(value, dict)]:
        if "name" in role:
            role |= {"drawn": False, "typed": role["name"]}
    return found


def issue(office: Office, template: Version, seed: int = 0) -> Issued:
    """Issue the sample of a template. Which fields its number shows is drawn by the seed."""
    values = sample(template)
    texts = [name for name, value in values.items() if isinstance(value, str) and value]
    chosen = random.Random(seed).sample(sorted(texts), min(SHOWN_MOST, len(texts)))
    asked = DocumentRequested(
        issue_id=str(uuid.uuid4()),
        application_id="application-1",
        kind=template.kind,
        language=template.language,
        template_version=template.version,
        facts={
            "values": values,
            "pictures": {},
            "holder": "person-1",
            "shows": [{"field": name, "value": values[name]} for name in chosen],
        },
    )
    office.hear(asked)
    document = next(one for one in office.documents() if one.issue_id == asked.issue_id)
    pdf = office.files.get(document.file_id, document.sha256)
    return _held(office, template, document, pdf, values)


def _held(
    office: Office, template: Version, document: Document, pdf: bytes, values: dict[str, Any]
) -> Issued:
    reading = read_own(pdf)
    alone = {
        place.fields[0]: place
        for place in office.parts.press.places(template, values)
        if place.wording == f"{{{place.fields[0]}}}"
    }
    standing = {field: text_at(place, reading) for field, place in alone.items()}
    standing = {field: text for field, text in standing.items() if len(plain(text)) > 1}
    shown = {one["field"]: one["value"] for one in document.shows} | {
        field: text for field, text in standing.items() if field in OWN
    }
    return Issued(
        document,
        template,
        pdf,
        values,
        {field: alone[field] for field in standing},
        {field: value for field, value in shown.items() if field in standing},
        standing,
        reading.pages,
    )


def verdict(stack: Stack, data: bytes, **how: Any) -> Any:
    """What the check says of a file."""
    return verify_file(stack.office.parts, data, **how)
