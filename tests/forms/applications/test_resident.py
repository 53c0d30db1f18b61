"""Resident registration numbers are refused in what people write, and masked in names of files."""

from __future__ import annotations

import pytest

from services.forms.applications import resident
from services.forms.applications.said_by import check_reason
from services.forms.applications.uploads import clean_name
from shared.errors import Refused

NUMBERS = (
    "900101-1234567", "9001011234567", "040229-4000000", "900101 2345678",
    "９００１０１－１２３４５６７",
    "900101–1234567", "851231-5123456",
)  # fmt: skip
OTHERS = (
    "901301-1234567",  # no such month
    "010230-3000000",  # no such day
    "900101-9234567",  # born before 1900
    "19900101-1234567", "900101-12345678",  # digits more
    "110-123-456789", "W-2026-00001", "010-1234-5678", "2026.11.28 10:00", "1,234,567,890,123",
)  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_found_within_words_and_masked(number: str) -> None:
    assert resident.found(f"제 번호는 {number}입니다")
    assert resident.masked(f"등본_{number}_사본.pdf") == "등본_******-*******_사본.pdf"
    assert not resident.found(resident.masked(number))


@pytest.mark.parametrize("text", OTHERS)
def test_what_only_resembles_one_is_left_alone(text: str) -> None:
    assert not resident.found(text)
    assert resident.masked(text) == text


def test_two_in_one_text_are_both_masked() -> None:
    assert resident.masked("900101-1234567, 851231-5123456") == "******-*******, ******-*******"


def test_a_reason_with_one_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        check_reason("Sent to 900101-1234567.", needed=True)
    assert (caught.value.code, caught.value.facts["field"]) == ("resident_number", "reason")


def test_the_name_of_an_upload_loses_it_and_keeps_its_ending() -> None:
    assert clean_name("주민등록초본 900101-1234567.pdf") == "주민등록초본 ******-*******.pdf"
