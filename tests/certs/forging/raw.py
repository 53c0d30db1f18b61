"""Forgeries of the bytes of a file and of its signature.

The attacks on signatures are those of Mladenov, Mainka, zu Selhausen, Grothe and Schwenk ("1
Trillion Dollar Refund", 2019: universal forgery, incremental saving, wrapping) and of Mainka,
Mladenov and Rohlmann ("Shadow Attacks", 2021: hide, replace, hide and replace).
"""

from __future__ import annotations

import copy
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Encryption, Name

from services.certs.layout.plan import put
from services.certs.press import Order
from services.certs.verify.answers import value_at
from tests.certs.forging.edits import Desk, Expected, Forgery
from tests.certs.forging.hands import appended, as_stream, saved
from tests.certs.forging.words import EXTENDED, named
from tests.certs.parts import Office

ANY = ("extended", "edited", "pages", "added", "saved_again", "broken", "no_number", "not_issued",
       "too_costly", "encrypted")  # fmt: skip
EITHER = ("altered", "unknown")
RANGE = re.compile(rb"/ByteRange\s*\[[^]]*\]")


def anything(data: bytes) -> Forgery:
    """A broken file: altered or unknown, as much as can be read of it."""
    return Forgery(data, ANY, verdicts=EITHER)


def truncated(desk: Desk) -> Forgery:
    pdf = desk.paper.pdf
    return anything(pdf[: desk.chance.randrange(200, len(pdf) - 1)])


def last_byte_gone(desk: Desk) -> Forgery:
    return anything(desk.paper.pdf[:-1])


def bytes_behind(desk: Desk) -> Forgery:
    """A few bytes behind the end: nothing that anybody sees."""
    tail = desk.chance.choice([b" ", b"\n", b"%", b"\0" * 9, b"PK\x03\x04 a ZIP", b"\r\n%%EOF\r\n"])
    return Forgery(desk.paper.pdf + tail, EXTENDED)


def bytes_before(desk: Desk) -> Forgery:
    return anything(b"\n" * desk.chance.randrange(1, 900) + desk.paper.pdf)


def bit_turned(desk: Desk) -> Forgery:
    pdf = bytearray(desk.paper.pdf)
    pdf[desk.chance.randrange(len(pdf))] ^= 1 << desk.chance.randrange(8)
    return anything(bytes(pdf))


def zeros(desk: Desk) -> Forgery:
    pdf = bytearray(desk.paper.pdf)
    at = desk.chance.randrange(len(pdf) - 600)
    pdf[at : at + 512] = bytes(512)
    return anything(bytes(pdf))


def line_ends(desk: Desk) -> Forgery:
    """As mail programs of old did."""
    return anything(desk.paper.pdf.replace(b"\n", b"\r\n"))


def twice(desk: Desk) -> Forgery:
    return Forgery(desk.paper.pdf * 2, EXTENDED)


def another_behind(desk: Desk) -> Forgery:
    """Another paper's file behind this one."""
    return Forgery(desk.paper.pdf + desk.stack.other(desk.paper).pdf, EXTENDED)


def halves(desk: Desk) -> Forgery:
    """The beginning of one paper and the end of another."""
    other = desk.stack.other(desk.paper).pdf
    cut = desk.paper.pdf.index(b"%%EOF") + 6
    return anything(desk.paper.pdf[:cut] + other[other.index(b"%%EOF") + 6 :])


def locked(desk: Desk) -> Forgery:
    """With a password to open it."""
    data = saved(desk.paper.open(), encryption=Encryption(user="secret", owner="secret"))
    return Forgery(data, ("encrypted",), verdicts=("unknown",))


def owner_locked(desk: Desk) -> Forgery:
    """With a password to change it: anybody can read it."""
    data = saved(desk.paper.open(), encryption=Encryption(user="", owner="secret"))
    return Forgery(data, ("saved_again",))


def signature_gone(desk: Desk) -> Forgery:
    pdf = desk.paper.open()
    del pdf.Root.AcroForm
    del pdf.pages[0].obj.Annots
    return Forgery(saved(pdf), ("saved_again",))


def signature_of_another(desk: Desk) -> Forgery:
    """The signature of another paper in this one."""
    ours, theirs = (signature(one) for one in (desk.paper.pdf, desk.stack.other(desk.paper).pdf))
    return anything(desk.paper.pdf.replace(ours, theirs))


def signature_emptied(desk: Desk) -> Forgery:
    """Universal forgery: no signature in the signature."""
    ours = signature(desk.paper.pdf)
    new = desk.chance.choice([b"<" + b"0" * (len(ours) - 2) + b">", b"<>".ljust(len(ours))])
    return anything(desk.paper.pdf.replace(ours, new))


def padding(desk: Desk) -> Forgery:
    """A byte of the signature's padding: no signature covers it, and it is not what was issued."""
    ours = signature(desk.paper.pdf)
    other = b"1>" if ours[-2:] != b"1>" else b"0>"
    return anything(desk.paper.pdf.replace(ours, ours[:-2] + other))


def another_range(desk: Desk) -> Forgery:
    """Universal forgery: a ByteRange that is none."""
    ours = RANGE.findall(desk.paper.pdf)[-1]
    chosen = [b"/ByteRange[]", b"/ByteRange null", b"/ByteRange[0 9 9 0]", b"/ByteRange[-1 0 0 9]",
              b"/ByteRange[0 0 0 0]", b"/ByteRange 5", b""]  # fmt: skip
    new = desk.chance.choice(chosen).ljust(len(ours))
    return anything(desk.paper.pdf.replace(ours, new))


def wrapped(desk: Desk) -> Forgery:
    """Signature wrapping: the signed part moves back, the forger's objects stand between."""
    pdf, field = desk.paper.pdf, desk.public_field()
    place = desk.paper.places[field]
    found = RANGE.findall(pdf)[-1]
    _, before, after, size = (int(n) for n in re.findall(rb"\d+", found))
    with desk.paper.open() as opened:
        number = contents_of(opened, place.page)
    hidden = b"%d 0 obj\n%b\nendobj\n" % (number, as_stream(b"BT ET"))
    gap = hidden.ljust(4096)
    moved = b"/ByteRange[0 %010d %010d %010d]" % (before, after + len(gap), size)
    head = pdf[:after].replace(found, moved.ljust(len(found)))
    return anything(head + gap + pdf[after:])


def saved_incrementally(desk: Desk) -> Forgery:
    """Incremental saving: values written anew, without a table that says so."""
    with desk.paper.open() as opened:
        number = contents_of(opened, 0)
    body = b"%d 0 obj\n%b\nendobj\n" % (number, as_stream(b"BT ET"))
    tail = desk.chance.choice([b"", b"trailer\n<<>>\n", b"startxref\n0\n%%EOF\n"])
    return Forgery(desk.paper.pdf + body + tail, EXTENDED)


def hidden_and_replaced(desk: Desk) -> Forgery:
    """A shadow attack that swaps the whole document: another catalogue behind the signed one."""
    words = desk.words()
    with desk.paper.open() as opened:
        size = int(opened.trailer.Size)
    objects = {
        size: b"<</Type/Catalog/Pages %d 0 R>>" % (size + 1),
        size + 1: b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (size + 2),
        size + 2: b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<<"
        b"/Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>" % (size + 1, size + 3),
        size + 3: as_stream(f"BT /F 20 Tf 100 500 Td ({words}) Tj ET".encode()),
    }
    data = appended(desk.paper.pdf, objects, f"{size} 0 R")
    return Forgery(data, EXTENDED, (Expected("pages", None, "?"),))


def signed_by_the_forger(desk: Desk) -> Forgery:
    """The paper printed anew by another installation of this very program, one value changed."""
    paper = desk.paper
    shown, standing = (
        sorted(f for f in fields if value_at(paper.values, f))
        for fields in (paper.shown, paper.standing)
    )
    field = desk.chance.choice(shown or standing)
    new = value_at(paper.values, field)[:-1] + "Z"
    values = copy.deepcopy(dict(paper.values))
    put(values, field.split("."), new)
    data = printed_elsewhere(desk, values)
    told = named(desk, field, new) if shown else ()
    return Forgery(data, ("edited",), (*told, Expected("qr")))


def signed_again_the_same(desk: Desk) -> Forgery:
    """The very same paper from another installation: neither signature nor QR is ours."""
    data = printed_elsewhere(desk, desk.paper.values)
    return Forgery(data, ("edited",), (Expected("qr"),))


def printed_elsewhere(desk: Desk, values: Mapping[str, Any]) -> bytes:
    """A paper with our number by a forger who has the program and keys of his own."""
    paper = desk.paper
    with tempfile.TemporaryDirectory() as folder:
        other = Office(Path(folder), f"sqlite:///{folder}/certs.sqlite")
        order = Order(paper.template, values, {})
        data = other.parts.press.document(order, paper.number, paper.document.issued_at)
        other.close()
    return data


def letters_renamed(desk: Desk) -> Forgery:
    """The table that tells programs what the glyphs mean, exchanged: the eye sees no change."""
    pdf = desk.paper.open()
    fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
    chosen = desk.chance.choice([font for font in fonts if "/ToUnicode" in font])
    old = chosen.ToUnicode.read_bytes()
    chosen.ToUnicode = pdf.make_stream(re.sub(rb"(?<=<)00([3-7])", rb"01\1", old))
    return anything(saved(pdf))


def no_letters(desk: Desk) -> Forgery:
    """No table at all: programs read nothing."""
    pdf = desk.paper.open()
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            if "/ToUnicode" in font:
                del font.ToUnicode
    return anything(saved(pdf))


def signature(pdf: bytes) -> bytes:
    """The hexadecimal string of the signature."""
    start, before, after, _ = (int(n) for n in re.findall(rb"\d+", RANGE.findall(pdf)[-1]))
    return pdf[start + before : after]


def contents_of(pdf: pikepdf.Pdf, page: int) -> int:
    """The number of a page's last content stream: the one with the values."""
    contents = pdf.pages[page].obj[Name.Contents]
    last = contents[-1] if isinstance(contents, pikepdf.Array) else contents
    return int(last.objgen[0])


RAW = (
    truncated, last_byte_gone, bytes_behind, bytes_before, bit_turned, zeros, line_ends, twice,
    another_behind, halves, locked, owner_locked, signature_gone, signature_of_another,
    signature_emptied, padding, another_range, wrapped, saved_incrementally, hidden_and_replaced,
    signed_by_the_forger, signed_again_the_same, letters_renamed, no_letters,
)  # fmt: skip
