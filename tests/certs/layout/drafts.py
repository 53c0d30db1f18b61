"""Word templates made on the spot: as short as a test wants them, set as templates are to be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

FONT = "NanumMyeongjo"
ROW_POINTS = 30  # of a table's rows
LINE_POINTS = 20  # of a paragraph's lines


class Draft:
    """A Word template in the making: `Draft("a {{ name }}").table(...).docx`."""

    def __init__(self, *paragraphs: str, header: str = "", footer: str = "") -> None:
        self.document = Document()
        self.document.core_properties.title = "Draft"
        self.document.core_properties.language = "en-US"
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(11)
        fonts = style.element.rPr.rFonts
        for name in ("eastAsia", "cs"):
            fonts.set(qn(f"w:{name}"), FONT)
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "ko-KR")
        style.element.rPr.append(language)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        style.paragraph_format.line_spacing = Pt(LINE_POINTS)
        section = self.document.sections[0]
        for part, text in ((section.header, header), (section.footer, footer)):
            if text:
                part.paragraphs[0].text = text
        self.paragraphs(*paragraphs)

    def paragraphs(self, *texts: str) -> Draft:
        for text in texts:
            self.document.add_paragraph(text)
        return self

    def table(self, rows: Sequence[Sequence[str]], heading: bool = True) -> Draft:
        """A table of exact rows, the first one repeated on each page."""
        table = self.document.add_table(len(rows), max(map(len, rows)))
        for number, texts in enumerate(rows):
            row = table.rows[number]
            row.height, row.height_rule = Pt(ROW_POINTS), WD_ROW_HEIGHT_RULE.EXACTLY
            if heading and number == 0:
                row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            for cell, text in zip(row.cells, texts, strict=False):
                cell.paragraphs[0].text = text
        return self

    @property
    def docx(self) -> bytes:
        packed = io.BytesIO()
        self.document.save(packed)
        return packed.getvalue()


def courses(count: int, **more: str) -> list[dict[str, Any]]:
    """Items of a list, each with its number."""
    return [{"title": f"Course {n}", "grade": f"A{n}"} | more for n in range(1, count + 1)]
