"""Forgeries of pages, and files that other programs saved or printed again."""

from __future__ import annotations

import io
import subprocess
import tempfile
from pathlib import Path

import pikepdf
from pikepdf import Array, Pdf
from pypdf import PdfReader, PdfWriter

from tests.certs.forging.edits import Desk, Expected, Forgery
from tests.certs.forging.hands import paint, patch, saved, written
from tests.certs.forging.words import EDITED, named

PAGES = ("pages",)
SAVED = ("saved_again",)


def listed(desk: Desk) -> str:
    return ", ".join(str(n + 1) for n in range(desk.paper.pages))


def page_twice(desk: Desk) -> Forgery:
    """A page appended that is there already."""
    pdf = desk.paper.open()
    pdf.pages.append(pdf.pages[0])
    return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), listed(desk) + ", 1"),))


def blank_page(desk: Desk) -> Forgery:
    """A blank page behind the others."""
    pdf = desk.paper.open()
    pdf.add_blank_page()
    return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), listed(desk) + ", ?"),))


def page_before(desk: Desk) -> Forgery:
    """A cover page with words before the paper."""
    pdf = desk.paper.open()
    cover = Pdf.new()
    cover.add_blank_page(page_size=(595, 842))
    paint(cover, 0, f"BT /Forged 20 Tf 100 500 Td ({desk.words()}) Tj ET")
    pdf.pages.insert(0, cover.pages[0])
    return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), "?, " + listed(desk)),))


def page_of_another(desk: Desk) -> Forgery:
    """A page of another paper behind this one's: a file with two numbers."""
    pdf = desk.paper.open()
    with desk.stack.other(desk.paper).open() as other:
        del other.pages[0].obj.Annots
        pdf.pages.append(other.pages[0])
    return Forgery(saved(pdf), PAGES, (Expected("pages"),))


def page_swapped(desk: Desk) -> Forgery:
    """The first page of another paper in place of this one's."""
    pdf = desk.paper.open()
    with desk.stack.other(desk.paper).open() as other:
        del other.pages[0].obj.Annots
        pdf.pages[0] = other.pages[0]
    return Forgery(saved(pdf))


def page_removed(desk: Desk) -> Forgery:
    """The last page taken away; of a paper of one page its content."""
    pdf = desk.paper.open()
    if len(pdf.pages) == 1:
        pdf.pages[0].Contents = pdf.make_stream(b"")
        return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), "?"),))
    del pdf.pages[-1]
    left = ", ".join(str(n + 1) for n in range(desk.paper.pages - 1))
    return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), left),))


def pages_turned(desk: Desk) -> Forgery:
    """The pages in another order; a paper of one page gets a blank one first."""
    pdf = desk.paper.open()
    if len(pdf.pages) == 1:
        return page_before(desk)
    pages = list(pdf.pages)
    for at, page in enumerate(reversed(pages)):
        pdf.pages[at] = page
    turned = ", ".join(str(n) for n in range(desk.paper.pages, 0, -1))
    return Forgery(saved(pdf), PAGES, (Expected("pages", listed(desk), turned),))


def rotated(desk: Desk) -> Forgery:
    pdf = desk.paper.open()
    pdf.pages[0].rotate(90, relative=True)
    return Forgery(saved(pdf), SAVED)


def cropped(desk: Desk) -> Forgery:
    """A page cut so that the number's line is out of sight."""
    pdf = desk.paper.open()
    pdf.pages[0].cropbox = Array([0, 200, 595, 842])
    return Forgery(saved(pdf), SAVED)


def shifted_page(desk: Desk) -> Forgery:
    """Another origin of the page: what is shown stays as it was."""
    pdf = desk.paper.open()
    page = pdf.pages[0]
    paint(pdf, 0, "1 0 0 1 0 0 cm")
    page.mediabox = Array([0, 0, 700, 842])
    return Forgery(saved(pdf), SAVED)


def merged(desk: Desk) -> Forgery:
    """Two papers in one file."""
    writer = PdfWriter()
    for paper in (desk.paper, desk.stack.other(desk.paper)):
        writer.append(PdfReader(io.BytesIO(paper.pdf)))
    out = io.BytesIO()
    writer.write(out)
    return Forgery(out.getvalue(), PAGES, (Expected("pages"),))


def united(desk: Desk) -> Forgery:
    """Two papers in one file, by poppler."""
    other = desk.stack.other(desk.paper)
    return Forgery(by_tool(desk, ["pdfunite", "IN", "OTHER", "OUT"], other.pdf), PAGES,
                   (Expected("pages"),))  # fmt: skip


def saved_again(desk: Desk) -> Forgery:
    return Forgery(saved(desk.paper.open()), SAVED)


def linearised(desk: Desk) -> Forgery:
    return Forgery(saved(desk.paper.open(), linearize=True), SAVED)


def unpacked(desk: Desk) -> Forgery:
    """As people do who edit PDFs in a text editor."""
    return Forgery(by_tool(desk, ["qpdf", "--qdf", "--object-streams=disable", "IN", "OUT"]), SAVED)


def packed(desk: Desk) -> Forgery:
    command = ["qpdf", "--object-streams=generate", "--recompress-flate", "IN", "OUT"]
    return Forgery(by_tool(desk, command), SAVED)


def by_pypdf(desk: Desk) -> Forgery:
    writer = PdfWriter(clone_from=io.BytesIO(desk.paper.pdf))
    out = io.BytesIO()
    writer.write(out)
    return Forgery(out.getvalue(), SAVED)


def other_title(desk: Desk) -> Forgery:
    """Metadata alone."""
    pdf = desk.paper.open()
    with pdf.open_metadata(set_pikepdf_as_editor=False) as meta:
        meta["dc:title"] = desk.words()
    pdf.docinfo["/Author"] = desk.words()
    return Forgery(saved(pdf), SAVED)


def without_metadata(desk: Desk) -> Forgery:
    pdf = desk.paper.open()
    del pdf.Root.Metadata
    del pdf.Root.StructTreeRoot
    return Forgery(saved(pdf), SAVED)


def printed(desk: Desk) -> Forgery:
    """Printed to PDF: nothing differs that can be compared."""
    return Forgery(by_tool(desk, ["pdftocairo", "-pdf", "IN", "OUT"]), SAVED)


def printed_smaller(desk: Desk) -> Forgery:
    """Printed to PDF on smaller paper."""
    command = ["pdftocairo", "-pdf", "-paperw", "420", "-paperh", "595", "IN", "OUT"]
    return Forgery(by_tool(desk, command), SAVED)


def changed_and_printed(desk: Desk) -> Forgery:
    """A value patched over, then printed to PDF."""
    field, words = desk.public_field(), desk.words()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, f"{patch(place)} {written(place, words)}")
    data = by_tool(desk, ["pdftocairo", "-pdf", "IN", "OUT"], changed=saved(pdf))
    return Forgery(data, EDITED, named(desk, field, words))


def changed_and_scaled(desk: Desk) -> Forgery:
    """A value patched over, then the page scaled and moved, as "fit to page" does."""
    field, words = desk.public_field(), desk.words()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, f"{patch(place)} {written(place, words)}")
    for page in pdf.pages:
        page.contents_add(b"q 0.91 0 0 0.91 26 38 cm", prepend=True)
        page.contents_add(b"Q")
    return Forgery(saved(pdf), EDITED, named(desk, field, words))


def as_pictures(desk: Desk) -> Forgery:
    """A scan: no text at all."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "in.pdf").write_bytes(desk.paper.pdf)
        subprocess.run(["pdftoppm", "-r", "40", "-jpeg", "-singlefile", "in.pdf", "out"],
                       cwd=folder, check=True)  # fmt: skip
        jpeg = (Path(folder) / "out.jpg").read_bytes()
    pdf = Pdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    image = pdf.make_stream(
        jpeg,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=331,
        Height=468,
        ColorSpace=pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
    page.Contents = pdf.make_stream(b"595 0 0 842 0 0 cm /I Do")
    return Forgery(saved(pdf), ("no_number",), verdicts=("unknown",))


def by_tool(
    desk: Desk, command: list[str], other: bytes = b"", changed: bytes | None = None
) -> bytes:
    """What a program makes of IN (and OTHER) in OUT."""
    with tempfile.TemporaryDirectory() as folder:
        names = {"IN": "in.pdf", "OTHER": "other.pdf", "OUT": "out.pdf"}
        (Path(folder) / "in.pdf").write_bytes(changed or desk.paper.pdf)
        (Path(folder) / "other.pdf").write_bytes(other)
        subprocess.run([names.get(c, c) for c in command], cwd=folder, check=True,
                       capture_output=True)  # fmt: skip
        return (Path(folder) / "out.pdf").read_bytes()


PAGES_AND_PRINTS = (
    page_twice, blank_page, page_before, page_of_another, page_swapped, page_removed, pages_turned,
    rotated, cropped, shifted_page, merged, united, saved_again, linearised, unpacked, packed,
    by_pypdf, other_title, without_metadata, printed, printed_smaller, changed_and_printed,
    changed_and_scaled, as_pictures,
)  # fmt: skip
