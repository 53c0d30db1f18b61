"""Have an uploaded template looked through by a limited child (`reader.py`), and say its form."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from services.certs.templates.fields import Kind
from services.certs.templates.findings import Finding, Unsafe
from services.certs.templates.package import FILE_BYTES_MOST
from shared.limited import Limited

SECONDS_MOST = 20.0
FORMS = {".docx": "docx", ".pdf": "pdf"}
MACRO_ENDINGS = (".docm", ".dotm")
_reader = Limited("services.certs.templates.reader", at_once=2, seconds=SECONDS_MOST)


@dataclass(frozen=True)
class Looked:
    """What was seen of a file: `form` docx | pdf, and whether it may be kept at all."""

    form: str
    safe: bool
    findings: tuple[Finding, ...]


def has_office() -> bool:
    """Whether LibreOffice is installed here, which a Word template needs once."""
    return shutil.which("soffice") is not None


def look_through(data: bytes, name: str, kind: Kind, *, office: bool) -> Looked:
    """Everything that is to be said of a file; `office`: LibreOffice is there to compile it.

    Raises TryLater("checks_busy").
    """
    try:
        form = form_of(data, name)
    except Unsafe as unsafe:
        return Looked("docx", False, (unsafe.finding,))
    head = json.dumps(kind.as_json(), ensure_ascii=False).encode()
    answer = _reader.ask(head + b"\n" + data, form)
    if answer is None:
        return Looked(form, False, (Finding("too_costly"),))
    findings = [Finding.read(row) for row in answer["findings"]]
    if form == "docx" and answer["safe"] and not office:
        findings.append(Finding("needs_libreoffice"))
    return Looked(form, answer["safe"], tuple(findings))


def form_of(data: bytes, name: str) -> str:
    """docx | pdf, by the name and the first bytes. Raises Unsafe."""
    ending = Path(name.lower()).suffix
    if ending in MACRO_ENDINGS:
        raise Unsafe("macros")
    if len(data) > FILE_BYTES_MOST:
        raise Unsafe("too_large", megabytes=FILE_BYTES_MOST // 1024 // 1024)
    if ending not in FORMS:
        raise Unsafe("other_form")
    if (ending == ".pdf") != (b"%PDF-" in data[:1024]):
        raise Unsafe("disguised")
    return FORMS[ending]
