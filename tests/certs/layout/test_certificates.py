"""The papers of certificates: archival, accessible, laid out as LibreOffice does (CRT-01 to 08)."""

import json
from datetime import UTC, datetime
from typing import Any

import page as judge
import pytest
import zxingcpp
from PIL import Image

from services.certs.layout.compile import digests
from services.certs.layout.layout import Layout
from services.certs.layout.plan import arranged, plan_of, shape_of
from services.certs.layout.working_copy import working_copy
from services.certs.layout.write import Writer
from services.certs.sign import Signer
from tests.certs.layout.desk import (
    FONTS,
    TEMPLATES,
    flaws_of_tags,
    read_text,
    run,
    squeezed,
    texts,
)

FOLDERS = sorted((TEMPLATES / "documents").glob("certificate_*"))
PAPERS = [(folder.name, path.stem) for folder in FOLDERS for path in sorted(folder.glob("*.docx"))]
EACH = pytest.mark.parametrize(("kind", "language"), PAPERS)
NOON = datetime(2026, 11, 22, 3, tzinfo=UTC)
ADDRESS = "https://verify.dojang.example/verify/93XV-372B-P0SN-1ABY-K"
LONG = {
    "name_ko": "응우옌 호앙 티 프엉 아인 크리스티나",
    "name_en": "NGUYEN HOANG Thi Phuong Anh Christina-Maria",
    "campus": "한국누리생명공학융합연구원 대전본원 캠퍼스 (Nuri Research Institute of Bioscience)",
    "major": "과학기술경영정책 및 융합혁신공학(Science and Technology Policy)",
}
OF_THE_PAPER = {
    "certificate_enrollment": ("재학하고 있음을 증명합니다", "is enrolled as a student"),
    "certificate_degree": ("학위를 받았음을 증명합니다", "holds the above degree"),
    "certificate_transcript": ("위와같이성적을증명합니다", "is a true record of the courses taken"),
    "certificate_expected_degree": ("받을 예정임을 증명합니다", "is expected to receive"),
    "certificate_completion": ("수료하였음을 증명합니다", "has completed the coursework"),
    "certificate_leave": ("휴학 중임을 증명합니다", "is on leave of absence"),
    "certificate_termination": ("제적되었음을 증명합니다", "ended as stated above"),
    "certificate_conferral": ("학위를 수여하였음을 증명합니다", "has conferred the above degree"),
    "certificate_tuition_payment": ("등록금을 납입하였음을 증명합니다",),  # CRT-09: Korean only
}


def laid(kind: str, language: str, values: Any) -> tuple[Layout, Any]:
    """The layout of the shape that these values have, and the values as it wants them."""
    plan = plan_of(docx(kind, language))
    ready = arranged(plan, values)
    return Layout.read(TEMPLATES / "documents" / kind, language, shape_of(plan, ready)), ready


def docx(kind: str, language: str) -> bytes:
    return (TEMPLATES / "documents" / kind / f"{language}.docx").read_bytes()


def sample(kind: str, language: str) -> dict[str, Any]:
    path = TEMPLATES / "documents" / kind / "sample.json"
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))[language]
    return values


def longest(kind: str, language: str) -> dict[str, Any]:
    values = sample(kind, language)
    return values | {name: text for name, text in LONG.items() if name in values}


def written(writer: Writer, kind: str, language: str, values: Any = None, **more: Any) -> bytes:
    values = values or sample(kind, language)
    how: dict[str, Any] = {"number": values["document_number"], "at": NOON, "qr_text": ADDRESS}
    return writer.write(*laid(kind, language, values), {}, **how | more)


def test_every_certificate_is_there_in_the_rulebooks_languages() -> None:
    assert {
        kind: PAPERS.count((kind, "ko")) + PAPERS.count((kind, "en")) for kind, _ in PAPERS
    } == {kind: len(statements) for kind, statements in OF_THE_PAPER.items()}


@EACH
def test_its_layout_was_made_from_what_lies_beside_it(kind: str, language: str) -> None:
    paths = list((TEMPLATES / "documents" / kind).glob(f"{language}.*layout.json"))
    digest = digests(docx(kind, language), FONTS)
    assert paths
    for path in paths:
        made_from = json.loads(path.read_text("utf-8"))["made_from"]
        libreoffice = {"libreoffice": made_from["libreoffice"]}
        assert made_from == digest | libreoffice, (
            "recompile: python -m services.certs.layout.compile"
        )


@EACH
def test_it_is_archival_accessible_and_signed_at_once(
    writer: Writer, signer: Signer, kind: str, language: str, tmp_path: Any
) -> None:
    """ISO 19005-2 level A, ISO 14289-1, and nothing that qpdf complains of."""
    pdf = written(writer, kind, language, longest(kind, language), signer=signer)
    (tmp_path / "paper.pdf").write_bytes(pdf)
    for profile in ("2a", "ua1"):
        found = judge.validate_pdf(str(tmp_path / "paper.pdf"), profile=profile)
        assert found.is_compliant, [(f.rule_id, f.message) for f in found.failures]
    checked = run("qpdf", "--check", tmp_path / "paper.pdf")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert flaws_of_tags(pdf) == []


@EACH
def test_it_says_what_it_certifies_and_every_value(
    writer: Writer, kind: str, language: str
) -> None:
    values = longest(kind, language)
    found = squeezed(read_text(written(writer, kind, language, values)))
    assert squeezed(OF_THE_PAPER[kind][language == "en"]) in found
    assert [text for text in texts(values) if squeezed(text) not in found] == []


@EACH
def test_a_preview_has_neither_seal_nor_code(writer: Writer, kind: str, language: str) -> None:
    mark = "미리보기 PREVIEW"
    pdf = written(writer, kind, language, qr_text="", seal=False, mark=mark)
    assert squeezed(mark) in squeezed(read_text(pdf))
    assert flaws_of_tags(pdf) == []


@EACH
def test_the_working_copy_says_that_it_is_one(kind: str, language: str) -> None:
    import io
    import zipfile

    made = zipfile.ZipFile(
        io.BytesIO(working_copy(docx(kind, language), sample(kind, language), []))
    )
    headers = b"".join(
        made.read(name) for name in made.namelist() if name.startswith("word/header")
    ).decode()
    assert {"ko": "사본 (효력 없음)", "en": "COPY (not valid)"}[language] in headers


@EACH
def test_its_code_leads_to_its_verification(
    writer: Writer, kind: str, language: str, tmp_path: Any
) -> None:
    (tmp_path / "paper.pdf").write_bytes(written(writer, kind, language))
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
    with Image.open(tmp_path / "p.png") as picture:
        assert [code.text for code in zxingcpp.read_barcodes(picture)] == [ADDRESS]
