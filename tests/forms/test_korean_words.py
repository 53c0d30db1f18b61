"""Every sentence that people read in these modules exists in Korean, with the same figures."""

from __future__ import annotations

import io
import re

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tests.forms.cast import ROOT

MARKED = {
    "_l": None,
    "_p": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
}
PO = ROOT / "services/forms/translations/ko/LC_MESSAGES/messages.po"


@pytest.mark.parametrize("package", ["catalog", "rules", "people"])
def test_every_sentence_has_its_korean(package: str) -> None:
    korean = read_po(io.BytesIO(PO.read_bytes()), locale="ko")
    found = 0
    folder = str(ROOT / "services/forms" / package)
    for _file, _line, message, _comments, context in extract_from_dir(folder, keywords=MARKED):
        english = message if isinstance(message, str) else message[0]
        entry = korean.get(english, context)
        assert entry is not None, english
        said = entry.string if isinstance(entry.string, str) else entry.string[0]
        assert said, english
        assert set(re.findall(r"%\((\w+)\)s", said)) == set(re.findall(r"%\((\w+)\)s", english))
        found += 1
    assert found
