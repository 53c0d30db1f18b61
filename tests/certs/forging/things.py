"""Forgeries by things laid upon or into a file: annotations, fields, pictures, attachments."""

from __future__ import annotations

import io
from typing import Any

import zxingcpp
from pikepdf import Array, AttachedFileSpec, Dictionary, Name, Pdf, String
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText

from tests.certs.forging.edits import Desk, Expected, Forgery
from tests.certs.forging.hands import annotate, look, paint, picture, saved
from tests.certs.forging.words import EDITED, named


def note_with_look(desk: Desk) -> Forgery:
    """A text note upon a value, as a viewer's editor saves it."""
    field, words = desk.public_field(), desk.words()
    pdf = desk.paper.open()
    annotate(
        pdf,
        desk.paper.places[field],
        Subtype=Name.FreeText,
        Contents=String(words),
        DA=String("/F 9 Tf"),
        AP=Dictionary(N=look(pdf, words)),
    )
    return Forgery(saved(pdf), EDITED, named(desk, field, words), ("annotation",))


def note_without_look(desk: Desk) -> Forgery:
    """A text note that the viewer has to draw, added behind the issued file."""
    field, words = desk.any_field(), desk.words()
    place = desk.paper.places[field]
    writer = PdfWriter(io.BytesIO(desk.paper.pdf), incremental=True)
    rect = (place.left - 2, place.bottom - 4, place.right + 2, place.top + 10)
    note = FreeText(text=words, rect=rect, background_color="ffffff")
    writer.add_annotation(place.page, note)
    return Forgery(
        written_by(writer), ("extended",), (Expected(field, None, words),), ("annotation",)
    )


def white_square(desk: Desk) -> Forgery:
    """A square annotation filled with white."""
    field, pdf = desk.public_field(), desk.paper.open()
    annotate(
        pdf,
        desk.paper.places[field],
        Subtype=Name.Square,
        IC=Array([1, 1, 1]),
        C=Array([1, 1, 1]),
        AP=Dictionary(N=look(pdf, "")),
    )
    return Forgery(saved(pdf), EDITED, named(desk, field, ""), ("annotation",))


def stamp(desk: Desk) -> Forgery:
    """A stamp where the paper has nothing."""
    pdf, words = desk.paper.open(), desk.words()
    made = annotate(
        pdf,
        next(iter(desk.paper.places.values())),
        Subtype=Name.Stamp,
        AP=Dictionary(N=look(pdf, words, ground=False)),
    )
    made.Rect = Array([60, 14, 212, 28])
    return Forgery(saved(pdf), EDITED, (Expected("wording", "", words),), ("annotation",))


def form_field(desk: Desk) -> Forgery:
    """A form field filled in over a value."""
    field, words, pdf = desk.public_field(), desk.words(), desk.paper.open()
    made = annotate(
        pdf,
        desk.paper.places[field],
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("name"),
        V=String(words),
        DA=String("/F 9 Tf"),
        AP=Dictionary(N=look(pdf, words)),
    )
    pdf.Root.AcroForm.Fields.append(made)
    return Forgery(saved(pdf), EDITED, named(desk, field, words), ("form_field",))


def form_field_without_look(desk: Desk) -> Forgery:
    """A form field whose value the viewer draws."""
    field, words, pdf = desk.public_field(), desk.words(), desk.paper.open()
    made = annotate(
        pdf,
        desk.paper.places[field],
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("name"),
        V=String(words),
        MK=Dictionary(BG=Array([1, 1, 1])),
        DA=String("/F 9 Tf"),
    )
    pdf.Root.AcroForm.Fields.append(made)
    pdf.Root.AcroForm.NeedAppearances = True
    return Forgery(saved(pdf), EDITED, named(desk, field, words), ("form_field",))


def hidden_note(desk: Desk) -> Forgery:
    """A note that shows nothing."""
    pdf = desk.paper.open()
    made = annotate(
        pdf,
        next(iter(desk.paper.places.values())),
        Subtype=Name.FreeText,
        Contents=String("hidden"),
    )
    made.F = 2
    return Forgery(saved(pdf), ("added",), (), ("annotation",))


def attached(desk: Desk) -> Forgery:
    """A file attached by pikepdf."""
    pdf = desk.paper.open()
    pdf.attachments["grades.txt"] = AttachedFileSpec(pdf, b"4.5", filename="grades.txt")
    return Forgery(saved(pdf), ("added",), (), ("attachment",))


def attached_behind(desk: Desk) -> Forgery:
    """A file attached behind the issued one."""
    writer = PdfWriter(io.BytesIO(desk.paper.pdf), incremental=True)
    writer.add_attachment("grades.txt", b"4.5")
    return Forgery(written_by(writer), ("extended",), (), ("attachment",))


def script(desk: Desk) -> Forgery:
    """A script that runs when the file is opened."""
    pdf = desk.paper.open()
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("this.dirty = false"))
    return Forgery(saved(pdf), ("added",), (), ("script",))


def layers(desk: Desk) -> Forgery:
    """A layer that a viewer may show or hide, with words of its own."""
    pdf, words = desk.paper.open(), desk.words()
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(Order=Array([layer])))
    leaf = pdf.pages[0]
    leaf.Resources = Dictionary(leaf.Resources)
    leaf.Resources.Properties = Dictionary(L=layer)
    paint(pdf, 0, f"/OC /L BDC BT /Forged 9 Tf 60 22 Td ({words}) Tj ET EMC")
    return Forgery(saved(pdf), EDITED, (Expected("wording", "", words),), ("layers",))


def link(desk: Desk) -> Forgery:
    """A link over the address, which leads elsewhere."""
    pdf = desk.paper.open()
    place = desk.paper.places.get("verify_address") or desk.paper.places["document_number"]
    annotate(
        pdf,
        place,
        Subtype=Name.Link,
        A=Dictionary(S=Name.URI, URI=String("https://verify.example.com")),
    )
    return Forgery(saved(pdf), ("added",), (), ("link",))


def image_of(pdf: Pdf, *, square: bool) -> Any:
    """A picture of the paper: the QR is 1 bit deep."""
    for page in pdf.pages:
        for image in page.Resources.get("/XObject", Dictionary()).values():
            if image.get("/Subtype") == Name.Image:
                is_code = image.get("/BitsPerComponent") == 1 and "/SMask" not in image
                if is_code == square:
                    return image
    return None


def another_code(desk: Desk) -> Forgery:
    """A QR that leads to a site of the forger's."""
    pdf = desk.paper.open()
    image = image_of(pdf, square=True)
    code = zxingcpp.create_barcode(
        "https://verify.example.com/verify/" + desk.paper.number, zxingcpp.BarcodeFormat.QRCode
    )
    view: Any = code.to_image(scale=4)
    bits = Image.frombytes("L", (view.shape[1], view.shape[0]), bytes(memoryview(view)))
    packed = bits.convert("1")
    image.write(packed.tobytes())
    image.Width, image.Height = packed.size
    return Forgery(saved(pdf), EDITED, (Expected("qr"),))


def code_pasted_over(desk: Desk) -> Forgery:
    """Another picture over the QR."""
    box = picture_box(desk, "qr")
    return Forgery(*pasted(desk, box), (Expected("qr"),))


def seal_pasted_over(desk: Desk) -> Forgery:
    """Another picture over the seal."""
    box = picture_box(desk, "seal")
    return Forgery(*pasted(desk, box), (Expected("seal"),))


def seal_removed(desk: Desk) -> Forgery:
    """The seal taken out of the file."""
    pdf = desk.paper.open()
    page = pdf.pages[picture_box(desk, "seal").page]
    del page.Resources.XObject["/seal"]
    return Forgery(saved(pdf), EDITED, (Expected("seal", None, ""),))


def picture_box(desk: Desk, name: str) -> Any:
    spots = desk.stack.office.parts.press.pictures(desk.paper.template, desk.paper.values)
    return next(spot for spot in spots if spot.name == name)


def pasted(desk: Desk, at: Any) -> tuple[bytes, tuple[str, ...]]:
    pdf = desk.paper.open()
    leaf = pdf.pages[at.page]
    leaf.Resources = Dictionary(leaf.Resources)
    leaf.Resources.XObject = Dictionary(leaf.Resources.get("/XObject", Dictionary()))
    leaf.Resources.XObject["/Pasted"] = picture(pdf)
    left, bottom, right, top = at.box
    paint(pdf, at.page, f"{right - left:.2f} 0 0 {top - bottom:.2f} {left:.2f} {bottom:.2f} cm "
          "/Pasted Do")  # fmt: skip
    return saved(pdf), EDITED


def written_by(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def read_by_pypdf(pdf: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(pdf))


THINGS = (
    note_with_look, note_without_look, white_square, stamp, form_field, form_field_without_look,
    hidden_note, attached, attached_behind, script, layers, link, another_code, code_pasted_over,
    seal_pasted_over, seal_removed,
)  # fmt: skip
