"""Previews: the very paper, but nobody can take it for a document."""

from __future__ import annotations

from io import BytesIO

import pytest
from pypdf import PdfReader

from services.certs import number
from shared.messages import RenderFailed, RenderFinished, RenderRequested
from tests.certs.parts import Office, facts


@pytest.mark.parametrize(("language", "mark"), [("ko", "미리보기"), ("en", "PREVIEW")])
def test_a_preview_is_marked_unsigned_and_without_number(
    office: Office, language: str, mark: str
) -> None:
    office.hear(
        RenderRequested(
            render_id="render-1",
            template="tuition_waiver",
            language=language,
            facts=facts(language),
        )
    )

    [said] = office.said()
    assert isinstance(said, RenderFinished)
    assert said.template_version == "1"
    preview = office.files.get(said.file_id, said.sha256)
    text = PdfReader(BytesIO(preview)).pages[0].extract_text()
    assert mark in text
    assert facts(language)["values"]["name"] in text
    assert number.find_all(text) == []
    assert b"/ByteRange" not in preview
    assert office.documents() == []


def test_a_preview_that_cannot_be_printed_says_which_field(office: Office) -> None:
    office.hear(
        RenderRequested(
            render_id="render-1",
            template="tuition_waiver",
            language="ko",
            facts=facts(name="𓀀"),
        )
    )

    [said] = office.said()
    assert isinstance(said, RenderFailed)
    assert (said.code, said.detail["field"]) == ("missing_glyph", "name")
