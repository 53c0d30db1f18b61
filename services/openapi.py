"""The published API: what forms and certs offer, merged into one OpenAPI 3.1 document."""

from __future__ import annotations

from typing import Any

from services.certs import openapi as certs
from services.certs.desk import template_openapi as templates
from services.certs.proof import openapi as proof
from services.forms.api import openapi as forms


def merged() -> dict[str, Any]:
    """forms' document with the paths and schemas of certs (notify offers nothing outside)."""
    document: dict[str, Any] = forms.spec()
    document["paths"].update(certs.PATHS | proof.PATHS | templates.PATHS)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in (certs.SCHEMAS | proof.SCHEMAS | templates.SCHEMAS).items():
        schemas.setdefault(name, schema)
    document["components"].setdefault("securitySchemes", {}).update(templates.SECURITY)
    return document
