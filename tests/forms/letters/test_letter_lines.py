"""A letter over its pages: nothing is lost, the close is never alone, four pages at most."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.catalog import letter_pages
from services.forms.catalog.letter_pages import FIRST, MORE, ROOM, TOP, before_last, flow, pages
from services.forms.rules.letter import PAGES_MOST
from tests.forms.cast import ROOT

PAPER = ROOT / "templates" / "documents" / "recommendation_letter"
CLOSE = ["", "Sincerely yours,", "", "Marta Kowalska", "Professor"]
WORDS = st.integers(1, ROOM - len(CLOSE) - letter_pages.TOGETHER).map(
    lambda count: [f"line {n}" for n in range(count)]
)


@given(WORDS)
def test_every_line_stands_in_its_order(words: list[str]) -> None:
    lines = flow(words, CLOSE)
    assert [line for line in lines if line] == [line for line in [*words, *CLOSE] if line]


@given(WORDS)
def test_the_close_stands_on_the_last_page_with_the_last_words(words: list[str]) -> None:
    lines = flow(words, CLOSE)
    last = lines[before_last(pages(len(lines))) :]
    assert last[-len(CLOSE) :] == CLOSE
    assert len(last) >= len(CLOSE) + min(len(words), letter_pages.TOGETHER)


@given(WORDS)
def test_moving_the_close_takes_no_further_page(words: list[str]) -> None:
    assert pages(len(flow(words, CLOSE))) == pages(len(words) + len(CLOSE)) <= PAGES_MOST


def test_the_pages_hold_what_the_figures_say() -> None:
    assert [pages(count) for count in (1, FIRST, FIRST + 1, FIRST + MORE, ROOM)] == [1, 1, 2, 2, 4]
    assert before_last(1) == 0
    assert before_last(2) == TOP


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_figures_are_those_of_the_template(language: str) -> None:
    with zipfile.ZipFile(io.BytesIO((PAPER / f"{language}.docx").read_bytes())) as packed:
        words = packed.read("word/document.xml").decode()
    assert re.findall(r"body\|lines\|filled\((\d+), (\d+)\)", words) == [(str(FIRST), str(MORE))]


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_each_page_of_the_paper_holds_as_many_lines_as_is_reckoned(
    language: str, count: int
) -> None:
    room = FIRST + MORE * (count - 1)
    layout = json.loads((PAPER / f"{language}.a{room}.layout.json").read_text("utf-8"))
    on = _lines_by_page(layout)
    assert sum(on.values()) == room
    assert sum(on[page] for page in list(on)[:-1]) == before_last(count)


def _lines_by_page(layout: dict[str, object]) -> dict[int, int]:
    from shared.fit.slots import read_slots

    found: dict[int, int] = {}
    for slot in read_slots(layout):
        if any(field.startswith("body.") for field in slot.fields):
            found[slot.page] = found.get(slot.page, 0) + 1
    return dict(sorted(found.items()))
