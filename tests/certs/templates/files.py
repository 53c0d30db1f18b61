"""Files that staff might upload: built-in templates with something changed, PDF forms."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from services.certs.library import TEMPLATES
from services.certs.templates.fields import Kind, kind_of

BODY = "word/document.xml"


def kind(name: str = "certificate_enrollment", language: str = "ko") -> Kind:
    found = kind_of(TEMPLATES, name, language)
    assert found is not None
    return found


def built_in(name: str = "certificate_enrollment", language: str = "ko") -> bytes:
    return (TEMPLATES / name / f"{language}.docx").read_bytes()


def changed(
    docx: bytes,
    edits: Mapping[str, Callable[[str], str]] | None = None,
    more: Mapping[str, bytes | str] | None = None,
) -> bytes:
    """A Word file with some parts edited and others put in."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(docx)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if edits and name in edits:
                before = data.decode()
                after = edits[name](before)
                assert before != after, f"the edit of {name} changes nothing"
                data = after.encode()
            new.writestr(name, data)
        for name, body in (more or {}).items():
            new.writestr(name, body)
    return packed.getvalue()


def with_text(text: str, before: str = "</w:body>", docx: bytes | None = None) -> bytes:
    """The built-in enrolment certificate with one more paragraph of plain text."""
    from xml.sax.saxutils import escape

    paragraph = f'<w:p><w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    return with_xml(paragraph, docx=docx)


def with_xml(xml: str, docx: bytes | None = None) -> bytes:
    """The built-in enrolment certificate with something more at the end of its body."""
    return changed(docx or built_in(), {BODY: lambda body: at_end(body, xml)})


def at_end(body: str, xml: str) -> str:
    """Before the last section's properties."""
    at = body.rindex("<w:sectPr")
    return body[:at] + xml + body[at:]


def form(name: str = "certificate_enrollment", language: str = "en", **renamed: str) -> bytes:
    """A PDF form: the built-in page with fields where the built-in paper has its values.

    `renamed` gives a field another name; "" leaves it out.
    """
    folder = TEMPLATES / name
    layout = json.loads((folder / f"{language}.layout.json").read_text("utf-8"))
    with pikepdf.Pdf.open(folder / f"{language}.base.pdf") as pdf:
        for key in ("/StructTreeRoot", "/MarkInfo", "/Metadata", "/AcroForm"):
            if key in pdf.Root:
                del pdf.Root[key]
        fields = Array([])
        for page in pdf.pages:
            page.obj.Annots = Array([])
        for row in layout["slots"]:
            style = row["styles"][0]
            low = style["baselines"][-1][-1] - 4
            high = style["baselines"][0][0] + style["size"]
            names = re.findall(r"\{([^{}]+)\}", row["text"])
            width = (row["right"] - row["left"]) / len(names)
            for n, field in enumerate(names):  # of a sentence with several values, side by side
                left = row["left"] + n * width
                box = [left - 2, low, left + width + 2, high]
                made = add_field(pdf, fields, field, row["page"], box, style["size"], renamed)
                if made is not None and len(style["baselines"]) > 2:
                    made.Ff = 1 << 12  # several lines
        for row in layout["pictures"]:
            add_field(pdf, fields, row["name"], row["page"], row["box"], 0, renamed)
        pdf.Root.AcroForm = Dictionary(
            Fields=fields, DA=String("/Helv 0 Tf 0 g"), NeedAppearances=True
        )
        packed = io.BytesIO()
        pdf.save(packed, deterministic_id=True)
    return packed.getvalue()


def add_field(
    pdf: Any, fields: Any, name: str, page: int, box: Any, size: float, renamed: Mapping[str, str]
) -> Any:
    name = renamed.get(name, name)
    if not name:
        return None
    widget = pdf.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T=String(name),
            Rect=Array(box),
            DA=String(f"/TimesRoman {size:g} Tf 0.067 0.067 0.067 rg"),
            F=4,
            P=pdf.pages[page].obj,
        )
    )
    pdf.pages[page].obj.Annots.append(widget)
    fields.append(widget)
    return widget


def form_with(change: Callable[[Any], None]) -> bytes:
    """A PDF form after something was done to it."""
    with pikepdf.Pdf.open(io.BytesIO(form())) as pdf:
        change(pdf)
        packed = io.BytesIO()
        pdf.save(packed, deterministic_id=True)
    return packed.getvalue()
