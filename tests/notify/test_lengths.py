"""How long an SMS is: bytes of EUC-KR in Korea, parts elsewhere; no character is cut in two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.lengths import korean_form, parts_of
from shared.errors import Permanent


@pytest.mark.parametrize(
    ("text", "form"),
    [("가" * 45, "SMS"), ("가" * 45 + "a", "LMS"), ("a" * 90, "SMS"), ("a" * 91, "LMS"),
     ("가" * 1000, "LMS"), ("", "SMS")],
)  # fmt: skip
def test_a_korean_sms_has_ninety_bytes_of_euc_kr(text: str, form: str) -> None:
    assert korean_form(text) == form


@pytest.mark.parametrize(
    ("text", "code"),
    [("가" * 1001, "too_long"), ("👍", "bad_characters"), ("똠", "bad_characters")],
)
def test_what_no_korean_telephone_can_show_is_refused(text: str, code: str) -> None:
    with pytest.raises(Permanent) as refused:
        korean_form(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [("a" * 160, "GSM-7", 1), ("a" * 161, "GSM-7", 2), ("a" * 306, "GSM-7", 2),
     ("a" * 307, "GSM-7", 3), ("€" * 80, "GSM-7", 1), ("€" * 81, "GSM-7", 2),
     ("가" * 70, "UCS-2", 1), ("가" * 71, "UCS-2", 2), ("가" * 135, "UCS-2", 3),
     ("👍" * 35, "UCS-2", 1), ("👍" * 36, "UCS-2", 2)],
)  # fmt: skip
def test_parts_are_counted_by_alphabet(text: str, alphabet: str, count: int) -> None:
    found = parts_of(text)
    assert (found.alphabet, len(found.texts)) == (alphabet, count)


@given(st.text(alphabet="a€가👍{", max_size=600))
def test_the_parts_are_the_text_and_each_fits(text: str) -> None:
    found = parts_of(text)
    assert "".join(found.texts) == text
    for part in found.texts:
        if found.alphabet == "GSM-7":
            assert sum(2 if char in "€{" else 1 for char in part) <= 160
        else:
            assert len(part.encode("utf-16-be")) <= 140


def test_a_letter_is_no_sms() -> None:
    with pytest.raises(Permanent) as refused:
        parts_of("a" * 1531)
    assert refused.value.code == "too_long"
