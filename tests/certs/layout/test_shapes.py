"""Papers with lists: compiled once a number of pages, written with any number of rows."""

import io
import re
from pathlib import Path
from typing import Any

import page as judge
import pikepdf
import pytest

from services.certs.layout import soffice
from services.certs.layout.compile import Compiled, compile_template
from services.certs.layout.layout import Layout
from services.certs.layout.plan import Plan, arranged, plan_of
from services.certs.layout.render import render, saved
from services.certs.layout.write import Writer
from shared.errors import Permanent
from shared.fit.papers import fit
from tests.certs.layout.desk import FONTS, NOON, flaws_of_tags, read_text
from tests.certs.layout.drafts import Draft, courses
from tests.certs.layout.words import astray, words

TOLERANCE_POINTS = 0.5
FIRST, MORE = 19, 20  # rows of 30 points that a page of US Letter holds, with a line after them
TABLE = (
    ("Course", "Grade"),
    (f"{{%tr for course in courses|filled({FIRST}, {MORE}) %}}", ""),
    ("{{ course.title }}", "{{ course.grade }}"),
    ("{%tr endfor %}", ""),
)
LETTER = (
    "To {{ name }}",
    "{%p for line in body|lines|filled(30, 32) %}",
    "{{ line }}",
    "{%p endfor %}",
    "With regards",
)


LONGER = (("{%tr for course in courses|filled(19, 22) %}", ""),)
GROWS = (
    "{%p if name is long %}", "{{ name }}", "x", "{%p else %}", "{{ name }}", "{%p endif %}"
)  # fmt: skip


def transcript() -> bytes:
    return (
        Draft(header="No. {{ number }}", footer="{{ name }}")
        .table(TABLE)
        .paragraphs("Total {{ total }}")
        .docx
    )


def values_of(rows: int) -> dict[str, Any]:
    return {"number": "42", "name": "HAN Doyun", "total": "12", "courses": courses(rows)}


def read(made: Compiled) -> Layout:
    return Layout.parse(made.layout, made.base)


def written(writer: Writer, layout: Layout, plan: Plan, values: dict[str, Any]) -> bytes:
    ready = arranged(plan, values, lambda field, text: writer.broken(layout, field, text))
    return writer.write(layout, ready, {}, number="42", at=NOON, qr_text="")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_of(transcript())


@pytest.fixture(scope="module")
def layouts() -> dict[int, Layout]:
    """By the pages that they have."""
    return {
        1: read(compile_template(transcript(), values_of(FIRST), FONTS)),
        2: read(compile_template(transcript(), values_of(FIRST + MORE), FONTS)),
    }


def test_a_list_of_any_length_stands_where_libreoffice_puts_it(
    writer: Writer, plan: Plan, layouts: dict[int, Layout]
) -> None:
    counts = {0: 1, 7: 1, 19: 1, 20: 2, 39: 2}
    asked = {str(rows): saved(render(transcript(), values_of(rows))) for rows in counts}
    with soffice.Office(FONTS) as office:
        theirs = office.pdf(asked)
    for rows, pages in counts.items():
        ours = written(writer, layouts[pages], plan, values_of(rows))
        assert astray(words(ours), words(theirs[str(rows)]), TOLERANCE_POINTS) == []
        assert {word.page for word in words(ours)} == set(range(pages))
        assert len(re.findall(r"Course \d", read_text(ours))) == rows


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (19, 1), (20, 2)])
def test_a_screen_reader_is_told_of_the_rows_that_are_there(
    writer: Writer, plan: Plan, layouts: dict[int, Layout], rows: int, pages: int, tmp_path: Path
) -> None:
    """PDF/UA-1 and PDF/A-2a still, and no row of the table without words."""
    pdf = written(writer, layouts[pages], plan, values_of(rows))
    (tmp_path / "paper.pdf").write_bytes(pdf)
    for profile in ("2a", "ua1"):
        found = judge.validate_pdf(str(tmp_path / "paper.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    assert flaws_of_tags(pdf) == []
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as document:
        (table,) = [e for e in elements(document) if str(e.S) == "/Table"]
        assert [str(cell.S) for cell in table.K[0].K] == ["/TH", "/TH"]
        assert len(table.K) == rows + 1


def elements(document: Any) -> list[Any]:
    """The structure elements that are reached from the root."""
    found, waiting = [], [document.Root.StructTreeRoot.K]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            waiting += list(thing)
        elif isinstance(thing, pikepdf.Dictionary) and "/S" in thing:
            found.append(thing)
            waiting.append(thing.get("/K", 0))
    return found


def test_headers_and_footers_are_on_every_page_and_headings_repeated(
    writer: Writer, plan: Plan, layouts: dict[int, Layout]
) -> None:
    text = read_text(written(writer, layouts[2], plan, values_of(30)))
    for page in text.split("\f")[:2]:
        assert "No. 42" in page
        assert "HAN Doyun" in page
        assert "Course" in page


def test_a_list_of_another_length_than_the_paper_is_refused(
    writer: Writer, layouts: dict[int, Layout]
) -> None:
    with pytest.raises(Permanent) as refused:
        writer.write(layouts[1], values_of(3), {}, number="", at=NOON, qr_text="")
    assert refused.value.code == "missing_value"


def test_an_item_that_does_not_fit_is_refused_by_its_number(
    writer: Writer, plan: Plan, layouts: dict[int, Layout]
) -> None:
    values = values_of(3)
    values["courses"][2]["title"] = "The long title of a course " * 9
    with pytest.raises(Permanent) as refused:
        written(writer, layouts[1], plan, values)
    assert (refused.value.code, refused.value.facts["field"]) == (
        "does_not_fit",
        "courses.2.title",
    )
    setter = writer._setter
    assert not fit(setter, layouts[1].slots, "courses.title", "long title " * 20).ok
    assert fit(setter, layouts[1].slots, "courses.title", "Algebra").ok


def test_a_long_text_runs_over_its_lines_as_libreoffice_breaks_it(writer: Writer) -> None:
    said = "The words of a letter go on and on, 추천하는 학생의 이름과 전공을 적습니다. " * 4
    values = {"name": "HAN Doyun", "body": said.strip() + "\n\nA second paragraph."}
    docx = Draft(*LETTER).docx
    layout = read(compile_template(docx, {"name": "x", "body": "x"}, FONTS))
    pdf = written(writer, layout, plan_of(docx), values)
    flowing = Draft("To {{ name }}", "{{ body }}", "").docx
    with soffice.Office(FONTS) as office:
        theirs = office.pdf({"paper": saved(render(flowing, values))})["paper"]
    lost = astray(words(pdf), words(theirs), TOLERANCE_POINTS)
    assert [word.text for word in lost] == ["With", "regards"]
    assert flaws_of_tags(pdf) == []
    measured = fit(writer._setter, layout.slots, "body", values["body"])
    assert (measured.lines_used, measured.lines_room) == (len(seen_lines(pdf)) - 2 + 1, 30)


def seen_lines(pdf: bytes) -> set[float]:
    return {word.y for word in words(pdf)}


@pytest.mark.parametrize(
    ("code", "draft", "values"),
    [
        ("rows_do_not_fit", Draft().table(TABLE).paragraphs(*["x"] * 4), values_of(FIRST)),
        ("rows_do_not_fit", Draft().table(TABLE[:1] + LONGER + TABLE[2:]), values_of(41)),
        ("pages_differ", Draft(*["x"] * 31, *GROWS), values_of(1)),
        ("empty_page", Draft(*["{{ name }}"] * 32, ""), values_of(1)),
        ("needs_libreoffice", Draft("{{ name|upper }}"), values_of(1)),
    ],
    ids=[
        "the foot flows over",
        "a page holds fewer",
        "a value moves the page",
        "nothing flows over",
        "a filter",
    ],
)
def test_a_template_that_would_print_otherwise_is_refused_when_it_is_compiled(
    code: str, draft: Draft, values: dict[str, Any]
) -> None:
    with pytest.raises(Permanent) as refused:
        compile_template(draft.docx, values, FONTS)
    assert refused.value.code == code
