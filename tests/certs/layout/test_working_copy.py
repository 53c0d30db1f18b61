"""What staff get to work with: the Word file, which nobody can take for the paper."""

import io
from typing import Any

import pytest
from docx import Document

from services.certs.layout import soffice
from services.certs.layout.render import render
from services.certs.layout.working_copy import NOTHING, working_copy
from services.certs.layout.write import Writer
from shared.errors import Permanent
from tests.certs.layout.desk import (
    FONTS,
    LANGUAGES,
    docx,
    layout,
    random_values,
    read_text,
    sample,
    squeezed,
)

BOTH = pytest.mark.parametrize("language", LANGUAGES)


def copied(writer: Writer, language: str, values: dict[str, Any]) -> bytes:
    return working_copy(docx(language), values, writer.small(layout(language), values))


@BOTH
def test_it_says_copy_and_holds_neither_seal_nor_signature_nor_code(
    writer: Writer, language: str
) -> None:
    values = sample(language)
    values["advisor"]["typed"] = "S. Yuna, by hand"
    packed = copied(writer, language, values)
    names = pictures(packed)
    assert "seal" not in names
    assert [n for n in names if n.startswith("signature")] == []
    assert NOTHING in blobs(packed)
    with soffice.Office(FONTS) as office:
        text = squeezed(read_text(office.pdf({"copy": packed})["copy"]))
    assert {"ko": "사본(효력없음)", "en": "COPYnotvalid"}[language] in text
    assert squeezed("S. Yuna, by hand") not in text
    assert squeezed(values["reasons"]) in text


def pictures(packed: bytes) -> list[str]:
    from services.certs.layout.word import pictures as named

    return list(named(Document(io.BytesIO(packed))))


def blobs(packed: bytes) -> list[bytes]:
    return [part.blob for part in Document(io.BytesIO(packed)).part.package.iter_parts()]


@BOTH
def test_a_long_value_takes_the_small_style(writer: Writer, language: str) -> None:
    values = random_values(language, 1) | {"major": "Science & Technology " * 4}
    assert "major" in writer.small(layout(language), values)
    assert copied(writer, language, values)


def test_markup_in_a_value_stays_text() -> None:
    values = sample("en") | {"major": 'R&D <w:p>"x"</w:p> {{ 7*7 }}', "long": []}
    text = [t for t in words(render(docx("en"), values)) if "R&D" in t]
    assert text == ['R&D <w:p>"x"</w:p> {{ 7*7 }}']


def words(document: Any) -> list[str]:
    from services.certs.layout.word import paragraphs, text_of

    return [text_of(p) for p in paragraphs(document)]


def test_a_hostile_template_runs_nothing() -> None:
    """docxtpl as it comes would run this."""
    hostile = Document()
    hostile.add_paragraph("{{ ''.__class__.__mro__[1].__subclasses__() }}")
    packed = io.BytesIO()
    hostile.save(packed)
    with pytest.raises(Permanent) as refused:
        render(packed.getvalue(), {})
    assert refused.value.code == "bad_template"


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(Permanent) as refused:
        render(docx("ko"), {"long": [], "seal": False})
    assert refused.value.code == "bad_template"
