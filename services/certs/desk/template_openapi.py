"""What is published of the template desk over JSON."""

from __future__ import annotations

from typing import Any

from services.certs.templates.package import FILE_BYTES_MOST

Json = dict[str, Any]
BASE = "/api/v1/desk/templates"
ONE = f"{BASE}/{{kind}}/{{language}}"


def _text(about: str, **more: Any) -> Json:
    return {"type": "string", "description": about, **more}


def _number(about: str) -> Json:
    return {"type": "integer", "description": about}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(items: Json) -> Json:
    return {"type": "array", "items": items}


def _object(properties: Json, required: tuple[str, ...] = ()) -> Json:
    return {"type": "object", "required": list(required or properties), "properties": properties}


_HEAD: Json = {
    "kind": _text("as in /api/v1/kinds"),
    "language": _text("the paper's language", enum=["ko", "en"]),
    "title": _text("what the paper is called, in the reader's language"),
    "active": _number("the version in use; 1 came with the product"),
}
_VERSION: Json = {
    "number": _number("1 came with the product, uploads follow"),
    "state": _text("of an upload", enum=["waiting", "compiling", "ready", "refused"]),
    "in_use": {"type": "boolean"},
    "name": _text("of the file"),
    "form": _text("what the file is", enum=["docx", "pdf"]),
    "size": _number("bytes"),
    "sha256": _text("of the file, lowercase hex"),
    "uploaded_by": _text("a name, or an id of the register"),
    "uploaded_at": _text("an instant", format="date-time"),
}
_FINDING = _object(
    {
        "code": _text("never changes meaning"),
        "severity": _text("block: it cannot be put in use", enum=["block", "note"]),
        "sentence": _text("in the reader's language"),
        "where": _text("in the document"),
        "text": _text("the words of that place, as far as they show it"),
    }
)
_EVENT = _object(
    {
        "number": _number("of the version"),
        "event": _text(
            "what happened",
            enum=["uploaded", "ready", "refused", "activated", "rolled_back"],
        ),
        "by": _text("a name; empty where no person did it"),
        "at": _text("an instant", format="date-time"),
    }
)
_FIELD = _object({name: _text(f"{name} of a field") for name in ("tag", "label", "sample")})
SCHEMAS: Json = {
    "TemplateListed": _object({**_HEAD, "newest": _number("the newest version")}),
    "TemplateVersion": _object(_VERSION, ("number", "state", "in_use")),
    "TemplatePaper": _object(
        {
            **_HEAD,
            "versions": _many(_ref("TemplateVersion")),
            "fields": _many(_FIELD),
            "history": _many(_EVENT),
        }
    ),
    "TemplateReport": _object(
        {
            **_VERSION,
            "findings": _many(_FINDING),
            "previews": _many(_text("where a preview of worst-case data is")),
        }
    ),
}
SECURITY: Json = {
    "deskPass": {
        "type": "http",
        "scheme": "bearer",
        "description": "the pass of POST /api/v1/desk/pass, good for ten minutes",
    }
}


def _problem(about: str) -> Json:
    content = {"application/problem+json": {"schema": _ref("Problem")}}
    return {"description": f"A problem of type {about}", "content": content}


def _operation(
    name: str, summary: str, path: str, answer: Json, *, status: int = 200, **more: Any
) -> Json:
    """One operation; `answer` is a schema, or an empty one for a file."""
    content = {"application/json": {"schema": answer}} if answer else {"*/*": {"schema": {}}}
    parameters = [
        {
            "name": one,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if one == "n" else "string"},
        }
        for one in ("kind", "language", "n", "name")
        if f"{{{one}}}" in path
    ]
    problems = {"401": _problem("no_pass"), "404": _problem("no_template")}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["templates"],
        "security": [{"deskPass": []}],
        "parameters": parameters,
        **{key: value for key, value in more.items() if key == "requestBody"},
        "responses": {
            str(status): {"description": "Done.", "content": content},
            **problems,
            **more.get("problems", {}),
        },
    }


def _body(media_type: str, schema: Json) -> Json:
    return {"required": True, "content": {media_type: {"schema": schema}}}


_N, _PREVIEW = f"{ONE}/{{n}}", f"{ONE}/{{n}}/preview/{{name}}.pdf"
PATHS: Json = {
    BASE: {
        "get": _operation(
            "templates", "The papers of the office", BASE, _many(_ref("TemplateListed"))
        )
    },
    ONE: {
        "get": _operation(
            "template", "A paper: versions, fields, history", ONE, _ref("TemplatePaper")
        ),
        "post": _operation(
            "uploadTemplate",
            "Upload a version: it is looked through at once, compiled by and by",
            ONE,
            _ref("TemplateReport"),
            status=201,
            requestBody=_body(
                "multipart/form-data",
                _object({"file": _text(f"DOCX or PDF form, at most {FILE_BYTES_MOST} bytes")}),
            ),
            problems={
                "422": _problem("no_template_file, upload_infected"),
                "503": _problem("checks_busy, scanner_away"),
            },
        ),
    },
    _N: {
        "get": _operation(
            "templateVersion",
            "An upload: state, findings with their places, previews",
            _N,
            _ref("TemplateReport"),
        )
    },
    f"{_N}/file": {"get": _operation("templateFile", "The file that was uploaded", _N, {})},
    _PREVIEW: {"get": _operation("templatePreview", "A preview as PDF", _PREVIEW, {})},
    f"{_N}/activate": {
        "post": _operation(
            "activateTemplate",
            "Print from this version from now on; an earlier one rolls back",
            _N,
            _ref("TemplatePaper"),
            requestBody=_body(
                "application/json",
                _object({"seen": _number("the version in use when it was decided")}),
            ),
            problems={"409": _problem("template_not_ready, template_changed")},
        )
    },
}
