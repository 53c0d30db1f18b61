"""The comparison sees every printed value of every built-in paper, and one changed letter."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.certs.bulk.comparing import missing, texts_of
from services.certs.library import TEMPLATES, BuiltIn, Version
from services.certs.press import Order
from tests.certs.parts import NOON, Office

VERSIONS = {f"{one.kind}/{one.language}": one for one in BuiltIn().versions()}
NUMBER = "93XV-372B-P0SN-1ABY-K"
OWN = ("document_number", "verify_address", "issued_at", "issue_date", "contact_line", "seal")


def sample(version: Version) -> dict[str, Any]:
    """The values of a paper, without those that certs adds."""
    found = json.loads((TEMPLATES / version.kind / "sample.json").read_text("utf-8"))
    values = {name: one for name, one in found[version.language].items() if name not in OWN}
    for one in values.values():
        if isinstance(one, dict) and one.get("drawn"):
            one |= {"drawn": False, "typed": one["name"]}
    return values


@pytest.mark.parametrize("name", VERSIONS)
def test_every_printed_value_stands_in_the_text_and_a_changed_one_is_missed(
    office: Office, name: str
) -> None:
    version = VERSIONS[name]
    values, press = sample(version), office.parts.press
    pdf = press.document(Order(version, values, {}), NUMBER, NOON)
    [text] = texts_of([pdf.pdf if hasattr(pdf, "pdf") else pdf])
    assert text is not None
    printed = {one for place in press.places(version, values) for one in place.fields}
    known = {**values, "document_number": NUMBER}
    assert list(missing(known, printed, text)) == []
    seen = 0
    for field, value in known.items():
        if isinstance(value, str) and value.strip() and field in printed:
            seen += 1
            changed = {**known, field: f"{value}뷁"}  # a syllable that no paper prints
            assert list(missing(changed, printed, text)) == [field]
    assert seen >= 5
    courses = known.get("courses")
    if courses:
        wrong = [*courses[:-1], {**courses[-1], "grade": "Z9"}]
        assert list(missing({**known, "courses": wrong}, printed, text)) == ["courses.grade"]
