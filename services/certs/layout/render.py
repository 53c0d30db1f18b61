"""Filling a Word template safely: values are text and never markup, templates never run code."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from services.certs.layout import lists
from shared.errors import Permanent


def sandbox() -> SandboxedEnvironment:
    """Where templates are read and filled: values are escaped, and no name may be missing."""
    return lists.install(SandboxedEnvironment(autoescape=True, undefined=StrictUndefined))


def render(docx: bytes, values: Mapping[str, Any]) -> Any:
    """The template with its values in, as a python-docx document.

    docxtpl as it comes turns `A & B <Ltd>` into `A  B ` and runs what a hostile template says:
    hence autoescape, a sandbox, and no name that the values lack.
    Raises `Permanent("bad_template")`.
    """
    template = DocxTemplate(BytesIO(docx))
    ready = lists.with_long({"long": [], **values}, values.get("long", ()))
    try:
        template.render(ready, jinja_env=sandbox(), autoescape=True)
    except TemplateError as wrong:
        raise Permanent("bad_template", f"the template cannot be filled: {wrong}") from wrong
    return template.docx


def saved(document: Any) -> bytes:
    packed = BytesIO()
    document.save(packed)
    return packed.getvalue()
