"""Read what a PDF shows and where it stands: a program for `shared/limited.py`.

It is given the PDF; the answer is
`{"problem": null | "encrypted" | "broken" | "too_costly", "pages": n, "added": [what, …],
"title": text, "words": [[page, x, y, text, visible], …],
"pictures": [[page, [left, bottom, right, top], hash, text of a QR code], …]}`
with x and y in points from the page's lower left corner.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import pikepdf

from services.certs.verify.seen import Enough, Sight, look

PAGES_MOST = 60
WORDS_MOST = 20_000
CHARACTERS_MOST = 400_000
TITLE_CHARACTERS_MOST = 200
# What a file may carry that none of our papers has, by the name of the answer.
ANNOTATION, FORM, ATTACHMENT, SCRIPT, LAYERS, LINK = (
    "annotation", "form_field", "attachment", "script", "layers", "link",
)  # fmt: skip


def answer(data: bytes) -> dict[str, Any]:
    """What a PDF shows, or what keeps it from being read."""
    try:
        with pikepdf.open(io.BytesIO(data)) as pdf:
            return _plain(pdf, look(pdf, PAGES_MOST))
    except pikepdf.PasswordError:
        return {"problem": "encrypted"}
    except Enough:
        return {"problem": "too_costly"}
    except (pikepdf.PikepdfError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return {"problem": "broken"}
    except (RecursionError, MemoryError, OverflowError, NotImplementedError, RuntimeError):
        return {"problem": "broken"}


def _plain(pdf: pikepdf.Pdf, sight: Sight) -> dict[str, Any]:
    """What was seen, as plain values."""
    words = sight.words[:WORDS_MOST]
    if sum(len(word.text) for word in words) > CHARACTERS_MOST:
        raise Enough
    return {
        "problem": None,
        "pages": len(pdf.pages),
        "added": sorted(set(added(pdf))),
        "title": title(pdf)[:TITLE_CHARACTERS_MOST],
        "words": [astuple(word) for word in words if word.text.strip()],
        "pictures": [astuple(picture) for picture in sight.pictures[:WORDS_MOST]],
    }


def title(pdf: pikepdf.Pdf) -> str:
    """The title of the file: ours have their number in it."""
    info: Any = pdf.trailer.get("/Info", {})
    return str(info.get("/Title", ""))


def added(pdf: pikepdf.Pdf) -> Iterator[str]:
    """What the file carries that none of our papers has."""
    root = pdf.Root
    names: Any = root.get("/Names", {})
    if "/EmbeddedFiles" in names or "/AF" in root:
        yield ATTACHMENT
    if {"/JavaScript"} & set(names.keys()) or "/AA" in root or "/OpenAction" in root:
        yield SCRIPT
    if "/OCProperties" in root:
        yield LAYERS
    if "/XFA" in root.get("/AcroForm", {}):
        yield FORM
    for page in list(pdf.pages)[:PAGES_MOST]:
        yield from (_kind(one) for one in page.obj.get("/Annots", ()) if not _is_ours(one))


def _kind(annotation: Any) -> str:
    kind = annotation.get("/Subtype")
    if kind == pikepdf.Name.FileAttachment:
        return ATTACHMENT
    if kind == pikepdf.Name.Link:
        return LINK
    return FORM if kind == pikepdf.Name.Widget else ANNOTATION


def _is_ours(annotation: Any) -> bool:
    """Our papers have the signature's field, without size."""
    no_size = [float(v) for v in annotation.get("/Rect", (0, 0, 1, 1))] == [0, 0, 0, 0]
    return bool(annotation.get("/FT") == pikepdf.Name.Sig and no_size)
