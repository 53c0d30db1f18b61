"""Reading a list: as spreadsheets save it, with a heading for each column that counts."""

from __future__ import annotations

import pytest

from services.forms.bulk.columns import Listed, listed
from services.forms.bulk.reading import BYTES_MOST, ROWS_MOST, read_table
from shared.errors import Refused
from tests.forms.campus import Campus

KIND = "certificate_enrollment"
KOREAN = "학번,이름,언어,용도\r\n2025-3107,한서윤,영문,\r\n2024-3110,,국문,비자 신청\r\n"


def rows_of(campus: Campus, text: str) -> Listed:
    return listed(campus.parts, campus.parts.kinds[KIND], read_table(text.encode()))


@pytest.mark.parametrize(
    "data",
    [
        KOREAN.encode(),
        b"\xef\xbb\xbf" + KOREAN.encode(),
        KOREAN.encode("cp949"),
        KOREAN.encode("utf-16"),
        KOREAN.replace(",", ";").encode(),
        KOREAN.replace(",", "\t").encode("cp949"),
        KOREAN.replace("\r\n", "\n").encode(),
        ("\r\n" + KOREAN + "\r\n,,,\r\n").encode(),
    ],
    ids=["utf-8", "bom", "cp949", "utf-16", "semicolons", "tabs", "unix", "blank lines"],
)
def test_a_list_is_read_as_spreadsheets_save_it(data: bytes) -> None:
    table = read_table(data)
    assert table.headings == ["학번", "이름", "언어", "용도"]
    assert [cells[0] for _n, cells in table.rows] == ["2025-3107", "2024-3110"]


def test_a_row_knows_its_line_even_after_a_cell_of_two_lines() -> None:
    table = read_table(b'student_number,purpose\n1,"two\nlines"\n\n2,\n')
    assert [n for n, _cells in table.rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK\x03\x04rest", "list_workbook"),
        (b"\xd0\xcf\x11\xe0rest", "list_workbook"),
        (b"\xff\x00\x81", "list_encoding"),
        (b"a,b\x00\n1,2\n", "list_encoding"),
        (b"", "list_empty"),
        (b"student_number\n", "list_empty"),
        (b"\n\n \n", "list_empty"),
        (b'student_number\n"open', "list_broken"),
        (b"student_number\n" + b"x" * 2000, "list_broken"),
        (b"student_number\n" + b"1\n" * (ROWS_MOST + 1), "list_too_long"),
        (b"x" * (BYTES_MOST + 1), "list_too_large"),
    ],
)
def test_what_is_no_list_is_refused_by_name(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_table(data)
    assert refused.value.code == code


def test_ten_thousand_rows_are_taken() -> None:
    assert len(read_table(b"student_number\n" + b"1\n" * ROWS_MOST).rows) == ROWS_MOST


def test_columns_are_found_by_name_or_label_and_words_become_values(campus: Campus) -> None:
    found = rows_of(campus, KOREAN)
    assert [(line.n, line.student_number, line.given) for line in found.lines] == [
        (2, "2025-3107", {"language": "en"}),
        (3, "2024-3110", {"language": "ko", "purpose": "비자 신청"}),
    ]
    assert found.unused == ["이름"]
    english = rows_of(campus, "Student Number,LANGUAGE,Copies\n１２,korean,3\n")
    assert english.lines[0].student_number == "12", "full-width digits are digits"
    assert english.lines[0].given == {"language": "ko", "copies": 3}


def test_what_is_no_choice_stays_as_typed_to_be_refused_by_its_rule(campus: Campus) -> None:
    [line] = rows_of(campus, "학번,언어\n1,français\n").lines
    assert line.given == {"language": "français"}


def test_a_row_with_more_than_the_headings_is_torn(campus: Campus) -> None:
    first, second, third = rows_of(campus, "학번,용도\n1,a,b\n2,a,\n3\n").lines
    assert (first.torn, second.torn, third.torn) == (True, False, False)
    assert third.given == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("이름,용도\n한서윤,a\n", "list_no_numbers"),
        ("학번,student_number\n1,2\n", "list_twice"),
        ("학번,용도,purpose\n1,a,b\n", "list_twice"),
    ],
)
def test_a_table_without_its_one_column_is_refused(campus: Campus, text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rows_of(campus, text)
    assert refused.value.code == code
