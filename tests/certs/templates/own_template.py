"""A Word template as staff might write it: a loop, conditions, pictures, two languages."""

from __future__ import annotations

import io
from typing import Any

from docx import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from PIL import Image, ImageDraw

FACE = "나눔명조"
HEADING = "성적증명서 Academic Transcript"


def transcript() -> bytes:
    """For `certificate_transcript` in Korean; not at all like the one that comes with Dojang."""
    document = Document()
    document.core_properties.title = "성적증명서"
    document.core_properties.language = "ko-KR"
    prepare_styles(document)
    picture(document.add_paragraph(), "emblem", "학교 문장", square("navy"), 18)
    document.add_paragraph(HEADING).runs[0].font.size = Pt(22)
    mixed(document.add_paragraph())
    document.add_paragraph("{%p if standing == '재학' %}")
    document.add_paragraph("현재 재학 중입니다. Currently enrolled.")
    document.add_paragraph("{%p else %}")
    document.add_paragraph("학적: {{ standing }}")
    document.add_paragraph("{%p endif %}")
    courses(document)
    document.add_paragraph("취득 {{ totals.credits_earned }}학점, 평점 {{ totals.gpa }}")
    document.add_paragraph("{{ issue_date }}")
    sealed = document.add_paragraph("{%r if seal %}")
    picture(sealed, "seal", "직인", square("firebrick"), 22)
    sealed.add_run("{%r endif %}")
    picture(document.add_paragraph(), "qr", "문서 확인 QR 코드", square("black"), 35)
    document.add_paragraph("문서확인번호 {{ document_number }}")
    packed = io.BytesIO()
    document.save(packed)
    return packed.getvalue()


def prepare_styles(document: Any) -> None:
    """One face for everything, in Korean."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for style in document.styles:
        properties = style.element.find(qn("w:rPr"))
        fonts = None if properties is None else properties.find(qn("w:rFonts"))
        if fonts is not None:
            properties.remove(fonts)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    properties = defaults.find(qn("w:rPr"))
    for old in (properties.find(qn("w:rFonts")), properties.find(qn("w:lang"))):
        if old is not None:
            properties.remove(old)
    fonts = properties.makeelement(
        qn("w:rFonts"), {qn(f"w:{side}"): FACE for side in ("ascii", "hAnsi", "eastAsia", "cs")}
    )
    language = properties.makeelement(
        qn("w:lang"), {qn("w:val"): "ko-KR", qn("w:eastAsia"): "ko-KR"}
    )
    properties.insert(0, fonts)
    properties.append(language)


def mixed(paragraph: Any) -> None:
    """Korean and English in one paragraph with values, one of them bold."""
    paragraph.add_run("성명 Name: ")
    paragraph.add_run("{{ name_ko }}").bold = True
    paragraph.add_run(" ({{ name_en }}), 전공 Major: {{ major }}")


def courses(document: Any) -> None:
    """A row for each course, as many as there are."""
    table = document.add_table(rows=4, cols=3)
    rows = (
        ("과목 Course", "학점", "성적"),
        ("{%tr for course in courses %}", "", ""),
        ("{{ course.title }}", "{{ course.credits }}", "{{ course.grade }}"),
        ("{%tr endfor %}", "", ""),
    )
    for row, words in zip(table.rows, rows, strict=True):
        row.height, row.height_rule = Pt(16), WD_ROW_HEIGHT_RULE.EXACTLY
        for cell, text in zip(row.cells, words, strict=True):
            cell.text = text


def picture(paragraph: Any, name: str, words: str, png: bytes, millimetres: float) -> None:
    """A picture with its name and its words for the blind."""
    run = paragraph.add_run()
    run.add_picture(io.BytesIO(png), width=Mm(millimetres))
    drawing = next(run._r.iter(qn("wp:docPr")))
    drawing.set("name", name)
    drawing.set("descr", words)


def square(color: str) -> bytes:
    image = Image.new("RGB", (120, 120), "white")
    ImageDraw.Draw(image).rectangle((8, 8, 112, 112), outline=color, width=8)
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()
