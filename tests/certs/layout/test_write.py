"""What a student, a verifier and a screen reader find in the waiver."""

import io
import unicodedata
from typing import Any

import page as judge
import pikepdf
import pytest
import zxingcpp
from PIL import Image

from services.certs.layout.write import Writer
from services.certs.sign import Signer
from shared.errors import Permanent
from tests.certs.layout.desk import (
    ADDRESS,
    FONTS,
    LANGUAGES,
    LONG,
    NOON,
    docx,
    drawn_signature,
    flaws_of_tags,
    layout,
    random_values,
    read_text,
    run,
    sample,
    squeezed,
    texts,
)

BOTH = pytest.mark.parametrize("language", LANGUAGES)
DRAWN = {"signature_applicant": drawn_signature(1), "signature_advisor": drawn_signature(2)}


def written(writer: Writer, language: str, values: Any = None, **more: Any) -> bytes:
    arguments: dict[str, Any] = {
        "pictures": {},
        "number": "93XV-372B-P0SN-1ABY-K",
        "at": NOON,
        "qr_text": ADDRESS,
    }
    return writer.write(layout(language), values or sample(language), **arguments | more)


@BOTH
@pytest.mark.parametrize("pictures", [{}, DRAWN], ids=["typed", "drawn"])
def test_the_paper_is_archival_accessible_and_signed_at_once(
    writer: Writer, signer: Signer, language: str, pictures: dict[str, bytes], tmp_path: Any
) -> None:
    """ISO 19005-2 level A, ISO 14289-1, and nothing that qpdf complains of."""
    pdf = written(writer, language, pictures=pictures, signer=signer)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    for profile in ("2a", "ua1"):
        found = judge.validate_pdf(str(tmp_path / "paper.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    checked = run("qpdf", "--check", tmp_path / "paper.pdf")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert flaws_of_tags(pdf) == []


@BOTH
@pytest.mark.parametrize("seed", range(4))
def test_every_value_can_be_read_from_the_paper(writer: Writer, language: str, seed: int) -> None:
    values = random_values(language, seed)
    pdf = written(writer, language, values)
    found = squeezed(read_text(pdf))
    assert [t for t in texts(values) if squeezed(t) not in found] == []
    assert flaws_of_tags(pdf) == []


@BOTH
def test_signs_of_markup_stay_as_they_were_typed(writer: Writer, language: str) -> None:
    values = sample(language) | {"major": 'R&D <b>"x"</b> & {{ 7*7 }} {% if %}'}
    assert squeezed('R&D <b>"x"</b> & {{ 7*7 }} {% if %}') in squeezed(
        read_text(written(writer, language, values))
    )


@BOTH
@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Phương Ánh",
        "Щербаков Юрий",
        "南宮 道潤",
        "Ọládélé Adé̱yẹmí",
        "Łukasz Þórsson",
        unicodedata.normalize("NFD", "한도윤 Nguyễn"),
    ],
    ids=["vietnamese", "cyrillic", "hanja", "yoruba", "european", "decomposed"],
)
def test_a_name_in_another_script_is_printed(writer: Writer, language: str, name: str) -> None:
    values = sample(language) | {"name": name}
    values["applicant"] |= {"name": name, "typed": name}
    pdf = written(writer, language, values)
    assert (
        squeezed(unicodedata.normalize("NFC", read_text(pdf))).count(
            squeezed(unicodedata.normalize("NFC", name))
        )
        == 3
    )


@pytest.mark.parametrize(
    ("field", "text", "character"),
    [
        ("name", "محمد", "U+0645"),
        ("name", "שרה", "U+05E9"),
        ("name", "สมชาย", "U+0E2A"),
        ("reasons", "불이 났습니다 \U0001f525", "U+1F525"),
        ("major", "x\x07", "U+0007"),
        ("campus", "\ud800", "U+D800"),
        ("name", "a\u200bb", "U+200B"),
        ("name", "두\n줄", "U+000A"),
        ("reasons", "\u202eright to left", "U+202E"),
        ("name", "ᄒᆞᆫ글", "U+1112"),
        ("attachments", "a\tb", "U+0009"),
    ],
)
@BOTH
def test_what_cannot_be_printed_is_refused_by_name(
    writer: Writer, language: str, field: str, text: str, character: str
) -> None:
    room_is_one = field == "name" and "\n" in text
    with pytest.raises(Permanent) as refused:
        written(
            writer,
            language,
            sample(language) | {field: text}
            if not room_is_one
            else sample(language) | {"year": text},
        )
    assert refused.value.code == "missing_glyph"
    assert refused.value.facts["character"] == character
    assert refused.value.facts["field"] == ("year" if room_is_one else field)


@BOTH
@pytest.mark.parametrize("field", ["reasons", "campus", "name", "attachments", "year", "decision"])
def test_what_does_not_fit_is_refused_not_cut(writer: Writer, language: str, field: str) -> None:
    with pytest.raises(Permanent) as refused:
        written(writer, language, sample(language) | {field: "등록금 감면 fees " * 80})
    assert (refused.value.code, refused.value.facts["field"]) == ("does_not_fit", field)


@BOTH
def test_the_longest_sensible_values_fit(writer: Writer, language: str) -> None:
    """README of the papers: 280 Korean or 560 Latin characters of reasons, names of 42."""
    values = sample(language) | LONG[language]
    sentence = {"ko": "가나다 라마바사 아자차카, ", "en": "the words of a reason go on "}[language]
    values["reasons"] = (sentence * 40)[: {"ko": 245, "en": 520}[language]]
    for role in ("applicant", "advisor", "campus_professor"):
        values[role] |= {"name": "NGUYEN HOANG Thi Phuong Anh Christina Xyz"[:42]}
        values[role]["typed"] = values[role]["name"]
    assert squeezed(values["reasons"]) in squeezed(read_text(written(writer, language, values)))


@BOTH
def test_a_missing_value_is_refused(writer: Writer, language: str) -> None:
    values = sample(language)
    del values["advisor"]["name"]
    with pytest.raises(Permanent, match=r"advisor\.name") as refused:
        written(writer, language, values)
    assert refused.value.code == "missing_value"


@BOTH
def test_the_same_order_gives_the_same_bytes(writer: Writer, signer: Signer, language: str) -> None:
    first, again = (written(writer, language, pictures=DRAWN, signer=signer) for _ in range(2))
    assert first == again == written(Writer(FONTS), language, pictures=DRAWN, signer=signer)
    assert first != written(writer, language, sample(language) | {"name": "x"}, signer=signer)


@pytest.mark.parametrize("text", [ADDRESS, "https://verify.dojang.example/v#" + "1234567890" * 41])
def test_the_qr_code_on_the_printed_page_is_read_back(
    writer: Writer, text: str, tmp_path: Any
) -> None:
    (tmp_path / "paper.pdf").write_bytes(written(writer, "ko", qr_text=text))
    run(
        "pdftoppm",
        "-r",
        150,
        "-gray",
        "-png",
        "-singlefile",
        tmp_path / "paper.pdf",
        tmp_path / "p",
    )
    with Image.open(tmp_path / "p.png") as seen:
        assert [b.text for b in zxingcpp.read_barcodes(seen)] == [text]


def test_a_text_too_long_for_the_qr_code_is_refused(writer: Writer) -> None:
    with pytest.raises(Permanent) as refused:
        written(writer, "ko", qr_text="x" * 413)
    assert refused.value.code == "qr_too_long"


@BOTH
def test_one_person_in_two_roles_signs_twice(writer: Writer, language: str) -> None:
    values, drawn = sample(language), drawn_signature(3)
    values["campus_professor"] = dict(values["advisor"])
    both = {"signature_advisor": drawn, "signature_campus_professor": drawn}
    pdf = written(writer, language, values, pictures=both)
    assert squeezed(read_text(pdf)).count(squeezed(values["advisor"]["name"])) == 2
    assert len(figures(pdf)) == 4


def test_a_preview_has_no_seal_no_code_and_says_what_it_is(writer: Writer) -> None:
    pdf = written(writer, "ko", qr_text="", seal=False, mark="미리보기 PREVIEW")
    assert figures(pdf) == []
    assert "미리보기PREVIEW" in squeezed(read_text(pdf))
    assert flaws_of_tags(pdf) == []
    assert len(figures(written(writer, "ko"))) == 2


def figures(pdf: bytes) -> list[str]:
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as document:
        return [
            str(o.Alt)
            for o in document.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/S") == pikepdf.Name.Figure
        ]


@pytest.mark.parametrize("png", [b"", b"GIF89a", drawn_signature()[:90]])
def test_a_picture_that_is_none_is_refused(writer: Writer, png: bytes) -> None:
    with pytest.raises(Permanent) as refused:
        written(writer, "ko", pictures={"signature_advisor": png})
    assert refused.value.code == "bad_picture"


def test_a_picture_without_a_place_is_refused(writer: Writer) -> None:
    with pytest.raises(Permanent) as refused:
        written(writer, "ko", pictures={"signature_dean": drawn_signature()})
    assert refused.value.code == "bad_picture"


@BOTH
def test_the_sentence_of_the_printed_form_stands_on_the_paper(
    writer: Writer, language: str
) -> None:
    """Rulebook, "Forms as printed", and the papers' wording."""
    sentence = {
        "en": "I hereby seek approval for the Application for a Tuition Fee Waiver for the 2nd "
        "semester, 2026.",
        "ko": "위와 같은 사유로 2026학년도 2학기 등록금 감면을 신청하오니 "
        "승인하여 주시기 바랍니다.",
    }[language]
    assert sentence in " ".join(read_text(written(writer, language)).split())


@BOTH
def test_title_language_and_dates_are_in_the_file(writer: Writer, language: str) -> None:
    with pikepdf.Pdf.open(io.BytesIO(written(writer, language))) as pdf:
        assert str(pdf.Root.Lang) == {"ko": "ko-KR", "en": "en-US"}[language]
        assert str(pdf.docinfo.Title).endswith("93XV-372B-P0SN-1ABY-K")
        assert str(pdf.docinfo.CreationDate) == "D:20260902112007+09'00'"
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert docx(language)
