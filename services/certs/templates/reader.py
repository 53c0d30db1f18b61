"""Look through a template that somebody uploaded: a program for `shared/limited.py`.

The argument is docx or pdf, what is read the kind as a line of JSON (`fields.Kind`), then the file;
the answer is `{"safe": bool, "findings": [finding, …]}`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.certs.templates import form_lint, word_lint
from services.certs.templates.fields import Kind
from services.certs.templates.findings import FINDINGS_MOST, Finding, Unsafe

FORMS: Mapping[str, Callable[[bytes, Kind], list[Finding]]] = {
    "docx": word_lint.lint,
    "pdf": form_lint.lint,
}


def answer(data: bytes, form: str) -> dict[str, Any]:
    """What is to be said of a file. Whatever goes wrong while reading it makes it unsafe."""
    head, _, body = data.partition(b"\n")
    kind = Kind(**json.loads(head))
    try:
        findings = FORMS[form](body, kind)
    except Unsafe as unsafe:
        return {"safe": False, "findings": [unsafe.finding.as_json()]}
    except (RecursionError, MemoryError):
        return {"safe": False, "findings": [Finding("too_costly").as_json()]}
    except Exception:  # whatever a file does to its reader: such a file is not taken
        return {"safe": False, "findings": [Finding("unreadable").as_json()]}
    return {"safe": True, "findings": [one.as_json() for one in findings[:FINDINGS_MOST]]}
