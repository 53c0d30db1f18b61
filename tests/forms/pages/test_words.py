"""Every word of the pages has its Korean, once."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[3]
FORMS, SHARED = ROOT / "services" / "forms", ROOT / "shared"
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "_n": (1, 2),
    "_p": ((1, "c"), 2),
    "lazy_gettext": None,
    "lazy_pgettext": ((1, "c"), 2),
}
Key = tuple[str | None, str]


def _asked_for(folder: Path) -> Iterator[tuple[Key, str]]:
    options = {"**.html": {"newstyle_gettext": "true"}}
    for file, _line, message, _comments, context in extract_from_dir(
        str(folder), METHODS, keywords=KEYWORDS, options_map=options
    ):
        words = message if isinstance(message, str) else message[0]
        if words:
            yield (context, words), file


def _catalog(folder: Path) -> Any:
    path = folder / "translations" / "ko" / "LC_MESSAGES" / "messages.po"
    return read_po(io.BytesIO(path.read_bytes()), locale="ko")


def _known(folder: Path) -> set[Key]:
    found = _catalog(folder)
    return {(one.context, _first(one.id)) for one in found if one.id and all(_texts(one.string))}


def _first(id_: Any) -> str:
    return id_ if isinstance(id_, str) else id_[0]


def _texts(string: Any) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


@pytest.mark.parametrize("folder", [FORMS, SHARED], ids=["forms", "shared"])
def test_every_text_has_its_korean(folder: Path) -> None:
    known = _known(folder) | _known(SHARED)
    missing = sorted({f"{file}: {key}" for key, file in _asked_for(folder) if key not in known})
    assert missing == []


@pytest.mark.parametrize("folder", [FORMS, SHARED], ids=["forms", "shared"])
def test_no_text_is_translated_twice(folder: Path) -> None:
    path = folder / "translations" / "ko" / "LC_MESSAGES" / "messages.po"
    entries = re.split(r"\n\s*\n", path.read_text(encoding="utf-8"))
    keys = Counter(
        re.sub(r'"\s*\n\s*"', "", found.group(0))
        for entry in entries
        if (found := re.search(r'(msgctxt .*\n)?msgid (".*"\n?)+', entry))
    )
    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("folder", [FORMS, SHARED], ids=["forms", "shared"])
def test_korean_fills_in_the_same_figures_as_english(folder: Path) -> None:
    """A figure may be left out or said twice, but none is invented."""
    wrong = []
    for one in _catalog(folder):
        english = set(re.findall(r"%\((\w+)\)s", " ".join(_texts(one.id)) if one.id else ""))
        korean = set(re.findall(r"%\((\w+)\)s", " ".join(_texts(one.string))))
        if one.id and not korean <= english | {"num"} and one.context != "of two stored texts":
            wrong.append(one.id)
    assert wrong == []


@pytest.mark.parametrize("folder", [FORMS, SHARED], ids=["forms", "shared"])
def test_korean_speaks_as_the_university_does(folder: Path) -> None:
    """합쇼체, -해 주세요 for what to do; no 해요체, no 고객님, no exclamation marks."""
    spoken = [text for one in _catalog(folder) if one.id for text in _texts(one.string)]
    wrong = [t for t in spoken if re.search(r"(?<!세)요\.|[해돼예]요[.!]|고객님|[!！]", t)]
    assert [t for t in wrong if not re.search(r"(주세|하세)요", t)] == []
