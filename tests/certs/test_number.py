"""A document number on paper is read by people: what they may do to it, and what not."""

from __future__ import annotations

import string

from hypothesis import assume, given
from hypothesis import strategies as st

from services.certs import number

VALUES = st.integers(0, 2**80 - 1).filter(lambda v: number.CHECKS[v % 37] not in "*~$=")
NUMBERS = VALUES.map(number.write)


@given(st.data())
def test_a_drawn_number_has_sixteen_characters_and_a_check_that_is_a_letter_or_digit(
    data: st.DataObject,
) -> None:
    drawn = number.draw(lambda bits: data.draw(st.integers(0, 2**bits - 1)))

    assert [len(group) for group in drawn.split("-")] == [4, 4, 4, 4, 1]
    assert drawn[-1] in string.ascii_uppercase + string.digits
    assert number.read(drawn) == drawn


def test_a_number_is_drawn_again_until_its_check_symbol_can_be_read_on_paper() -> None:
    draws = iter([32, 33, 34, 35, 36, 7])  # checks * ~ $ = U and 7

    assert number.draw(lambda _bits: next(draws)) == "0000-0000-0000-0007-7"


@given(NUMBERS, st.sampled_from(["", " ", "-", " - ", "–", "\u00a0"]), st.booleans())
def test_case_spaces_and_hyphens_do_not_matter(written: str, gap: str, small: bool) -> None:
    typed = gap.join(written.replace("-", ""))[:80] if len(gap) < 3 else written.replace("-", gap)

    assert number.read(typed.lower() if small else typed) == written


@given(NUMBERS, st.sampled_from("Oo"), st.sampled_from("IiLl"))
def test_o_is_read_as_zero_and_i_and_l_as_one(written: str, zero: str, one: str) -> None:
    assert number.read(written.replace("0", zero).replace("1", one)) == written


@given(NUMBERS, st.integers(0, 16), st.sampled_from(number.DIGITS))
def test_one_wrong_character_is_mistyped(written: str, place: int, other: str) -> None:
    plain = written.replace("-", "")
    assume(plain[place] != other)

    assert number.read(plain[:place] + other + plain[place + 1 :]) is None


@given(NUMBERS, st.integers(0, 15))
def test_two_neighbours_in_the_wrong_order_are_mistyped(written: str, place: int) -> None:
    plain = written.replace("-", "")
    assume(plain[place] != plain[place + 1])
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]

    assert number.read(swapped) is None


@given(st.text(max_size=120))
def test_whatever_is_typed_is_a_number_in_its_one_spelling_or_mistyped(typed: str) -> None:
    found = number.read(typed)

    assert found is None or number.read(found) == found


@given(NUMBERS, st.sampled_from(["문서확인번호 {}", "No. {}.", "({})", "{}\n확인 주소"]))
def test_a_number_is_found_in_the_text_of_a_paper(written: str, around: str) -> None:
    assert number.find_all(around.format(written)) == [written]
