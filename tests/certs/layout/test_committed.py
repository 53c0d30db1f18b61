"""The committed layouts belong to these templates, these faces and this compiler."""

import json
from pathlib import Path

import pytest

from services.certs.layout import soffice
from services.certs.layout.compile import compile_template, digests
from services.certs.layout.layout import Layout, named
from services.certs.layout.plan import plan_of, shapes_of
from shared.errors import Permanent
from tests.certs.layout.desk import (
    FOLDER,
    FONTS,
    LANGUAGES,
    TEMPLATES,
)

BOTH = pytest.mark.parametrize("language", LANGUAGES)
TOLERANCE_POINTS = 0.5


def names(folder: Path, language: str) -> list[str]:
    """The layouts of a template: one for each of its shapes."""
    paths = folder.glob(f"{language}.*layout.json")
    return sorted(path.name.removesuffix(".layout.json") for path in paths)


PAPERS = sorted((TEMPLATES / "documents").glob("*/*.docx"))
EACH = pytest.mark.parametrize("paper", PAPERS, ids=lambda p: f"{p.parent.name}-{p.stem}")


@EACH
def test_a_layout_was_made_from_what_lies_beside_it(paper: Path) -> None:
    digest = digests(paper.read_bytes(), FONTS)
    assert names(paper.parent, paper.stem)
    for name in names(paper.parent, paper.stem):
        text = (paper.parent / f"{name}.layout.json").read_text("utf-8")
        made_from = json.loads(text)["made_from"]
        version = {"libreoffice": made_from["libreoffice"]}
        assert made_from == digest | version, "recompile: python -m services.certs.layout.compile"


@EACH
def test_every_shape_that_a_template_needs_is_there(paper: Path) -> None:
    """And none that it does not: 0 to 200 rows of a list, all pages of a letter."""
    values = json.loads((paper.parent / "sample.json").read_text("utf-8"))[paper.stem]
    shapes = shapes_of(plan_of(paper.read_bytes()), values)
    wanted = sorted(named(paper.stem, shape) for shape in shapes)
    assert names(paper.parent, paper.stem) == wanted


@pytest.mark.parametrize(
    ("kind", "language", "most"),
    [
        ("tuition_waiver", "ko", 1),
        ("tuition_waiver", "en", 1),
        ("certificate_transcript", "ko", 2),
        ("certificate_transcript", "en", 1),
        ("recommendation_letter", "ko", 1),
    ],
)
def test_compiling_again_gives_the_same_bytes(kind: str, language: str, most: int) -> None:
    """The smallest shapes: the larger ones differ in how often the same happens."""
    folder = TEMPLATES / "documents" / kind
    paper = (folder / f"{language}.docx").read_bytes()
    values = json.loads((folder / "sample.json").read_text("utf-8"))[language]
    for shape, example in list(shapes_of(plan_of(paper), values).items())[:most]:
        name = named(language, shape)
        committed = (folder / f"{name}.layout.json").read_text("utf-8")
        if json.loads(committed)["made_from"]["libreoffice"] != soffice.version():
            pytest.skip("another LibreOffice lays out otherwise: its bytes may differ")
        made = compile_template(paper, example, FONTS)
        assert made.layout == committed
        assert made.base == (folder / f"{name}.base.pdf").read_bytes()


def test_a_base_of_another_layout_is_refused() -> None:
    text = (FOLDER / "ko.layout.json").read_text("utf-8")
    with pytest.raises(Permanent) as refused:
        Layout.parse(text, (FOLDER / "en.base.pdf").read_bytes())
    assert refused.value.code == "template_damaged"
