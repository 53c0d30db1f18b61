"""Letters that come as files: their words are taken, everything else is refused by name."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import docx
import pytest
from pypdf import PdfWriter

from services.forms.letters.taking import BYTES_MOST, take
from shared.errors import Refused
from tests.forms.cast import ROOT

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word_file(*paragraphs: str) -> bytes:
    """A Word file with these paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def packed(body: bytes, **more: bytes) -> bytes:
    """A ZIP that calls itself a Word file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("word/document.xml", body)
        for name, content in more.items():
            out.writestr(name.replace("__", "/"), content)
    return data.getvalue()


def pdf_file(*lines: str) -> bytes:
    """A PDF of one page with these lines, 16 points apart; an empty one is a wider gap."""
    words, y = [], 780
    for line in lines:
        y -= 16
        if line:
            words.append(f"BT /F1 11 Tf 60 {y} Td ({line}) Tj ET")
    content = "\n".join(words).encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%b\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj %b endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret")
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def blank_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def test_the_paragraphs_of_a_word_file_are_apart_by_an_empty_line() -> None:
    taken = take("추천서.docx", word_file("한서윤 학생을 추천합니다.", "성실한 학생입니다."))
    assert taken.text == "한서윤 학생을 추천합니다.\n\n성실한 학생입니다."
    assert not taken.guessed


def test_a_word_files_own_empty_lines_are_kept_once_each() -> None:
    taken = take("letter.docx", word_file("", "Dear all,", "", "", "First.", "Second.", ""))
    assert taken.text == "Dear all,\n\nFirst.\nSecond."


def test_deleted_words_and_instructions_are_not_the_letters_own() -> None:
    body = (
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Kept</w:t></w:r>'
        "<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t> and added</w:t></w:r></w:ins>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:tab/><w:t>by tab</w:t></w:r>"
        "</w:p></w:body></w:document>"
    )
    assert take("a.docx", packed(body.encode())).text == "Kept and added by tab"


def test_tables_and_invisible_signs_are_read_as_plain_words() -> None:
    document = docx.Document()
    document.add_paragraph("Be\u00adfore\u200b the\u00a0table")
    document.add_table(1, 1).cell(0, 0).text = "inside"
    data = io.BytesIO()
    document.save(data)
    assert take("a.docx", data.getvalue()).text.split() == ["Before", "the", "table", "inside"]


def test_the_lines_of_a_pdf_are_put_together_again() -> None:
    taken = take(
        "letter.pdf",
        pdf_file(
            "I have known this student for three years and have super-",
            "vised every one of her experiments in our laboratory.",
            "",
            "I recommend her without any reservation to your univer-",
            "sity.",
        ),
    )
    assert taken.text.split("\n\n") == [
        (
            "I have known this student for three years and have supervised every one of her "
            "experiments in our laboratory."
        ),
        "I recommend her without any reservation to your university.",
    ]
    assert taken.guessed


def test_our_own_papers_can_be_read() -> None:
    data = (ROOT / "templates/documents/recommendation_letter/en.a20.base.pdf").read_bytes()
    assert "Signature of the writer" in take("paper.pdf", data).text


BOMB = b"<w:document xmlns:w='" + WORD.encode() + b"'><w:body>" + b"<w:p/>" * 4_000_000
LOL = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<w:document xmlns:w='" + WORD.encode() + b"'><w:body><w:p><w:r><w:t>&b;</w:t></w:r></w:p>"
    b"</w:body></w:document>"
)
OUTSIDE = (
    b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><w:document xmlns:w="'
    + WORD.encode()
    + b'"><w:body><w:p><w:r><w:t>&a;</w:t></w:r></w:p></w:body></w:document>'
)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", lambda: b"", "upload_empty"),
        ("a.docx", lambda: b"%PDF-1.7 nothing", "upload_damaged"),
        ("a.pdf", lambda: b"%PDF-1.7 " + b"0" * 9000, "upload_damaged"),
        ("a.pdf", lambda: b"MZ" + b"\0" * 200, "letter_type"),
        ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "letter_type"),
        ("a.hwp", lambda: b"PK\x03\x04mimetypeapplication/hwp+zip", "letter_type"),
        ("a.docx", lambda: b"PK\x03\x04" + b"word/document.xml" + b"\0" * 99, "upload_damaged"),
        ("a.docx", lambda: packed(b"<not xml"), "upload_damaged"),
        ("a.docx", lambda: packed(BOMB), "letter_file_too_long"),
        ("a.docx", lambda: packed(LOL), "upload_damaged"),
        ("a.docx", lambda: packed(OUTSIDE), "upload_damaged"),
        ("a.docx", lambda: word_file("", " "), "upload_empty"),
        ("a.docx", lambda: word_file("Far too long. " * 9000), "letter_file_too_long"),
        ("a.pdf", locked_pdf, "upload_locked"),
        ("scan.pdf", blank_pdf, "letter_scan"),
        ("a\u202egnp.docx", lambda: word_file("x"), "upload_name"),
        ("a.docx", lambda: b"PK\x03\x04" + b"\0" * BYTES_MOST, "upload_too_large"),
    ],
)
def test_what_is_no_letter_is_refused_by_name(
    name: str, data: Callable[[], bytes], code: str
) -> None:
    with pytest.raises(Refused) as refused:
        take(name, data())
    assert refused.value.code == code


def test_macros_are_refused() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        out.writestr("word/document.xml", "<a/>")
        out.writestr("word/vbaProject.bin", "x")
    with pytest.raises(Refused) as refused:
        take("a.docm", data.getvalue())
    assert refused.value.code == "letter_macros"
