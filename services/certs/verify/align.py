"""Lay a file over the paper that it claims to be: which page is which, and how it was scaled.

Printing to PDF moves, scales and reorders; the static words of the paper tell how.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.certs.verify.paper import Paper
from services.certs.verify.plain import plain
from services.certs.verify.reading import Reading, Word

LETTERS_LEAST = 3
PAIRS_LEAST, PAIRS_MOST = 4, 60
APART_POINTS = 40.0
OFF_POINTS = 2.5
PAGE_LIKE = 0.5  # of its static words a page must have to be taken for one of ours


@dataclass(frozen=True)
class Laid:
    """A file with pages and places as the paper has them.

    `pages` says for each page of the file which of ours it is (from 0), None for a stranger's.
    `fits` where the static words stand at their places; `exact` where even the runs are the same.
    """

    file: Reading
    pages: tuple[int | None, ...]
    fits: bool
    exact: bool


@dataclass(frozen=True)
class Scale:
    """x' = along * x + by"""

    along: float
    by: float

    def __call__(self, at: float) -> float:
        return self.along * at + self.by


def lay(file: Reading, paper: Paper) -> Laid:
    """The file laid over the paper."""
    pages = which_pages(file, paper)
    turned = _renumbered(file, pages)
    if not paper.places:
        return Laid(turned, pages, fits=False, exact=False)
    exact = _share_exact(turned, paper)
    if exact >= 0.9:
        return Laid(turned, pages, fits=True, exact=True)
    scaled = _scaled(turned, paper)
    if scaled is None:
        return Laid(turned, pages, fits=False, exact=False)
    return Laid(scaled, pages, fits=True, exact=False)


def which_pages(file: Reading, paper: Paper) -> tuple[int | None, ...]:
    """For each page of the file the page of the paper that it has most words of."""
    if not paper.places:
        return tuple(range(file.pages))
    ours = [_long_words(paper.static, page) for page in range(paper.issued.pages)]
    found: list[int | None] = []
    for page in range(file.pages):
        text = _text(file, page)
        likeness = [_share(words, text) for words in ours]
        best = max(likeness, default=0)
        if best < PAGE_LIKE:
            found.append(None)
        elif page < len(likeness) and likeness[page] == best:
            found.append(page)
        else:
            found.append(likeness.index(best))
    return tuple(found)


def _renumbered(file: Reading, pages: Sequence[int | None]) -> Reading:
    """Words by the pages of the paper; of a page that comes twice the first."""
    number = {
        page: ours
        for page, ours in enumerate(pages)
        if ours is not None and ours not in pages[:page]
    }
    return replace(
        file,
        words=tuple(
            replace(word, page=number[word.page]) for word in file.words if word.page in number
        ),
        pictures=tuple(
            replace(one, page=number[one.page]) for one in file.pictures if one.page in number
        ),
    )


def _long_words(reading: Reading, page: int) -> list[str]:
    texts = (plain(word.text) for word in reading.words if word.page == page)
    return [text for text in texts if len(text) >= LETTERS_LEAST]


def _text(file: Reading, page: int) -> str:
    """A page's words in both orders: some programs write line by line, some as they like."""
    words = [word for word in file.words if word.page == page]
    by_line = sorted(words, key=lambda word: (round(-word.y), word.x))
    return plain("".join(w.text for w in words)) + "\n" + plain("".join(w.text for w in by_line))


def _share(words: Sequence[str], text: str) -> float:
    return sum(word in text for word in words) / len(words) if words else 0.0


def _share_exact(file: Reading, paper: Paper) -> float:
    """How much of the static page the file has run by run at the very place."""
    theirs = {(word.page, round(word.x), round(word.y), plain(word.text)) for word in file.words}
    pages = {word.page for word in file.words}
    ours = [word for word in paper.static.words if word.page in pages]
    met = sum((w.page, round(w.x), round(w.y), plain(w.text)) in theirs for w in ours)
    return met / len(ours) if ours else 0.0


def _scaled(file: Reading, paper: Paper) -> Reading | None:
    """The file with each page's places as on the paper; None where no scale explains them."""
    scales: dict[int, tuple[Scale, Scale]] = {}
    for page in sorted({word.page for word in file.words}):
        found = _scale_of(_once(file, page), _once(paper.static, page))
        if found is None:
            return None
        scales[page] = found
    words = tuple(
        replace(word, x=scales[word.page][0](word.x), y=scales[word.page][1](word.y))
        for word in file.words
    )
    return replace(file, words=words)


def _once(reading: Reading, page: int) -> dict[str, Word]:
    """The words of a page that stand there once, by their letters."""
    texts = [(plain(word.text), word) for word in reading.words if word.page == page]
    counts = Counter(text for text, _ in texts)
    return {text: w for text, w in texts if counts[text] == 1 and len(text) >= LETTERS_LEAST}


def _scale_of(theirs: dict[str, Word], ours: dict[str, Word]) -> tuple[Scale, Scale] | None:
    pairs = [(theirs[text], ours[text]) for text in ours if text in theirs][:PAIRS_MOST]
    across = _line([(a.x, b.x) for a, b in pairs])
    up = _line([(a.y, b.y) for a, b in pairs])
    return (across, up) if across and up else None


def _line(points: list[tuple[float, float]]) -> Scale | None:
    """The line through most of the points (Theil and Sen's median of slopes)."""
    if len(points) < PAIRS_LEAST:
        return None
    slopes = [
        (b[1] - a[1]) / (b[0] - a[0])
        for n, a in enumerate(points)
        for b in points[n + 1 :]
        if abs(b[0] - a[0]) > APART_POINTS
    ]
    along = statistics.median(slopes) if slopes else 1.0
    by = statistics.median(y - along * x for x, y in points)
    off = sum(abs(along * x + by - y) > OFF_POINTS for x, y in points)
    return Scale(along, by) if along > 0 and off <= len(points) * 0.3 else None
