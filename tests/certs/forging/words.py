"""Forgeries of what a paper says."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from services.certs.press import Order
from services.certs.verify.reading import read_own
from tests.certs.forging.edits import Desk, Expected, Forgery
from tests.certs.forging.hands import (
    appended,
    as_stream,
    paint,
    paste,
    patch,
    picture,
    replaced,
    saved,
    written,
)

NEVER_ISSUED = "0000-0000-0000-0007-7"
EDITED = ("edited",)
EXTENDED = ("extended",)


def named(desk: Desk, field: str, file: str | None) -> tuple[Expected, ...]:
    """The field is named with what was issued and what the file says."""
    return (Expected(field, desk.paper.shown.get(field, desk.paper.standing[field]), file),)


def patched_over(desk: Desk) -> Forgery:
    """A white patch and new words, saved by another program."""
    field, words = desk.public_field(), desk.words()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, f"{patch(place)} {written(place, words)}")
    return Forgery(saved(pdf), EDITED, named(desk, field, words))


def written_over(desk: Desk) -> Forgery:
    """New words upon the old ones, which stay."""
    field, words = desk.public_field(), desk.words()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, written(place, words))
    return Forgery(saved(pdf), EDITED, named(desk, field, words))


def covered(desk: Desk) -> Forgery:
    """A white patch alone: the value is gone to the eye, the text is still there."""
    field = desk.public_field()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, patch(place))
    return Forgery(saved(pdf), EDITED, named(desk, field, ""))


def pasted_over(desk: Desk) -> Forgery:
    """A picture of other words over the value."""
    field = desk.public_field()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paste(pdf, place, picture(pdf))
    return Forgery(saved(pdf), EDITED, named(desk, field, ""))


def run_at(desk: Desk, field: str) -> Any:
    """The operator that shows the beginning of a field, by where its text matrix stands."""
    place = desk.paper.places[field]
    words = [w for w in read_own(desk.paper.pdf).words if w.page == place.page]
    return next(
        w for w in words
        if place.left - 2 <= w.x <= place.right + 2 and place.bottom - 2 <= w.y <= place.top + 2
    )  # fmt: skip


def rewritten(desk: Desk, field: str, change: Any) -> tuple[pikepdf.Pdf, int]:
    """Change the operator that shows a field's first run, in the content stream itself."""
    place, first = desk.paper.places[field], run_at(desk, field)
    pdf, state = desk.paper.open(), {"here": False}

    def step_of(step: Any) -> Any:
        if str(step.operator) == "Tm":
            x, y = float(step.operands[4]), float(step.operands[5])
            state["here"] = abs(x - first.x) < 0.01 and abs(y - first.y) < 0.01
        if str(step.operator) == "Tj" and state["here"]:
            state["here"] = False
            return change(step)
        return step

    return pdf, replaced(pdf, place.page, step_of)


def turned_around(desk: Desk) -> Forgery:
    """The glyphs of a value in another order, in the content stream."""
    field = desk.public_field()

    def change(step: Any) -> Any:
        codes = bytes(step.operands[0])
        glyphs = [codes[at : at + 2] for at in range(0, len(codes), 2)]
        turned = b"".join(reversed(glyphs))
        turned = turned if turned != codes else b"".join(glyphs[:1] * (len(glyphs) + 1))
        return pikepdf.ContentStreamInstruction([pikepdf.String(turned)], step.operator)

    pdf, count = rewritten(desk, field, change)
    assert count == 1
    return Forgery(saved(pdf), EDITED, named(desk, field, None))


def taken_out(desk: Desk) -> Forgery:
    """A value removed from the content stream."""
    field = desk.public_field()
    pdf, count = rewritten(desk, field, lambda _step: None)
    assert count == 1
    return Forgery(saved(pdf), EDITED, named(desk, field, None))


def made_invisible(desk: Desk) -> Forgery:
    """The value written in rendering mode 3 (seen by programs alone), and another upon it."""
    field, words = desk.public_field(), desk.words()
    place = desk.paper.places[field]
    first, pdf = run_at(desk, field), desk.paper.open()
    steps = list[Any]()
    for step in pikepdf.parse_content_stream(pdf.pages[place.page]):
        steps.append(step)
        if str(step.operator) == "Tm":
            here = abs(float(step.operands[5]) - first.y) < 0.01
            steps.append(
                pikepdf.ContentStreamInstruction([3 if here else 0], pikepdf.Operator("Tr"))
            )
    pdf.pages[place.page].Contents = pdf.make_stream(pikepdf.unparse_content_stream(steps))
    paint(pdf, place.page, written(place, words))
    return Forgery(saved(pdf), EDITED, named(desk, field, words))


def in_a_form(desk: Desk) -> Forgery:
    """The patch and the words in a form of their own, scaled and moved."""
    field, words = desk.public_field(), desk.words()
    place, pdf = desk.paper.places[field], desk.paper.open()
    paint(pdf, place.page, "/Hidden Do")
    leaf = pdf.pages[place.page]
    form = pdf.make_stream(
        f"2 0 0 2 0 0 cm {patch(place)} {written(place, words)}".encode(),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array([0, 0, 2000, 2000]),
        Matrix=Array([0.5, 0, 0, 0.5, 0, 0]),
        Resources=Dictionary(Font=leaf.Resources.Font),
    )
    leaf.Resources.XObject = Dictionary(leaf.Resources.get("/XObject", Dictionary()))
    leaf.Resources.XObject["/Hidden"] = form
    return Forgery(saved(pdf), EDITED, named(desk, field, words))


def set_anew(desk: Desk) -> Forgery:
    """The whole paper printed anew by this very program, one value changed, the number kept."""
    paper = desk.paper
    own = [f for f in paper.shown if isinstance(paper.values.get(f), str)]
    field = desk.chance.choice(sorted(own))
    new = paper.values[field][:-1] + ("X" if paper.values[field][-1] != "X" else "Y")
    values = {**paper.values, field: new}
    order = Order(paper.template, values, {})
    data = desk.stack.office.parts.press.document(order, paper.number, paper.document.issued_at)
    return Forgery(data, EDITED, named(desk, field, new))


def later_date(desk: Desk) -> Forgery:
    """The whole paper printed anew with a later time of issue."""
    paper = desk.paper
    at = paper.document.issued_at.replace(year=paper.document.issued_at.year + 1)
    order = Order(paper.template, paper.values, {})
    data = desk.stack.office.parts.press.document(order, paper.number, at)
    return Forgery(data, EDITED, (Expected("issued_at", paper.standing["issued_at"]),))


def another_number(desk: Desk) -> Forgery:
    """The number of another issued paper patched over this one's."""
    other, place = desk.stack.other(desk.paper), desk.paper.places["document_number"]
    pdf = desk.paper.open()
    paint(pdf, place.page, f"{patch(place)} {written(place, other.number)}")
    return Forgery(
        saved(pdf), EDITED, (Expected("document_number", desk.paper.number, other.number),)
    )


def a_number_made_up(desk: Desk) -> Forgery:
    """A number that was never issued, in place of this one, which its title still has."""
    place = desk.paper.places["document_number"]
    pdf, first = desk.paper.open(), run_at(desk, "document_number")

    def step_of(step: Any) -> Any:
        if str(step.operator) == "Tm":
            state["here"] = abs(float(step.operands[5]) - first.y) < 0.01
        return None if str(step.operator) == "Tj" and state["here"] else step

    state = {"here": False}
    replaced(pdf, place.page, step_of)
    paint(pdf, place.page, written(place, NEVER_ISSUED))
    return Forgery(saved(pdf), EDITED, named(desk, "document_number", NEVER_ISSUED))


def all_numbers_made_up(desk: Desk) -> Forgery:
    """The same without any title: nobody knows which paper it was."""
    made_up = a_number_made_up(desk)
    with pikepdf.open(io.BytesIO(made_up.data)) as pdf:
        del pdf.trailer.Info
        data = saved(pdf)
    return Forgery(data, ("not_issued",), verdicts=("unknown",))


def more_words(desk: Desk) -> Forgery:
    """A sentence where the paper has none."""
    words, pdf = desk.words(), desk.paper.open()
    paint(pdf, 0, f"BT /Forged 9 Tf 60 22 Td ({words}) Tj ET")
    return Forgery(saved(pdf), EDITED, (Expected("wording", "", words),))


def other_wording(desk: Desk) -> Forgery:
    """A line that every paper of the kind has, taken out of the static page."""
    pdf, words = desk.paper.open(), desk.words()
    line = desk.chance.choice(static_lines(desk))
    x, y, page = line[0].x, line[0].y, line[0].page
    paint(pdf, page, f"1 g {x - 1:.2f} {y - 3:.2f} 480 12 re f 0 g "
          f"BT /Forged 9 Tf {x:.2f} {y:.2f} Td ({words}) Tj ET")  # fmt: skip
    return Forgery(saved(pdf), EDITED, (Expected("wording", None, words),))


def static_lines(desk: Desk) -> list[list[Any]]:
    """Lines of the static page that stand apart from values: sentences, not labels."""
    pdf = desk.paper.pdf
    static = read_own(pdf[: pdf.find(b"%%EOF") + 5] + b"\n")
    rows: dict[tuple[int, float], list[Any]] = {}
    for word in static.words:
        rows.setdefault((word.page, word.y), []).append(word)
    heights = [(p.page, y) for p in desk.paper.places.values() for y in (p.bottom, p.top)]
    return [
        sorted(words, key=lambda w: w.x)
        for (page, y), words in rows.items()
        if sum(len(w.text) for w in words) > 5
        and not any(page == p and abs(y - h) < 14 for p, h in heights)
    ]


def added_on(desk: Desk) -> Forgery:
    """Words behind the issued file that hit any field: our signature is intact, so all is told."""
    field, words = desk.any_field(), desk.words()
    place = desk.paper.places[field]
    return Forgery(
        on_top(desk, place.page, f"{patch(place)} {written(place, words)}"),
        EXTENDED,
        (Expected(field, desk.paper.standing[field], words),),
    )


def hidden_behind(desk: Desk) -> Forgery:
    """A shadow attack that hides: a patch is added behind the signed file."""
    field = desk.hidden_field()
    place = desk.paper.places[field]
    return Forgery(
        on_top(desk, place.page, patch(place)),
        EXTENDED,
        (Expected(field, desk.paper.standing[field], ""),),
    )


def replaced_behind(desk: Desk) -> Forgery:
    """A shadow attack that replaces: the stream with the values is written anew with others."""
    field = desk.hidden_field()
    pdf, count = rewritten(desk, field, lambda _step: None)
    assert count == 1
    place = desk.paper.places[field]
    content = pdf.pages[place.page].Contents.read_bytes()
    with desk.paper.open() as opened:
        contents = opened.pages[place.page].obj.Contents
        held = list(contents) if isinstance(contents, Array) else [contents]
        objects = {one.objgen[0]: as_stream(b"") for one in held[:-1]}
        objects[held[-1].objgen[0]] = as_stream(content)
    return Forgery(
        appended(desk.paper.pdf, objects),
        EXTENDED,
        (Expected(field, desk.paper.standing[field]),),
    )


def on_top(desk: Desk, page: int, operators: str) -> bytes:
    """An incremental update that adds a content stream and a font to a page."""
    with desk.paper.open() as pdf:
        leaf, size = pdf.pages[page].obj, int(pdf.trailer.Size)
        contents = leaf.Contents
        held = list(contents) if isinstance(contents, Array) else [contents]
        streams = [f"{one.objgen[0]} 0 R" for one in held]
        leaf.Contents = Array([])
        resources = leaf.Resources if "/Resources" in leaf else pdf.pages[page].Resources
        fonts = "".join(f"{n} {f.objgen[0]} 0 R" for n, f in resources.Font.items())
        others = "".join(
            f"{key} {raw(value)}" for key, value in resources.items() if key != "/Font"
        )
        rest = "".join(
            f"{key} {raw(value)}"
            for key, value in leaf.items()
            if key not in ("/Contents", "/Resources")
        )
        number = leaf.objgen[0]
    font = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>"
    new = (
        f"<<{rest}/Resources<<{others}/Font<<{fonts}/Forged {size + 1} 0 R>>>>"
        f"/Contents[{size + 2} 0 R {' '.join(streams)} {size} 0 R]>>"
    )
    return appended(
        desk.paper.pdf,
        {
            number: new.encode(),
            size: as_stream(f" Q q {operators} Q".encode()),
            size + 1: font.encode(),
            size + 2: as_stream(b"q "),
        },
    )


def raw(value: Any) -> str:
    """A value as it is written: a reference where it is one."""
    if getattr(value, "is_indirect", False):
        return f"{value.objgen[0]} 0 R"
    if isinstance(value, pikepdf.Object):
        return value.unparse().decode("latin-1")
    return str(value).lower() if isinstance(value, bool) else str(value)


WORDS = (
    patched_over, written_over, covered, pasted_over, turned_around, taken_out, made_invisible,
    in_a_form, set_anew, later_date, another_number, a_number_made_up, all_numbers_made_up,
    more_words, other_wording, added_on, hidden_behind, replaced_behind,
)  # fmt: skip
