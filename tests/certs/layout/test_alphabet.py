"""The quick way of setting words says the very same as the long one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.certs.layout.alphabet import Alphabet, in_one_line
from services.certs.layout.overlay import Composed, compose, used_by
from shared.fit.faces import Faces
from shared.fit.linebreak import ASIAN, LATIN, own_script
from shared.fit.setting import Setter
from tests.certs.layout.desk import FONTS, LANGUAGES, layout

SETTER = Setter(Faces(FONTS))
WORDS = st.text(
    "가나힣ㄱ漢字·‘’“”–—, .:;()/-+&'AaZz019éĐŁЖ\u00a0\u0301\u3000", min_size=1, max_size=24
)
CELLS = {language: [slot.cell for slot in layout(language).slots] for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=300)
@given(words=WORDS, data=st.data())
def test_both_ways_give_the_same_operators(language: str, words: str, data: st.DataObject) -> None:
    cell, spoken = data.draw(st.sampled_from(CELLS[language])), layout(language).language
    style = cell.styles[0]
    typeface = SETTER.typeface(style.latin, style.asian)
    script = own_script(words[0])
    scripts = [None] if style.latin == style.asian else []
    for one in [script, *scripts] if script else scripts:
        quick = in_one_line(cell, Alphabet(typeface, spoken, one), words)
        if quick is None:
            continue
        long = compose(cell, SETTER.set_cell(cell, words), typeface.is_italic, spoken)
        assert quick.shown == long.shown
        texts = used_by([quick])
        assert {f: set(t) for f, t in texts.items()} == {f: set(t) for f, t in long.used}
        assert set().union(*(t.values() for t in texts.values())) <= set(words)


@dataclass(eq=False)
class Spelled:
    """A face that prints a blank and one that does not break with the same glyph."""

    face = "serif"
    glyphs: Mapping[str, int] = field(default_factory=lambda: {"A": 7, " ": 3, "\u00a0": 3})


@pytest.mark.parametrize("words", ["A\u00a0A A", "A A\u00a0A"])
def test_of_characters_with_one_glyph_the_first_is_the_text(words: str) -> None:
    assert used_by([Composed("", plainly=(Spelled(), words))]) == {"serif": {7: "A", 3: " "}}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_numbers_and_dates_go_the_quick_way(language: str) -> None:
    cell, spoken = CELLS[language][0], layout(language).language
    style = cell.styles[0]
    typeface = SETTER.typeface(style.latin, style.asian)
    assert (language == "ko") == (style.latin == style.asian)
    for words, script in (
        ("양자 역학", ASIAN),
        ("2026-09", LATIN),
        ("KIM Haneul", LATIN),
        ("2026년 9월", None),
        ("제 COM-674 호", None),
    ):
        if language == "ko" or script:
            one = None if language == "ko" else script
            assert in_one_line(cell, Alphabet(typeface, spoken, one), words)
