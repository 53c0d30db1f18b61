"""Compiling a Word template: once per version, by LibreOffice; documents need the result only.

    python -m services.certs.layout.compile [templates] [kind …]

writes `<language>.layout.json` (slots and digests, to be read by people too) and
`<language>.base.pdf` beside each `<language>.docx`; of a template of several shapes
`<language>.<shape>.layout.json` and so on. The same input gives the same bytes.
"""

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf

from services.certs.layout import base, probes, rows, soffice, word
from services.certs.layout.figures import is_dynamic
from services.certs.layout.finish import Base
from services.certs.layout.layout import FORMAT, named
from services.certs.layout.plan import Plan, arranged, plan_of, shapes_of
from services.certs.layout.probes import Key, Marked, Probe
from services.certs.layout.reading import Mark, marks
from shared.errors import Permanent
from shared.fit.faces import FILES, Faces

LINES_AT_MOST = 12
# What decides the bytes of a layout; a change in one of them asks for recompiling.
SOURCES = (
    "base",
    "blocks",
    "compile",
    "figures",
    "finish",
    "lists",
    "plan",
    "probes",
    "reading",
    "render",
    "rows",
    "soffice",
    "structure",
    "word",
)


@dataclass(frozen=True)
class Compiled:
    """A layout as it is committed: the readable part, and the static pages."""

    layout: str
    base: bytes


def compile_template(docx: bytes, values: Mapping[str, Any], fonts: Path) -> Compiled:
    """The shape that `values` have; they say something for each field of the template.

    Takes seconds. Raises `Permanent` where the template cannot be compiled, `TryLater` where
    LibreOffice is absent or slow.
    """
    plan = compilable(docx)
    with soffice.Office(fonts) as office:
        return compile_shape(docx, plan, arranged(plan, values), office, fonts)


def compile_shapes(docx: bytes, sample: Mapping[str, Any], fonts: Path) -> dict[str, Compiled]:
    """All shapes that a template needs at publication (`plan.shapes_of`), by their keys.

    Takes seconds a shape. Raises as `compile_template` does.
    """
    plan = compilable(docx)
    with soffice.Office(fonts) as office:
        return {
            shape: compile_shape(docx, plan, values, office, fonts)
            for shape, values in shapes_of(plan, sample).items()
        }


def compilable(docx: bytes) -> Plan:
    """The plan of a template. Raises `Permanent("needs_libreoffice")` where no layout serves it."""
    plan = plan_of(docx)
    if plan.reasons:
        raise Permanent("needs_libreoffice", "no layout serves this", reasons=plan.reasons)
    return plan


def compile_shape(
    docx: bytes, plan: Plan, values: Mapping[str, Any], office: soffice.Office, fonts: Path
) -> Compiled:
    """One shape: the probes converted, what they show put together."""
    asked = wanted(docx, values)
    made = {name: probes.make(docx, values, probe) for name, probe in asked.items()}
    pdfs = office.pdf({name: marked.docx for name, marked in made.items()})
    seen = {name: see(pdfs[name], made[name]) for name in asked}
    pages = pages_of(seen)
    check_pages(plan, values, pages)
    words = described(docx)
    bottom = base.make(pdfs["base"], len(made["base"].keys), made["base"].pictures, *words)
    sight = Sight(made, seen, bottom, Faces(fonts))
    slots = [row for key in made["line1"].keys for row in slot_rows(key, sight)]
    return Compiled(written(docx, fonts, words, bottom, slots, plan), bottom.pdf)


def wanted(docx: bytes, sample: Mapping[str, Any]) -> dict[str, Probe]:
    """The probes: each number of lines, both styles, both edges, both scripts, the colours."""
    most = min(LINES_AT_MOST, max(r.lines for r in probes.make(docx, sample, Probe()).rooms))
    small = min(
        LINES_AT_MOST, max(r.lines for r in probes.make(docx, sample, Probe(small=True)).rooms)
    )
    return {
        "base": Probe(drawn=True),
        **{f"line{n}": Probe(lines=n) for n in range(1, most + 1)},
        **{f"small{n}": Probe(lines=n, small=True) for n in range(1, small + 1)},
        "left": Probe(align="left"),
        "right": Probe(align="right"),
        "hangul": Probe(mark="가"),
        "hangulsmall": Probe(mark="가", small=True),
        "plain": Probe(colored=False),
    }


@dataclass(frozen=True)
class Seen:
    """The marks of each slot on each page, in their order; the colour at every place; how many
    pages there are, and which of them hold more than a header and a footer."""

    pages: int
    said: frozenset[int]
    slots: Mapping[Key, Mapping[int, list[Mark]]]
    colors: Mapping[tuple[int, float, float], int]


@dataclass(frozen=True)
class Sight:
    """All that was seen of one shape."""

    made: Mapping[str, Marked]
    seen: Mapping[str, Seen]
    bottom: Base
    faces: Faces


def see(pdf: bytes, marked: Marked) -> Seen:
    """What a probe shows."""
    slots: dict[Key, dict[int, list[Mark]]] = {}
    said = set[int]()
    colors: dict[tuple[int, float, float], int] = {}
    with pikepdf.Pdf.open(BytesIO(pdf)) as document:
        for mark in marks(document):
            if mark.mcid is not None:
                said.add(mark.page)
            colors.setdefault((mark.page, mark.x, mark.y), mark.color)
            slot = probes.slot_of(mark.color, len(marked.keys))
            if slot is not None:
                slots.setdefault(marked.keys[slot], {}).setdefault(mark.page, []).append(mark)
        return Seen(len(document.pages), frozenset(said), slots, colors)


def pages_of(seen: Mapping[str, Seen]) -> int:
    """How many pages there are, whatever the values.

    Raises `Permanent("pages_differ")`: something flows over when a value grows;
    `Permanent("empty_page")`: nothing but the end of the last paragraph flows over.
    """
    counts = {one.pages for one in seen.values()}
    if len(counts) > 1:
        raise Permanent("pages_differ", "longer values move something to another page")
    pages = counts.pop()
    if pages - 1 not in seen["base"].said:
        raise Permanent("empty_page", "the last page has only a header and a footer")
    return pages


def check_pages(plan: Plan, values: Mapping[str, Any], pages: int) -> None:
    """A paper of one list has as many pages as its `filled` says.

    Raises `Permanent("rows_do_not_fit")`: the foot of the paper flows over, or a page stays short.
    """
    lists = [loop for loop in plan.loops if loop.filled]
    if len(lists) != 1 or lists[0].filled is None:
        return
    first, more = lists[0].filled
    count = len(list_at(values, lists[0].source))
    if pages != 1 + (count - first) // more:
        raise Permanent(
            "rows_do_not_fit",
            f"{count} items of {lists[0].source} take {pages} pages, not as filled says",
            field=lists[0].source,
            items=count,
            pages=pages,
        )


def list_at(values: Mapping[str, Any], source: str) -> list[Any]:
    value: Any = values
    for name in source.split("."):
        value = value[name]
    return list(value)


def described(docx: bytes) -> tuple[str, str]:
    """Title and language of the template, from its document properties."""
    title, language = word.properties(docx)
    if not title or not language:
        raise Permanent("no_title", "a template needs a title and a language in its properties")
    return title, language


def slot_rows(key: Key, sight: Sight) -> list[dict[str, Any]]:
    """One slot as the layout tells it: once, or in a header or footer once a page."""
    pages = sorted(sight.seen["line1"].slots.get(key, ()))
    if not pages:
        raise Permanent("slot_lost", f"LibreOffice does not show {key[0]}", field=key[0])
    found = [slot_row(key, page, sight) for page in pages]
    if len(pages) > 1 and any(row["mcid"] >= 0 for row in found):
        raise Permanent("slot_lost", f"{key[0]} is on two pages", field=key[0])
    return found


def slot_row(key: Key, page: int, sight: Sight) -> dict[str, Any]:
    first = only(key, page, sight.seen["line1"])
    end = only(key, page, sight.seen["right"])
    advance = sight.faces[FILES[end.face]].find("0")
    if advance is None:
        raise Permanent("no_digit", f"the face of {key[0]} has no digits")
    tag, mcid = place_in_tree(key, page, sight.seen["base"], sight.bottom)
    color = sight.seen["plain"].colors[first.page, first.x, first.y]
    return {
        "text": key[0],
        "page": page,
        "tag": tag,
        "mcid": mcid,
        "left": only(key, page, sight.seen["left"]).x,
        "right": round(end.x + advance[1] * end.size / 1000, 3),
        "align": sight.made["line1"].room[key].align,
        "color": f"{color:06X}",
        "styles": styles(key, page, sight),
    }


def only(key: Key, page: int, seen: Seen) -> Mark:
    """The first mark of a slot on a page."""
    return marks_of(key, page, seen)[0]


def marks_of(key: Key, page: int, seen: Seen, lines: int = 1) -> list[Mark]:
    """The marks of a slot on a page.

    Raises `Permanent("slot_lost")`: cut off, on no page, or on another than with other values.
    """
    found = seen.slots.get(key, {})
    if len(found.get(page, ())) != lines:
        raise Permanent("slot_lost", f"LibreOffice does not show {key[0]} whole", field=key[0])
    return found[page]


def place_in_tree(key: Key, page: int, seen: Seen, bottom: Base) -> tuple[str, int]:
    """Tag and MCID of a slot. A typed signature stands where the base has the drawn one."""
    if key in seen.slots:
        mark = only(key, page, seen)
        return mark.tag, -1 if mark.mcid is None else mark.mcid
    role = key[0].removeprefix("{").removesuffix(".typed}")
    for place in bottom.pictures:
        if place.name == f"signature_{role}":
            return "/Span", place.mcid
    raise Permanent("slot_lost", f"the base has no place for {key[0]}", field=key[0])


def styles(key: Key, page: int, sight: Sight) -> list[dict[str, Any]]:
    """The ordinary style and, where the template has one, the small style."""
    found = []
    for name, asian in (("line", "hangul"), ("small", "hangulsmall")):
        room = sight.made[f"{name}1"].room[key].lines
        mark = only(key, page, sight.seen[f"{name}1"])
        counts = [n for n in range(1, room + 1) if f"{name}{n}" in sight.seen]
        row = {
            "latin": FILES[mark.face],
            "asian": FILES[only(key, page, sight.seen[asian]).face],
            "size": round(mark.size, 2),
            "baselines": [
                [m.y for m in marks_of(key, page, sight.seen[f"{name}{n}"], n)] for n in counts
            ],
        }
        if row not in found:
            found.append(row)
    return found


def written(
    docx: bytes,
    fonts: Path,
    words: tuple[str, str],
    bottom: Base,
    slots: Sequence[Mapping[str, Any]],
    plan: Plan,
) -> str:
    """The layout as JSON, one slot a line, of lists one item a line."""
    groups, singles = rows.grouped(slots, plan.loops)
    head = {
        "format": FORMAT,
        "title": words[0],
        "language": words[1],
        "made_from": digests(docx, fonts) | {"libreoffice": soffice.version()},
        "base_sha256": hashlib.sha256(bottom.pdf).hexdigest(),
        "objects": bottom.objects,
    }
    lines = [f"{json.dumps(k)}: {json.dumps(v, ensure_ascii=False)}," for k, v in head.items()]
    pictures = [
        {
            "name": p.name,
            "page": p.page,
            "mcid": p.mcid,
            "box": [round(v, 3) for v in p.box],
            "element": p.element,
            "parent": p.parent,
            "page_object": p.page_object,
        }
        for p in bottom.pictures
        if is_dynamic(p.name)
    ]
    parts = {
        "pictures": table(pictures),
        "slots": table(singles),
        "rows": "[" + ",\n".join(map(group_text, groups)) + "]",
        "lists": table(rows.lists(bottom.pdf, slots, plan.loops)),
    }
    lines += [f'"{name}": {text},' for name, text in parts.items()]
    return "\n".join(["{", *lines[:-1], lines[-1][:-1], "}", ""])


def group_text(group: Mapping[str, Any]) -> str:
    at = ",\n".join(json.dumps(place) for place in group["at"])
    head = f'"list": {json.dumps(group["list"])}, "cells": {table(group["cells"])}'
    return f'{{{head},\n"at": [\n{at}\n]}}'


def table(things: Sequence[Mapping[str, Any]]) -> str:
    if not things:
        return "[]"
    return "[\n" + ",\n".join(json.dumps(t, ensure_ascii=False) for t in things) + "\n]"


def digests(docx: bytes, fonts: Path) -> dict[str, str]:
    """SHA-256 of what a layout is made from: template, faces, compiler."""
    faces = hashlib.sha256()
    for name in sorted(FILES.values()):
        faces.update((fonts / f"{name}.ttf").read_bytes())
    compiler = hashlib.sha256()
    for name in SOURCES:
        compiler.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return {
        "docx": hashlib.sha256(docx).hexdigest(),
        "fonts": faces.hexdigest(),
        "compiler": compiler.hexdigest(),
    }


def compile_folder(templates: Path, kind: str) -> list[Path]:
    """Compiles every language of a kind in place; returns the layouts written."""
    folder = templates / "documents" / kind
    samples = json.loads((folder / "sample.json").read_text("utf-8"))
    done = []
    for docx in sorted(folder.glob("*.docx")):
        made = compile_shapes(docx.read_bytes(), samples[docx.stem], templates / "fonts")
        for old in folder.glob(f"{docx.stem}.*layout.json"):
            old.unlink()
            old.with_name(old.name.replace("layout.json", "base.pdf")).unlink(missing_ok=True)
        for shape, compiled in made.items():
            name = named(docx.stem, shape)
            (folder / f"{name}.base.pdf").write_bytes(compiled.base)
            done.append(folder / f"{name}.layout.json")
            done[-1].write_text(compiled.layout, "utf-8")
    return done


def main(arguments: Sequence[str]) -> None:
    templates = Path(arguments[0] if arguments else "templates")
    kinds = arguments[1:] or sorted(
        p.parent.name for p in templates.glob("documents/*/sample.json")
    )
    for kind in kinds:
        for path in compile_folder(templates, kind):
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
