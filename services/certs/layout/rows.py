"""The slots of lists, told by columns and rows; and which elements of the tree an item has.

A transcript of five pages has 1,500 slots of seven kinds: told one by one they would be 300 kB.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from string import Formatter
from typing import Any

import pikepdf

from services.certs.layout.base import parent_tree
from services.certs.layout.structure import Loop
from shared.fit.slots import ITEM

Row = Mapping[str, Any]
Item = tuple[str, int]
ROWS = ("/TR", "/LI")  # an item's own element, if it has one


def grouped(slots: Sequence[Row], loops: Sequence[Loop]) -> tuple[list[dict[str, Any]], list[Row]]:
    """(groups of items whose slots differ in place only, the slots that are of no item)."""
    groups: dict[str, dict[str, Any]] = {}
    singles, items = [], dict[tuple[Item, int], list[Row]]()
    for slot in slots:
        item = item_of(slot, loops)
        if item is None:
            singles.append(slot)
        else:
            items.setdefault((item, slot["page"]), []).append(slot)
    for ((source, number), page), found in items.items():
        cells, rise, mcid = columns(found, source, number)
        group = groups.setdefault(repr(cells), {"list": source, "cells": cells, "at": []})
        group["at"].append([number, page, rise, mcid])
    return list(groups.values()), singles


def item_of(slot: Row, loops: Sequence[Loop]) -> Item | None:
    """The list and number of the one item that a slot speaks of."""
    fields = [field for _, field, _, _ in Formatter().parse(slot["text"]) if field]
    found = {item for field in fields for item in items_of(field, loops)}
    return found.pop() if len(found) == 1 else None


def items_of(field: str, loops: Sequence[Loop]) -> Iterator[Item]:
    for loop in loops:
        if field.startswith(f"{loop.source}."):
            yield loop.source, int(field[len(loop.source) + 1 :].partition(".")[0])


def columns(
    slots: Sequence[Row], source: str, number: int
) -> tuple[list[dict[str, Any]], float, int]:
    """(the slots of an item as cells, how high it stands, the first of its MCIDs)"""
    rise = slots[0]["styles"][0]["baselines"][0][0]
    mcid = min((s["mcid"] for s in slots if s["mcid"] >= 0), default=-1)
    return [cell(slot, source, number, rise, mcid) for slot in slots], rise, mcid


def cell(slot: Row, source: str, number: int, rise: float, mcid: int) -> dict[str, Any]:
    """A slot with nothing in it that differs from item to item."""
    styles = [
        style | {"baselines": [[round(y - rise, 3) for y in lines] for lines in style["baselines"]]}
        for style in slot["styles"]
    ]
    told = {name: value for name, value in slot.items() if name != "page"}
    told["text"] = slot["text"].replace(f"{{{source}.{number}", f"{{{source}.{ITEM}")
    told["mcid"] = slot["mcid"] - mcid if slot["mcid"] >= 0 else None
    return told | {"styles": styles}


def lists(pdf: bytes, slots: Sequence[Row], loops: Sequence[Loop]) -> list[dict[str, Any]]:
    """For each list the elements of its items, and of the elements that hold those what it takes
    to write them anew."""
    with pikepdf.Pdf.open(BytesIO(pdf)) as document:
        trees = parent_tree(document)
        own: dict[str, dict[int, set[Any]]] = {}
        for slot in slots:
            item = item_of(slot, loops)
            if item is not None and slot["mcid"] >= 0:
                tree = trees[int(document.pages[slot["page"]].obj.StructParents)]
                element = element_of_item(tree[slot["mcid"]])
                own.setdefault(item[0], {}).setdefault(item[1], set()).add(element.objgen)
        return [list_row(document, source, items) for source, items in own.items()]


def element_of_item(element: Any) -> Any:
    """The table row or list entry around a slot; of a paragraph of its own, that paragraph."""
    around, holder = element, element
    while "/P" in around and str(around.get("/S")) != "/Document":
        if str(around.S) in ROWS:
            return around
        holder = around if str(around.P.get("/S", "")) == "/Document" else holder
        around = around.P
    return holder


def list_row(document: Any, source: str, items: Mapping[int, set[Any]]) -> dict[str, Any]:
    holders = {
        document.get_object(o).P.objgen: document.get_object(o).P
        for elements in items.values()
        for o in elements
    }
    return {
        "list": source,
        "branches": [branch(holder) for _, holder in sorted(holders.items())],
        "items": [sorted(o[0] for o in items.get(n, ())) for n in range(max(items) + 1)],
    }


def branch(element: Any) -> list[Any]:
    """Object number, dictionary without kids and end, kids (object numbers all)."""
    bare = pikepdf.Dictionary({k: v for k, v in element.items() if k != "/K"})
    head = bare.unparse(resolved=False).decode("latin-1").rstrip().removesuffix(">>").rstrip()
    return [element.objgen[0], head, [kid.objgen[0] for kid in element.K]]
