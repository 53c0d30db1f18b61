"""The product's Word templates as each peer wants them: the same page, in the peer's own language.

Paragraphs of the small style (what follows `{%p if … in long %}`) are left out: the values drawn
are never long. QR and seal stay pictures of the template, the same on each document, which spares
the peers to make them.
"""

from __future__ import annotations

import copy
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
TAG = re.compile(r"\{%(p|tr|r)?\s*(\w+)\s*(.*?)%\}")
VALUE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")


def for_docxtpl(docx: bytes) -> bytes:
    """Jinja as docxtpl knows it: without our filters and tests."""
    return changed(docx, lambda root: None, lambda name: "{{ " + name + " }}")


def for_carbone(docx: bytes) -> bytes:
    """`{d.name}`; a row that repeats is written twice, with [i] and [i+1]."""
    return changed(docx, rows_twice, lambda name: "{d." + name + "}")


def changed(docx: bytes, rows: Callable[[Any], None], value: Callable[[str], str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            data = old.read(name)
            if re.fullmatch(r"word/(document|header\d+|footer\d+)\.xml", name):
                root = etree.fromstring(data)
                without_branches(root)
                rows(root)
                for text in root.iter(f"{W}t"):
                    text.text = VALUE.sub(lambda m: value(m[1]), text.text or "")
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            new.writestr(name, data)
    return out.getvalue()


def text_of(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def without_branches(root: Any) -> None:
    """Keep what stands for ordinary values: no small style, a seal, nothing drawn."""
    skipping = False
    for paragraph in list(root.iter(f"{W}p")):
        tag = TAG.fullmatch(text_of(paragraph).strip())
        if tag and tag[1] == "p":
            skipping = tag[2] in ("if", "elif") and tag[3].strip() != "seal"
        elif not skipping:
            for text in paragraph.iter(f"{W}t"):
                text.text = re.sub(r"\{%r .*?%\}", "", text.text or "")
                text.text = re.sub(r"\|\s*(filled|lines)(\([^)]*\))?", "", text.text)
            continue
        paragraph.getparent().remove(paragraph)


def rows_twice(root: Any) -> None:
    for row in list(root.iter(f"{W}tr")):
        tag = TAG.search(text_of(row))
        if tag is None or tag[1] != "tr":
            continue
        if tag[2] == "for":
            item, _, source = tag[3].strip().partition(" in ")
            body = row.getnext()
            after = copy.deepcopy(body)
            body.addnext(after)
            for one, index in ((body, "i"), (after, "i+1")):
                for text in one.iter(f"{W}t"):
                    wanted = rf"\{{\{{\s*{item}\.(\w+)\s*\}}\}}"
                    text.text = re.sub(
                        wanted, rf"{{d.{source.strip()}[{index}].\1}}", text.text or ""
                    )
        row.getparent().remove(row)
