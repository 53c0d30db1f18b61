"""Every sentence of notify's pages exists in Korean, with the same figures."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

MARKED = {"_": None, "_l": None, "gettext": None, "_n": (1, 2), "ngettext": (1, 2)}
ROOT = Path(__file__).parents[2]
CATALOGS = [
    read_po(io.BytesIO((ROOT / folder / "translations/ko/LC_MESSAGES/messages.po").read_bytes()))
    for folder in ("services/notify", "shared")
]


@pytest.mark.parametrize(
    ("folder", "method"), [("services/notify", "python"), ("services/notify/templates", "jinja2")]
)
def test_every_sentence_has_its_korean(folder: str, method: str) -> None:
    ending = {"python": "**.py", "jinja2": "**.html"}[method]
    found = 0
    for _file, _line, message, _comments, _context in extract_from_dir(
        str(ROOT / folder), [(ending, method)], keywords=MARKED
    ):
        english = message if isinstance(message, str) else message[0]
        entries = [entry for catalog in CATALOGS if (entry := catalog.get(english)) is not None]
        assert entries, english
        said = entries[0].string
        korean = said if isinstance(said, str) else said[0]
        assert korean, english
        assert set(re.findall(r"%\((\w+)\)s", korean)) <= set(re.findall(r"%\((\w+)\)s", english))
        found += 1
    assert found
