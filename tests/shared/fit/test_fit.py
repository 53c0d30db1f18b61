"""What a student hears at the screen about a text that the paper could not hold."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.errors import Permanent
from shared.fit import Papers
from shared.fit.linebreak import break_lines, scripts_of

TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.fixture(scope="module")
def papers() -> Papers:
    return Papers(TEMPLATES)


def test_the_box_of_reasons_has_seven_lines(papers: Papers) -> None:
    fit = papers.lines("tuition_waiver", "ko", "reasons", "가\n나\n다")
    assert (fit.lines_used, fit.lines_room, fit.ok) == (3, 7, True)


@pytest.mark.parametrize(
    ("language", "text", "count"), [("ko", "등록금 감면을 ", 35), ("en", "the fee ", 70)]
)
def test_the_limit_is_the_box_not_a_count(
    papers: Papers, language: str, text: str, count: int
) -> None:
    assert papers.lines("tuition_waiver", language, "reasons", text * (count // 2)).ok
    over = papers.lines("tuition_waiver", language, "reasons", text * count * 3)
    assert over.lines_used > over.lines_room == 9  # seven, or up to nine set closer


def test_what_cannot_be_printed_is_named(papers: Papers) -> None:
    fit = papers.lines("tuition_waiver", "ko", "name", "محمد 한도윤 \U0001f525")
    assert fit.missing == ("م", "ح", "د", "\U0001f525")
    assert not fit.ok


def test_a_line_feed_where_one_line_is_counts_as_unprintable(papers: Papers) -> None:
    assert papers.lines("tuition_waiver", "en", "year", "20\n26").missing == ("\n",)


def test_a_long_name_fits_in_the_small_style(papers: Papers) -> None:
    fit = papers.lines(
        "tuition_waiver", "en", "advisor.typed", "NGUYEN HOANG Thi Phuong Anh Christina"
    )
    assert fit.ok


def test_a_value_inside_a_sentence_is_measured_with_it(papers: Papers) -> None:
    assert papers.lines("tuition_waiver", "en", "semester_ordinal", "2nd").ok
    assert not papers.lines("tuition_waiver", "en", "semester_ordinal", "second " * 12).ok


def test_unknown_papers_and_fields_are_said_so(papers: Papers) -> None:
    with pytest.raises(Permanent) as refused:
        papers.lines("no_such_kind", "ko", "reasons", "x")
    assert refused.value.code == "no_such_paper"
    with pytest.raises(Permanent) as refused:
        papers.lines("tuition_waiver", "ko", "nickname", "x")
    assert refused.value.code == "no_such_field"


def test_measuring_needs_nothing_of_certs() -> None:
    code = (
        "import sys; import shared.fit; "
        "print([m for m in sys.modules if m.startswith(('services', 'docx', 'pikepdf', 'PIL'))])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("가나다 라마바", 5, ["가나다 ", "라마바"]),
        ("가나다라마바", 4, ["가나다라", "마바"]),
        ("well-known facts", 8, ["well-", "known ", "facts"]),
        ("감면(fee)을", 6, ["감면", "(fee)을"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_where_writer_breaks_them(text: str, width: int, lines: list[str]) -> None:
    """One unit a character; Hangul words stay whole unless alone on the line."""
    broken = break_lines(text, scripts_of(text), [1.0] * len(text), width)
    assert [text[first:end] for first, end in broken] == lines
