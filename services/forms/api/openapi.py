"""The API's description (OpenAPI 3.1), made from the very schemas that read and write it."""

from __future__ import annotations

import re
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from services.forms.api.desk import OFFSET_MOST
from services.forms.api.route import Route
from services.forms.api.routes import PREFIX, ROUTES
from services.forms.api.schemas import ProblemOut

TITLE, VERSION = "Dojang", "1"
NUMBERS = ("after", "offset", "seat")  # of queries: whole numbers


def spec() -> dict[str, Any]:
    """forms' part of `/api/openapi.json`."""
    made = APISpec(
        title=TITLE,
        version=VERSION,
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": "Applications, approvals and documents of a graduate university."},
    )
    made.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    made.components.schema("Problem", schema=ProblemOut)
    for route in ROUTES:
        made.path(_openapi_path(route.path), operations={route.method.lower(): _operation(route)})
    found: dict[str, Any] = made.to_dict()
    return found


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__).removesuffix("Out")


def _openapi_path(path: str) -> str:
    return PREFIX + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": f"{route.tag}_{route.view.__name__}",
        "summary": route.summary,
        "tags": [route.tag],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {str(route.status): _success(route), **_later(route), **_problems(route)},
        "security": [] if route.access == "open" else [{"bearer": []}],
    }
    if route.body is not None:
        found["requestBody"] = {
            "required": any(one.required for one in route.body().fields.values()),
            "content": {"application/json": {"schema": route.body}},
        }
    if route.upload:
        found["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "contentMediaType": "*/*"},
                **{name: {"type": "string", "description": said}
                   for name, said in route.form.items()},
            },
        }}}}  # fmt: skip
    return found


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer" if kind == "int:" else "string"},
        }
        for kind, name in re.findall(r"<(\w+:)?(\w+)>", route.path)
    ]


def _query_parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "query", "description": about, "schema": _query_schema(name)}
        for name, about in route.query.items()
    ]
    if route.repeatable:
        about = "The same key with the same request has one effect and one answer."
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": about,
                "schema": {"type": "string", "maxLength": 100},
            }
        )
    return found


def _query_schema(name: str) -> dict[str, Any]:
    if name in NUMBERS:
        return {"type": "integer", "minimum": 0, "maximum": OFFSET_MOST}
    return {"type": "string"}


def _success(route: Route) -> dict[str, Any]:
    if route.status == 303:
        about = "Where the file is handed out for two minutes."
        return {"description": about, "headers": {"Location": {"schema": {"type": "string"}}}}
    if route.answer is None:
        return {"description": "Done." if route.status == 204 else "The file."}
    schema: Any = {"type": "array", "items": route.answer} if route.many else route.answer
    return {"description": "Done.", "content": {"application/json": {"schema": schema}}}


def _later(route: Route) -> dict[str, Any]:
    if not route.accepted:
        return {}
    content = {"application/json": {"schema": route.answer}}
    return {"202": {"description": route.accepted, "content": content}}


def _problems(route: Route) -> dict[str, Any]:
    codes = {400: "bad_query", **route.problems}
    if set(route.query) & set(NUMBERS):
        codes = {422: "bad_offset", **codes}
    if route.repeatable:
        codes = {400: "bad_key", 409: "key_busy", 422: "key_reused", **codes}
    if route.access != "open":
        codes = {401: "not_signed_in", 403: "notice_required", **codes}
    if route.body is not None:
        codes = {400: "no_json", 422: "bad_fields", **codes}
    if route.upload:
        codes = {503: "checks_busy, scanner_away", **codes}
    if route.body is not None or route.upload:
        codes = {413: "http_413", 415: "http_415", **codes}
    content = {"application/problem+json": {"schema": "Problem"}}
    return {
        str(status): {"description": f"A problem of type {about}", "content": content}
        for status, about in sorted(codes.items())
    }
