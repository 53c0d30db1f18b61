"""The letter paper: one to four pages, each archival and accessible, typed or drawn (REC-01)."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import page as judge
import pypdf
import pytest
from PIL import Image, ImageDraw

from services.certs.layout.layout import Layout
from services.certs.layout.plan import arranged, plan_of, shape_of
from services.certs.layout.write import Writer
from services.certs.sign import Signer
from services.forms.catalog.letter_pages import FIRST, MORE, flow
from shared.errors import Permanent
from tests.certs.layout.desk import TEMPLATES, flaws_of_tags, run

PAPER = TEMPLATES / "documents" / "recommendation_letter"
NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
LANGUAGES = pytest.mark.parametrize("language", ["ko", "en"])
CLOSE = {
    "ko": ["", "위와 같이 추천합니다.", "", "윤태호", "교수"],
    "en": ["", "Sincerely yours,", "", "Yoon Tae-ho", "Professor"],
}
WORDS = {"ko": "성실하고 뛰어난 학생입니다.", "en": "She works with care and with courage."}


def values(language: str, lines: int) -> dict[str, Any]:
    """A letter of so many lines, its close among them."""
    found: dict[str, Any] = json.loads((PAPER / "sample.json").read_text("utf-8"))[language]
    close = CLOSE[language]
    words = [f"{n}. {WORDS[language]}" for n in range(1, lines - len(close) + 1)]
    return {**found, "body": "\n".join(flow(words, close))}


def written(writer: Writer, language: str, given: dict[str, Any], **more: Any) -> bytes:
    plan = plan_of((PAPER / f"{language}.docx").read_bytes())
    ready = arranged(plan, given)
    layout = Layout.read(PAPER, language, shape_of(plan, ready))
    how: dict[str, Any] = {"number": given["document_number"], "at": NOON, "qr_text": "https://x.y"}
    return writer.write(layout, ready, more.pop("pictures", {}), **{**how, **more})


def texts(pdf: bytes) -> list[str]:
    """The words of each page."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


@LANGUAGES
@pytest.mark.parametrize(
    ("lines", "pages"),
    [(6, 1), (FIRST, 1), (FIRST + 1, 2), (FIRST + MORE, 2), (FIRST + MORE + 1, 3),
     (FIRST + 2 * MORE + 1, 4), (FIRST + 3 * MORE, 4)],
)  # fmt: skip
def test_every_line_is_printed_and_the_close_is_on_the_last_page(
    writer: Writer, language: str, lines: int, pages: int
) -> None:
    found = texts(written(writer, language, values(language, lines)))
    assert len(found) == pages
    whole = " ".join(found)
    for n in range(1, lines - len(CLOSE[language]) + 1):
        assert f"{n}. {WORDS[language]}" in whole
    for line in filter(None, CLOSE[language]):
        assert line in found[-1]
    assert f"{lines - len(CLOSE[language])}. {WORDS[language]}" in found[-1]
    assert [f"{n} / {pages}" in page for n, page in enumerate(found, 1)] == [True] * pages


@LANGUAGES
@pytest.mark.parametrize("pages", [1, 4])
def test_a_letter_of_one_page_or_four_is_archival_and_accessible(
    writer: Writer, signer: Signer, language: str, pages: int, tmp_path: Path
) -> None:
    """ISO 19005-2 level A and ISO 14289-1."""
    given = values(language, FIRST + MORE * (pages - 1))
    pdf = written(writer, language, given, signer=signer)
    (tmp_path / "letter.pdf").write_bytes(pdf)
    for profile in ("2a", "ua1"):
        found = judge.validate_pdf(str(tmp_path / "letter.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    assert run("qpdf", "--check", tmp_path / "letter.pdf").returncode == 0
    assert flaws_of_tags(pdf) == []


@LANGUAGES
def test_a_drawn_signature_stands_in_place_of_the_typed_one(writer: Writer, language: str) -> None:
    picture = Image.new("RGBA", (400, 120), (0, 0, 0, 0))
    ImageDraw.Draw(picture).line([(10, 100), (200, 20), (390, 90)], fill="black", width=8)
    data = io.BytesIO()
    picture.save(data, "PNG")
    given = values(language, 10)
    given["recommender"] = {**given["recommender"], "typed": "", "drawn": True}
    pictures = {"signature_recommender": data.getvalue()}
    pdf = written(writer, language, given, pictures=pictures)
    assert flaws_of_tags(pdf) == []
    names = {image.name for image in pypdf.PdfReader(io.BytesIO(pdf)).pages[0].images}
    assert any("signature_recommender" in name for name in names)


@LANGUAGES
def test_a_letter_of_five_pages_has_no_layout(writer: Writer, language: str) -> None:
    with pytest.raises(Permanent):
        written(writer, language, values(language, FIRST + 3 * MORE + 1))
