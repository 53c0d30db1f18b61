"""Shapes of an uploaded template, and the commands of operators."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from docx import Document

from services import cli
from services.certs.library import Library, Version
from tests.certs.templates.files import BODY, built_in, changed, form

ONE = Version("certificate_enrollment", "ko", "2")


class Conditional:
    """A shelf with a template that has a paragraph or has it not: two shapes."""

    def versions(self) -> Sequence[Version]:
        return (ONE,)

    def holds(self, version: Version) -> bool:
        return version == ONE

    def docx(self, _version: Version) -> bytes:
        document = Document()
        for text in ("{%p if standing %}", "{{ standing }}", "{%p endif %}"):
            document.add_paragraph(text)
        packed = io.BytesIO()
        document.save(packed)
        return packed.getvalue()

    def shapes(self, _version: Version) -> Collection[str]:
        return ("a1", "b1")

    def layout(self, _version: Version, shape: str = "") -> Any:
        return f"layout {shape!r}"


def test_a_condition_has_a_layout_for_each_way_it_goes() -> None:
    library = Library((Conditional(),))
    assert library.layout(ONE, {"standing": "재학"}) == "layout 'a1'"  # type: ignore[comparison-overlap]
    assert library.layout(ONE, {"standing": ""}) == "layout 'b1'"  # type: ignore[comparison-overlap]


def dojang(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(
        cli.main, ["templates", *arguments, "--data", str(folder)], catch_exceptions=False
    )


def test_operators_upload_compile_and_put_in_use_without_the_pages(tmp_path: Path) -> None:
    (tmp_path / "own.pdf").write_bytes(form())
    paper, data = ("certificate_enrollment", "en"), tmp_path / "data"

    sent = dojang(data, "upload", *paper, str(tmp_path / "own.pdf"))
    assert (sent.exit_code, "version 2: waiting, own.pdf" in sent.output) == (0, True)
    early = dojang(data, "activate", *paper, "2")
    assert (early.exit_code, "only a version that is ready" in early.output) == (1, True)
    assert dojang(data, "compile").output == "1 compiled\n"
    assert dojang(data, "activate", *paper, "2").exit_code == 0
    listed = dojang(data, "list").output
    assert "certificate_enrollment en: version 2 is in use" in listed
    assert "certificate_enrollment ko: version 1 is in use" in listed


def test_operators_look_through_a_file_in_their_language(tmp_path: Path) -> None:
    wrong = changed(built_in(), {BODY: lambda x: x.replace("{{ campus }}", "{{ campsu }}")})
    (tmp_path / "own.docx").write_bytes(wrong)
    found = dojang(
        tmp_path / "data", "lint", "certificate_enrollment", "ko", str(tmp_path / "own.docx"),
        "--say", "ko",
    )  # fmt: skip
    assert found.exit_code == 1
    assert (
        "“campsu” 항목이 없습니다. “campus”을(를) 쓰려고 했나요? [misspelt_field]" in found.output
    )
