"""How a letter runs over its pages: its words, then its close, never parted from the last words.

`templates/documents/recommendation_letter` loops over `body` by the line. Its
first page holds `FIRST` lines when the letter ends on it, each further page
adds `MORE`, and a page that the letter does not end on holds more than the one
it ends on, where the signature and the verification stand. The figures are the
template's own; a test measures them.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.forms.rules.letter import PAGES_MOST

FIRST, MORE = 20, 40  # `body|lines|filled(20, 40)` in the template
TOP = 32  # lines of a first page that others follow
TOGETHER = 2  # lines of the words that stay with the close
ROOM = FIRST + MORE * (PAGES_MOST - 1)


def pages(lines: int) -> int:
    """How many pages so many lines take."""
    return 1 + max(0, -(-(lines - FIRST) // MORE))


def before_last(count: int) -> int:
    """Lines on the pages before the last one of `count`."""
    return 0 if count == 1 else TOP + MORE * (count - 2)


def flow(words: Sequence[str], close: Sequence[str]) -> list[str]:
    """All lines, with empty ones where the close and the last words go on to the last page."""
    lines = [*words, *close]
    count = pages(len(lines))
    kept = min(len(words), TOGETHER)
    move = len(words) - kept
    gap = before_last(count) - move
    if gap <= 0:
        return lines
    return [*words[:move], *[""] * gap, *words[move:], *close]
