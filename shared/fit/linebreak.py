"""Where LibreOffice Writer breaks a line of Korean or English: found by comparison, kept by tests.

The rules hold for templates whose East Asian language is Korean (`w:eastAsia="ko-KR"`): Hangul
words stay whole, Latin breaks by UAX #14 within its run, certain signs may not begin a line.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# LibreOffice's forbidden characters of ko-KR: not first, and not last, on a line.
NOT_FIRST = frozenset("!%),.:;?]}¢°’”′″℃〉》」』】〕！％），．：；？］｝￠")
NOT_LAST = frozenset("$([{£¥‘“〈《「『【〔＄（［｛￡￥￦\\")
LATIN, ASIAN = "latin", "asian"
TOLERANCE_POINTS = 1e-6


def is_asian(character: str) -> bool:
    code = ord(character)
    return (
        0x1100 <= code <= 0x11FF
        or 0x2E80 <= code <= 0xD7FF
        or 0xF900 <= code <= 0xFAFF
        or 0xFE30 <= code <= 0xFE4F
        or 0xFF00 <= code <= 0xFFEF
        or 0x20000 <= code <= 0x3FFFF
    )


def is_hangul(character: str) -> bool:
    code = ord(character)
    return 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F


def is_weak(character: str) -> bool:
    """Blanks, quotation marks and their like take the script of what stands before them."""
    return (
        character in " \u00a0"
        or 0x2000 <= ord(character) <= 0x206F
        or unicodedata.category(character) in ("Mn", "Me")
    )


@lru_cache(maxsize=65536)
def own_script(character: str) -> str | None:
    """`latin`, `asian`, or None where it depends on what stands before."""
    return None if is_weak(character) else ASIAN if is_asian(character) else LATIN


def scripts_of(text: str) -> list[str]:
    """`latin` or `asian` for each character."""
    if text.isascii():
        return [LATIN] * len(text)
    own = [own_script(c) for c in text]
    last = next((s for s in own if s), LATIN)
    scripts = []
    for script in own:
        last = script or last
        scripts.append(last)
    return scripts


def may_break(text: str, at: int) -> bool:
    """Whether a line may begin with `text[at]`, by the rules for Latin and mixed words."""
    before, after = text[at - 1], text[at]
    if after == " ":
        return False
    if before == " ":
        return not (is_asian(after) and after in NOT_FIRST)
    if is_asian(before) and is_asian(after) and not (before in NOT_FIRST or after in NOT_LAST):
        return False
    if is_asian(after):
        return after not in NOT_FIRST and before not in NOT_LAST
    if is_asian(before):
        return after not in NOT_FIRST and before not in NOT_LAST and after not in "/·-"
    if before in ")]}" and after in "([{":
        return True
    return before == "-" and (after.isalpha() or (at > 1 and text[at - 2].isalpha()))


def back_in_latin(text: str, start: int, at: int, scripts: Sequence[str]) -> int:
    """Back through the Latin run; its beginning is always a way out."""
    place = at
    while place > start and scripts[place - 1] == LATIN and not may_break(text, place):
        place -= 1
    return place if place > start else at


def back_in_hangul(text: str, start: int, at: int, scripts: Sequence[str]) -> int:
    """Forbidden characters first, else back to the beginning of the Hangul run."""
    place = at
    while place > start and (
        text[place] in NOT_FIRST or (text[place - 1] in NOT_LAST and scripts[place - 1] == ASIAN)
    ):
        place -= 1
    if place == at and is_hangul(text[at]):
        while place > start and is_hangul(text[place - 1]):
            place -= 1
    return place if place > start else at


def break_before(text: str, start: int, at: int, scripts: Sequence[str]) -> int:
    """The line begins at `start`, `text[at]` is the first that does not fit: where does it end?"""
    script = scripts[at]
    after_blank = at > start and text[at - 1] == " "
    if text[at] == " " or (after_blank and not (script == ASIAN and text[at] in NOT_FIRST)):
        return at
    run_begins = at > start and scripts[at - 1] != script
    if script == ASIAN:
        back = back_in_latin if run_begins else back_in_hangul
        return back(text, start, at, scripts)
    if run_begins:  # nothing of the Latin run fits: the run before it decides
        return back_in_hangul(text, start, at - 1, scripts) if text[at] in NOT_FIRST else at
    return back_in_latin(text, start, at, scripts)


def fill_line(text: str, start: int, advances: Sequence[float], width: float) -> int:
    """How far a line from `start` reaches within `width`; blanks may hang over its end."""
    x, at = 0.0, start
    while at < len(text):
        if text[at] != " " and x + advances[at] > width + TOLERANCE_POINTS:
            return at
        x += advances[at]
        at += 1
    return at


def break_lines(
    text: str, scripts: Sequence[str], advances: Sequence[float], width: float
) -> list[tuple[int, int]]:
    """(first, past the last) of each line of one paragraph; at least one line, though empty."""
    if sum(advances) <= width:
        return [(0, len(text))]
    lines, start = [], 0
    while start < len(text):
        end = fill_line(text, start, advances, width)
        if end < len(text):
            end = max(break_before(text, start, end, scripts), start + 1)
            while end < len(text) and text[end] == " ":
                end += 1
        lines.append((start, end))
        start = end
    return lines
