"""What certs adds to the OpenAPI 3.1 description: the public check (and the template desk,
`desk/template_openapi.py`).

`/files/<capability>` is described with the addresses that lead to it (forms).
"""

from __future__ import annotations

from typing import Any

from services.certs.verify.check import FILE_BYTES_MOST

Json = dict[str, Any]


def _text(about: str, **more: Any) -> Json:
    return {"type": "string", "description": about, **more}


def _one_of(about: str, *values: str) -> Json:
    return _text(about, enum=list(values))


def _answer(about: str, schema: str, media_type: str = "application/json") -> Json:
    content = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": about, "content": content}


def _object(required: list[str], properties: Json) -> Json:
    return {"type": "object", "required": required, "properties": properties}


_INSTANT = "an instant with its zone (ISO 8601)"
_DOCUMENT: Json = {
    "number": _text("the document number in its one spelling"),
    "kind": _text("what was issued, as in /api/v1/kinds"),
    "title": _text("what the paper is called, in the reader's language"),
    "language": _one_of("the paper's language", "ko", "en"),
    "issued_at": _text(_INSTANT, format="date-time"),
    "facts": {
        "type": "array",
        "description": "what to compare with the paper; names are masked where no file was seen",
        "items": {"$ref": "#/components/schemas/DocumentFact"},
    },
    "signature": _object(
        ["level", "at"],
        {
            "level": _one_of(
                "what the signature had reached when the finished file was read again",
                *("PAdES B-B", "PAdES B-T", "PAdES B-LT"),
            ),
            "at": _text(f"by our clock on B-B, else by a time-stamp authority, {_INSTANT}"),
        },
    ),
    "code": _one_of("why it ended", "error", "withdrawn", "other"),
    "at": _text(f"when it ended, {_INSTANT}", format="date-time"),
}

SCHEMAS: Json = {
    "DocumentFact": _object(
        ["field", "label", "value"],
        {
            "field": _text("name of the template's field"),
            "label": _text("what the field is called, in the reader's language"),
            "value": _text("as it stands on the paper"),
        },
    ),
    "NumberCheck": _object(
        ["status"],
        {
            "status": _one_of(
                "a number alone is never called authentic: no file was seen",
                *("issued", "revoked", "superseded", "mistyped", "unknown"),
            ),
            **_DOCUMENT,
        },
    ),
    "FileCheck": _object(
        ["verdict", "sha256", "checked_at"],
        {
            "verdict": _one_of(
                "authentic: the very bytes that were issued, and still valid",
                *("authentic", "altered", "revoked", "superseded", "unknown"),
            ),
            "sha256": _text("of the file that was sent, lowercase hex"),
            "checked_at": _text(_INSTANT, format="date-time"),
            "status": _one_of("of the document it claims to be", "issued", "revoked", "superseded"),
            "reason": _one_of(
                "how it was altered, or why nothing is known of it",
                *("extended", "pages", "edited", "added", "saved_again"),
                *("no_number", "not_issued", "encrypted", "broken", "too_costly"),
            ),
            "differences": {
                "type": "array",
                "items": _object(
                    ["field", "label", "issued", "file"],
                    {
                        "field": _text(
                            "name of the template's field, or wording | pages | seal | qr | picture"
                        ),
                        "label": _text("what the field is called"),
                        "issued": _text("what was issued, masked like the facts"),
                        "file": {
                            "type": ["string", "null"],
                            "description": "what the file says: empty where nothing is to be seen, "
                            "null where that cannot be told",
                        },
                    },
                ),
            },
            "added": {
                "type": "array",
                "items": _one_of(
                    "what the file carries and the issued one does not",
                    *("annotation", "form_field", "attachment", "script", "layers", "link"),
                ),
            },
            **_DOCUMENT,
        },
    ),
}
_PROBLEMS: Json = {
    "429": _answer("too many checks; see Retry-After", "Problem", "application/problem+json"),
    "503": _answer("away for a moment", "Problem", "application/problem+json"),
}

PATHS: Json = {
    "/api/v1/verify/{number}": {
        "get": {
            "operationId": "checkNumber",
            "summary": "What became of a document number",
            "tags": ["verify"],
            "security": [],
            "parameters": [
                {
                    "name": "number",
                    "in": "path",
                    "required": True,
                    "description": "case, spaces and hyphens do not matter; O is 0, I and L are 1",
                    "schema": {"type": "string", "maxLength": 80},
                }
            ],
            "responses": {"200": _answer("understood", "NumberCheck"), **_PROBLEMS},
        }
    },
    "/api/v1/verify": {
        "post": {
            "operationId": "checkFile",
            "summary": "Whether a PDF is the very file that was issued; nothing of it is kept",
            "tags": ["verify"],
            "security": [],
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": _object(
                            ["file"],
                            {
                                "file": _text(
                                    f"a PDF of at most {FILE_BYTES_MOST} bytes",
                                    contentMediaType="application/pdf",
                                )
                            },
                        )
                    }
                },
            },
            "responses": {
                "200": _answer("checked", "FileCheck"),
                "422": _answer("no PDF, or too large", "Problem", "application/problem+json"),
                **_PROBLEMS,
            },
        }
    },
}


def spec() -> Json:
    """What is merged into the published description."""
    return {"paths": PATHS, "components": {"schemas": SCHEMAS}}
