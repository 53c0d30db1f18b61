"""What is said of a template before it is published, and where in the document it stands."""

from __future__ import annotations

import re

import pytest
from pikepdf import Name

from services.certs.library import TEMPLATES
from services.certs.templates.fields import kind_of
from services.certs.templates.findings import Finding
from services.certs.templates.looking import look_through
from tests.certs.templates.files import (
    BODY,
    built_in,
    changed,
    form,
    form_with,
    kind,
    with_text,
)

CORE = "docProps/core.xml"
STYLES = "word/styles.xml"
ALL = sorted(path for path in TEMPLATES.glob("*/*.docx"))


def found(data: bytes, name: str = "a.docx", language: str = "ko") -> list[Finding]:
    looked = look_through(data, name, kind(language=language), office=True)
    assert looked.safe
    return list(looked.findings)


def only(data: bytes, code: str, name: str = "a.docx", language: str = "ko") -> Finding:
    """The one finding of a code."""
    of_code = [one for one in found(data, name, language) if one.code == code]
    assert len(of_code) == 1, [one.code for one in found(data, name, language)]
    return of_code[0]


def body(before: str, after: str) -> bytes:
    return changed(built_in(), {BODY: lambda x: x.replace(before, after)})


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_is_said_of_a_template_that_comes_with_the_product(path: object) -> None:
    kind_ = kind_of(TEMPLATES, path.parent.name, path.stem)  # type: ignore[attr-defined]
    assert kind_ is not None
    looked = look_through(path.read_bytes(), "a.docx", kind_, office=True)  # type: ignore[attr-defined]
    assert (looked.safe, looked.findings) == (True, ())


def test_a_misspelt_field_is_named_with_the_right_one_and_its_table_row() -> None:
    docx = body("{{ campus }}", "{{ campsu }}")  # it stands there twice: ordinary and small
    misspelt = [one for one in found(docx) if one.code == "misspelt_field"]
    assert [one.facts for one in misspelt] == [{"name": "campsu", "meant": "campus"}] * 2
    place = misspelt[0].place
    assert (place.part, place.table, place.row, place.text) == ("body", 1, 6, "{{ campsu }}")


def test_an_unknown_field_is_named_with_its_paragraph() -> None:
    finding = only(with_text("상장 {{ zzz }}"), "unknown_field")
    assert finding.facts == {"name": "zzz"}
    assert finding.place.text == "상장 {{ zzz }}"
    assert (finding.place.part, finding.place.table) == ("body", 0)
    assert finding.place.paragraph > 40


def test_a_field_of_a_header_is_found_in_the_header() -> None:
    docx = changed(
        built_in(),
        {"word/footer1.xml": lambda x: x.replace("contact_line", "contact_lien")},
    )
    place = only(docx, "misspelt_field").place
    assert (place.part, place.name) == ("footer", "footer1.xml")


def test_an_unused_field_is_a_note_and_does_not_block() -> None:
    finding = only(body("{{ major }}", "-"), "unused_field")
    assert (finding.severity, finding.facts) == ("note", {"name": "major"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ seal }}", "flag_as_text"),
        ("{% for x in campus %}{{ x }}{% endfor %}", "not_a_list"),
    ],
)
def test_a_field_used_as_what_it_is_not(text: str, code: str) -> None:
    assert only(with_text(text), code).severity == "block"


def test_a_group_cannot_be_printed_as_text() -> None:
    docx = changed(
        built_in("tuition_waiver"), {BODY: lambda x: x.replace("{{ decision }}", "{{ advisor }}")}
    )
    looked = look_through(docx, "a.docx", kind("tuition_waiver"), office=True)
    assert "group_as_text" in [one.code for one in looked.findings]


def test_a_missing_font_is_named_where_it_is_first_used() -> None:
    text = '<w:t xml:space="preserve">{{ campus }}'
    faces = '<w:rPr><w:rFonts w:ascii="Comic Sans MS" w:eastAsia="굴림"/></w:rPr>'
    docx = body(f"<w:rPr/>{text}", f"{faces}{text}")
    fonts = {f.facts["font"]: f.place.row for f in found(docx) if f.code == "missing_font"}
    assert fonts == {"Comic Sans MS": 6, "굴림": 6}


def test_a_face_of_the_theme_is_looked_up() -> None:
    docx = changed(
        built_in(),
        {
            STYLES: lambda x: re.sub(
                r'(<w:name w:val="Normal"/>.*?)<w:rFonts [^>]*/>',
                r'\1<w:rFonts w:asciiTheme="minorHAnsi" w:eastAsiaTheme="minorEastAsia"/>',
                x,
                count=1,
                flags=re.S,
            ),
            BODY: lambda x: x.replace(
                "</w:tbl>", "</w:tbl><w:p><w:r><w:t>plain 글</w:t></w:r></w:p>", 1
            ),
        },
    )
    fonts = {f.facts["font"] for f in found(docx) if f.code == "missing_font"}
    assert fonts
    assert not any(font.startswith("minor") for font in fonts)


def test_an_east_asian_language_other_than_korean_is_refused() -> None:
    docx = changed(
        built_in(), {STYLES: lambda x: x.replace('w:eastAsia="ko-KR"', 'w:eastAsia="ja-JP"')}
    )
    finding = only(docx, "east_asian_language")
    assert finding.facts == {"language": "ja-JP"}
    assert finding.severity == "block"


def test_a_missing_title_and_language_are_told_and_filled_in() -> None:
    docx = changed(
        built_in(),
        {
            CORE: lambda x: re.sub(r"<dc:title>.*?</dc:title>", "", x).replace(
                "<dc:language>ko-KR</dc:language>", ""
            )
        },
    )
    notes = {f.code: f.facts for f in found(docx) if f.severity == "note"}
    assert notes["missing_title"] == {"title": "재학증명서"}
    assert notes["missing_language"] == {"language": "ko-KR"}


def test_a_file_of_the_other_language_is_refused() -> None:
    docx = changed(built_in(), {CORE: lambda x: x.replace(">ko-KR<", ">en-US<")})
    assert only(docx, "wrong_language").facts == {"language": "en-US", "wanted": "ko-KR"}


@pytest.mark.parametrize("name", ["qr", "seal"])
def test_a_paper_needs_its_qr_code_and_its_seal(name: str) -> None:
    docx = body(f'name="{name}"', 'name="Picture 7"')
    assert only(docx, "missing_picture").facts == {"name": name}


def test_a_paper_needs_its_number() -> None:
    assert only(body("{{ document_number }}", "-"), "missing_field").facts == {
        "name": "document_number"
    }


def test_a_paper_that_is_signed_needs_the_places_of_drawn_signatures() -> None:
    docx = changed(
        built_in("tuition_waiver"),
        {BODY: lambda x: x.replace('name="signature_advisor"', 'name="x"')},
    )
    looked = look_through(docx, "a.docx", kind("tuition_waiver"), office=True)
    missing = [one.facts["name"] for one in looked.findings if one.code == "missing_picture"]
    assert missing == ["signature_advisor"]


def test_a_picture_without_words_for_the_blind_is_noted() -> None:
    docx = changed(built_in(), {BODY: lambda x: re.sub(r'descr="[^"]*"', 'descr=""', x, count=1)})
    assert [f.severity for f in found(docx) if f.code == "no_alternative"] == ["note"]


def test_without_libreoffice_a_word_file_says_so_at_upload_and_a_form_does_not() -> None:
    word = look_through(built_in(), "a.docx", kind(), office=False)
    pdf = look_through(form(), "a.pdf", kind(language="en"), office=False)
    assert [one.code for one in word.findings] == ["needs_libreoffice"]
    assert "needs_libreoffice" not in [one.code for one in pdf.findings]


def test_typographic_quotes_of_word_are_read_as_plain_ones() -> None:
    docx = body("{%p if 'campus' in long %}", "{%p if ‘campus’ in long %}")
    assert found(docx) == []


# PDF forms


def test_a_form_with_the_fields_of_the_paper_can_be_published() -> None:
    assert [one.code for one in found(form(), "a.pdf", "en")] == ["form_untagged"]


def test_a_misspelt_form_field_is_named_with_the_right_one_and_its_page() -> None:
    finding = only(form(campus="campsu"), "misspelt_field", "a.pdf", "en")
    assert finding.facts == {"name": "campsu", "meant": "campus"}
    assert (finding.place.part, finding.place.name, finding.place.page) == ("form", "campsu", 1)


def test_a_form_without_the_number_or_the_qr_code_is_refused() -> None:
    codes = {
        (one.code, one.facts.get("name"))
        for one in found(form(document_number="", qr=""), "a.pdf", "en")
        if one.severity == "block"
    }
    assert codes == {("missing_field", "document_number"), ("missing_picture", "qr")}


def test_a_check_box_of_a_form_is_refused() -> None:
    def change(pdf: object) -> None:
        pdf.pages[0].obj.Annots[1].FT = Name.Btn  # type: ignore[attr-defined]

    assert only(form_with(change), "form_field_kind", "a.pdf", "en").severity == "block"


def test_a_form_whose_faces_are_not_embedded_is_refused() -> None:
    def change(pdf: object) -> None:
        for font in pdf.pages[0].Resources.Font.values():  # type: ignore[attr-defined]
            del font.FontDescriptor["/FontFile2"]
            break

    assert only(form_with(change), "font_not_embedded", "a.pdf", "en").severity == "block"


def test_a_turned_page_is_refused() -> None:
    def change(pdf: object) -> None:
        pdf.pages[0].obj.Rotate = 90  # type: ignore[attr-defined]

    assert only(form_with(change), "page_turned", "a.pdf", "en").place.page == 1


def test_a_pdf_without_fields_is_refused() -> None:
    def change(pdf: object) -> None:
        del pdf.Root["/AcroForm"], pdf.pages[0].obj["/Annots"]  # type: ignore[attr-defined]

    assert [one.code for one in found(form_with(change), "a.pdf", "en")] == ["no_form_fields"]
