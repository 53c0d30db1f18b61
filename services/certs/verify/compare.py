"""What differs between a paper as issued and a file that claims to be it, field by field.

The file is laid over the paper first (`align.py`), so that a copy printed to
PDF is compared like any other. Then values are compared at their places, the
words and pictures that every paper of the kind has at theirs, and the pages.
Where a file cannot be laid over the paper, a value counts as there if the file
has it anywhere, and what the file says instead is not told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.certs.verify.align import Laid
from services.certs.verify.paper import Paper, lines_of, values_at, words_at
from services.certs.verify.plain import pattern, plain, same
from services.certs.verify.reading import Reading, Word

VALUE_CHARACTERS_MOST = 200
WORDINGS_MOST = 8
WORDING, PAGES = "wording", "pages"
NEAR_POINTS = 7.0
READABLE = 0.7  # of the static lines must be there, or the file's text is not to be trusted
FOREIGN_MOST = 0.25


@dataclass(frozen=True)
class Difference:
    """A field that says something else: `wording` and `pages` are of the paper as a whole.

    `file` is empty where nothing is to be seen any more, None where the words cannot be told.
    """

    field: str
    issued: str
    file: str | None


def differences(expected: Mapping[str, str], paper: Paper, laid: Laid) -> list[Difference]:
    """The fields whose text in the file is not what is `expected` (masks stand for any letter)."""
    found = list(_pages(paper, laid))
    if not laid.fits:
        return [*found, *_anywhere(expected, laid.file)]
    return [
        *found,
        *_values(expected, paper, laid.file),
        *_wording(paper, laid),
        *(_pictures(paper, laid.file) if laid.exact else ()),
    ]


def _pages(paper: Paper, laid: Laid) -> Iterator[Difference]:
    ours = tuple(range(paper.issued.pages))
    if laid.pages != ours:
        yield Difference(PAGES, _listed(ours), _shown(_listed(laid.pages)))


def _listed(pages: Sequence[int | None]) -> str:
    """`1, 2, ?`: a stranger's page has no number."""
    return ", ".join("?" if page is None else str(page + 1) for page in pages)


def _anywhere(expected: Mapping[str, str], file: Reading) -> Iterator[Difference]:
    everything = plain("".join(file.lines()))
    for field, value in expected.items():
        if not re.search(pattern(value), everything):
            yield Difference(field, value, None)


def _values(expected: Mapping[str, str], paper: Paper, file: Reading) -> Iterator[Difference]:
    pages = {word.page for word in file.words}
    named: set[str] = set()
    for place in paper.places:
        if place.page not in pages:
            continue
        words = words_at(place, file)
        near = [w for w in words_at(place, file, NEAR_POINTS) if _is_foreign(w, paper)]
        said = values_at(place, "".join(w.text for w in [*words, *near]).strip())
        for field in place.fields:
            if field in expected and field not in named and not same(expected[field], said[field]):
                named.add(field)
                yield Difference(field, expected[field], _new(expected[field], said[field]))


def _new(expected: str, said: str) -> str:
    """What the file says, without the issued words that a forger left standing beside it."""
    letters = [(letter, at) for at, c in enumerate(said) for letter in plain(c)]
    match = re.search(pattern(expected), "".join(letter for letter, _ in letters))
    if match and match[0] and len(match[0]) < len(letters):
        first, last = letters[match.start()][1], letters[match.end() - 1][1]
        return _shown(said[:first] + said[last + 1 :])
    return _shown(said)


def _wording(paper: Paper, laid: Laid) -> Iterator[Difference]:
    """Lines that every paper of the kind has and this one has not, and lines that none has.

    Printing may join or lose words: there too many of them say nothing.
    """
    file, changed, lines = laid.file, list[Difference](), 0
    for page in sorted({word.page for word in file.words}):
        theirs = lines_of(file, page)
        for height, words in paper.static_lines[page].items():
            lines += 1
            near = [w for y in theirs if abs(y - height) <= 3 for w in theirs[y]]
            near = sorted((w for w in near if not _in_a_place(w, paper)), key=lambda w: w.x)
            if not _has(near, words):
                changed.append(Difference(WORDING, _shown(_joined(words)), _shown(_joined(near))))
    if not lines or len(changed) > lines * (1 - READABLE):
        return
    yield from changed[:WORDINGS_MOST]
    strange = [word for word in file.words if word.visible and _is_foreign(word, paper)]
    if laid.exact or len(strange) <= len(file.words) * FOREIGN_MOST:
        told = {plain(one.file or "") for one in changed}
        yield from (one for one in _lines(strange) if plain(one.file or "") not in told)


def _has(theirs: Sequence[Word], ours: Sequence[Word]) -> bool:
    """Whether their line has our words in their order, whatever stands between them."""
    text, at = plain("".join(word.text for word in theirs)), 0
    for word in ours:
        letters = plain(word.text)
        found = text.find(letters, at)
        if found < 0:
            return False
        at = found + len(letters)
    return True


def _lines(strange: Sequence[Word]) -> Iterator[Difference]:
    """Words where none of our papers of the kind has any, line by line."""
    rows: dict[tuple[int, int], list[Word]] = {}
    for word in strange:
        rows.setdefault((word.page, round(word.y)), []).append(word)
    for words in list(rows.values())[:WORDINGS_MOST]:
        yield Difference(WORDING, "", _shown(_joined(words)))


def _is_foreign(word: Word, paper: Paper) -> bool:
    """Whether no static line of ours there has this word, and no field of ours stands there."""
    if _in_a_place(word, paper) or not plain(word.text):
        return False
    near = paper.static_texts.get((word.page, int(word.y)), ())
    return not any(plain(word.text) in line for line in near)


def _in_a_place(word: Word, paper: Paper) -> bool:
    return any(
        place.left - 2 <= word.x <= place.right + 2 and place.bottom - 3 <= word.y <= place.top + 3
        for place in paper.places_at.get((word.page, int(word.y)), ())
    )


def _pictures(paper: Paper, file: Reading) -> Iterator[Difference]:
    """Seal and QR: each at its place as it was issued, with nothing upon it."""
    pages = {word.page for word in file.words}
    for name, ours in paper.named:
        there = [p for p in file.pictures if p.page == ours.page and _meets(p.box, ours.box)]
        if ours.page in pages and [one.digest for one in there] != [ours.digest]:
            yield Difference(name, "", "" if not there else None)


def _meets(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Whether two boxes share more than a tenth of the second."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    up = min(one[3], other[3]) - max(one[1], other[1])
    area = (other[2] - other[0]) * (other[3] - other[1])
    return across > 0 and up > 0 and across * up > area / 10


def _joined(words: Sequence[Word]) -> str:
    return " ".join(word.text.strip() for word in words)


def _shown(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean[:VALUE_CHARACTERS_MOST].strip()
