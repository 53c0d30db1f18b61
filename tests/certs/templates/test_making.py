"""A Word template compiled by a child of the worker, with LibreOffice as it is."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from pypdf import PdfReader

from services.certs.layout.layout import Layout
from services.certs.templates import longest
from services.certs.templates.compiling import Stopped, in_a_child
from services.certs.templates.fields import LIST, shape_of
from tests.certs.templates.files import BODY, built_in, changed, kind

SETTINGS = {"contact_line_ko": "학생과 · registrar@dojang.example"}


def narrow() -> bytes:
    """The enrolment certificate whose value of the English name has no small style."""

    def edit(body: str) -> str:
        at = body.index("{%p if 'name_en' in long %}")
        start, end = body.rindex("<w:p>", 0, at), body.index("{%p endif %}", at)
        end = body.index("</w:p>", end) + len("</w:p>")
        kept = body.index("{{ name_en }}", body.index("{%p else %}", at))
        paragraph = body[body.rindex("<w:p>", 0, kept) : body.index("</w:p>", kept) + 6]
        return body[:start] + paragraph + body[end:]

    return changed(built_in(), {BODY: edit})


def made(data: bytes):  # type: ignore[no-untyped-def]
    entry = SimpleNamespace(form="docx")
    return in_a_child(entry, kind(), data, lambda: True, SETTINGS)  # type: ignore[arg-type]


def test_a_word_template_becomes_layouts_and_previews_and_misfits_are_named() -> None:
    result = made(narrow())

    assert not result.later, result.findings
    layout = Layout.parse(result.files["layout/"].decode(), result.files["base/"])
    assert {"name_ko", "name_en", "document_number"} <= set(layout.fields)
    previews = {name for name in result.files if name.startswith("preview/")}
    assert previews == {f"preview/{name}" for name in ("sample", *longest.SCRIPTS)}
    sample = PdfReader(io.BytesIO(result.files["preview/sample"])).pages[0].extract_text()
    assert "한도윤" in sample
    assert "registrar@dojang.example" in sample
    misfits = [one for one in result.findings if one.facts.get("name") == "name_en"]
    assert [one.code for one in misfits][:1] == ["does_not_fit"]
    facts = misfits[0].facts
    assert facts["characters"] == 42
    assert 10 < facts["fits"] < 42
    assert facts["script"] == "latin"


def test_a_child_that_is_no_longer_wanted_is_ended_with_its_libreoffice() -> None:
    entry = SimpleNamespace(form="docx")
    asked = iter([True] * 8)

    with pytest.raises(Stopped):
        in_a_child(entry, kind(), built_in(), lambda: next(asked, False), SETTINGS)  # type: ignore[arg-type]

    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
    assert "make_child.py" not in "".join(
        line for line in found.stdout.splitlines() if str(Path(sys.executable)) in line
    )


@pytest.mark.parametrize("script", longest.SCRIPTS)
def test_worst_cases_are_as_long_as_stated_and_in_every_script(script: str) -> None:
    sample = kind("certificate_transcript").sample
    worst = longest.longest(sample, "ko", script)
    assert len(worst["courses"]) == 200
    assert len(worst["courses"][0]["title"]) == 30
    assert worst["name_en"] == longest.NAMES[script][:42].rstrip()
    assert {name for name, value in worst.items() if shape_of(value) == LIST} == {"courses"}
