"""Worst-case values: the longest that a field is stated to have, in every script; most rows.

The lengths are those that the papers were drawn for (docs/templates.md); of a field that is not
listed, one and a half times its sample. Texts are made from the sample's own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.certs.templates.fields import FLAG, GROUP, LIST, TEXT, item_of, shape_of

# Characters, by the last part of a name.
LONGEST = {
    "name": 42,
    "name_en": 42,
    "name_ko": 10,
    "typed": 42,
    "signatory_name": 32,
    "campus": 66,
    "major": 58,
    "program": 48,
    "standing": 48,
    "degree_title": 60,
    "leave_period": 48,
    "issue_number": 20,
    "application_number": 14,
    "student_number": 12,
    "birth_date": 18,
    "signed_at": 16,
    "attachments": 120,
    "decision": 24,
    "extent_granted": 22,
    "decision_office": 24,
    "decision_reference": 40,
    "title": 60,
    "category": 12,
    "code": 9,
    "credits": 4,
    "grade": 4,
    "points": 4,
    "gpa": 4,
    "period": 22,
    "paid_on": 16,
    "amount": 12,
    "total_paid_words": 30,
    "year": 4,
    "semester_ordinal": 4,
}
LONGEST_BY_LANGUAGE = {"reasons": {"ko": 280, "en": 560}, "title": {"ko": 30, "en": 60}}
ROWS_MOST = {"payments": 4}
ROWS_OTHERWISE = 200
LATIN, VIETNAMESE, CYRILLIC, HANJA, HANGUL = "latin", "vietnamese", "cyrillic", "hanja", "hangul"
NAMES = {
    LATIN: "Maximiliane Wilhelmina Konstantinopolska-Wu",
    VIETNAMESE: "Nguyễn Thị Ánh Nguyệt Phương Quỳnh Hoàng Vĩ",
    CYRILLIC: "Александра Константиновна Рождественская-Ж",
    HANJA: "南宮瑞潤 皇甫慧媛 鮮于昌鎬",
    HANGUL: "황보하늘빛초롱별님이세상가장고운노을",
}
HANGUL_IN = re.compile("[\uac00-\ud7a3]")  # as wide as two Latin letters
PEOPLE = ("name", "name_en", "name_ko", "typed", "signatory_name")
SCRIPTS = tuple(NAMES)


def longest(sample: Mapping[str, Any], language: str, script: str) -> dict[str, Any]:
    """The sample with every text as long as it may be, names of people in a script."""
    return {name: _longest(name, value, language, script) for name, value in sample.items()}


def _longest(name: str, value: Any, language: str, script: str) -> Any:
    shape = shape_of(value)
    if shape == FLAG or name == "long":
        return value
    if shape == GROUP:
        return longest(value, language, script)
    if shape == LIST:
        item = item_of(value)
        one = _longest(name, item, language, script) if item or value else None
        return [] if one is None else [one] * ROWS_MOST.get(name, ROWS_OTHERWISE)
    return text_of(name, str(value), language, script) if shape == TEXT else value


def text_of(name: str, sample: str, language: str, script: str) -> str:
    """A text of the stated length: a name in the script, else the sample's words repeated."""
    most = characters(name, sample, language)
    if name in PEOPLE and (name != "name_ko" or script in (HANJA, HANGUL)):
        return NAMES[script][:most].rstrip()
    if not sample.strip() or len(sample) <= 2:  # a check box, an ordinal
        return sample
    words = sample
    while len(words) < most:
        words += " " + sample
    return words[:most].rstrip()


def characters(name: str, sample: str, language: str) -> int:
    """How many characters a field is stated to have at most."""
    stated = LONGEST_BY_LANGUAGE.get(name, {}).get(language) or LONGEST.get(name)
    if stated is not None:
        wide = name not in PEOPLE and name not in LONGEST_BY_LANGUAGE and HANGUL_IN.search(sample)
        return max(stated // 2 if wide else stated, len(sample))
    return max(18, len(sample) * 3 // 2) if not name.endswith("_date") else max(18, len(sample))
