"""Bad values on papers of every kind and language, and a full disk: a refusal that names the
field, or exactly one right document; never half a file.

(The same request ten times at once: `test_issue.py`; kills: `test_kills.py`; hostile templates:
`templates/`; hostile files to verify: `test_forgeries.py`.)
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.certs import number
from services.certs.library import BuiltIn, Version
from services.certs.press import Order
from shared.errors import Permanent
from shared.messages import DocumentFailed, DocumentRequested
from tests.certs.forging.papers import sample
from tests.certs.layout.desk import read_text, squeezed
from tests.certs.parts import NOON, Office
from tests.parts.fixtures import need

TEMPLATES = BuiltIn().versions()
EACH = pytest.mark.parametrize(
    "template", TEMPLATES, ids=[f"{one.kind}-{one.language}" for one in TEMPLATES]
)
DRAWN = number.write(0x1234_5678_9ABC_DEF0_1234)
BAD = {
    "a script without a face": ("محمد", "missing_glyph"),
    "a picture character": ("한도윤 \U0001f525", "missing_glyph"),
    "a bell": ("한도윤\x07", "missing_glyph"),
    "a null": ("한\x00도윤", "missing_glyph"),
    "an escape": ("\x1b[31m한도윤", "missing_glyph"),
    "half a surrogate": ("한도윤\ud83d", "missing_glyph"),
    "a turned direction": ("\u202e윤도한", "missing_glyph"),
    "a delete": ("한도윤\x7f", "missing_glyph"),
}
LONG = {"2,000 syllables": "가" * 2000, "2,000 letters": "W" * 2000, "words": "등록금 fees " * 182}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """certs for all of these tests: refusals leave nothing behind."""
    folder = tmp_path_factory.mktemp("bad")
    made = Office(folder, f"sqlite:///{folder / 'certs.sqlite'}")
    yield made
    made.close()


@EACH
@pytest.mark.parametrize("bad", BAD)
def test_what_no_face_prints_is_refused_in_each_field_by_its_name(
    office: Office, template: Version, bad: str
) -> None:
    text, code = BAD[bad]
    for path in text_paths(sample(template)):
        with pytest.raises(Permanent) as refused:
            print_with(office, template, path, text)
        assert refused.value.code == code, path
        assert same_field(refused.value.facts["field"], path), (refused.value.facts, path)


@EACH
@pytest.mark.parametrize("long", LONG)
def test_two_thousand_characters_are_refused_by_name_or_printed_whole(
    office: Office, template: Version, long: str
) -> None:
    for path in text_paths(sample(template)):
        pdf, refused = print_or_refuse(office, template, path, LONG[long])
        if refused is None:
            lacking = Counter(squeezed(LONG[long])) - Counter(squeezed(read_text(pdf)))
            assert not lacking, path  # footers of pages may stand in between
        elif refused.code == "does_not_fit":
            assert same_field(refused.facts["field"], path), (refused.facts, path)
        else:
            assert refused.code == "needs_libreoffice", path


@EACH
def test_a_refused_paper_leaves_nothing_and_says_why(
    office: Office, template: Version, tmp_path: Path
) -> None:
    path = text_paths(sample(template))[0]
    before = files_of(office)
    asked = DocumentRequested(
        issue_id=f"bad-{template.kind}-{template.language}",
        application_id="application-1",
        kind=template.kind,
        language=template.language,
        template_version=None,
        facts={"values": changed(sample(template), path, "한도윤\x07"), "pictures": {},
               "shows": [], "holder": "person-1"},
    )  # fmt: skip

    office.hear(asked)

    said = [one for one in office.said() if getattr(one, "issue_id", "") == asked.issue_id]
    assert [type(one) for one in said] == [DocumentFailed]
    assert isinstance(said[0], DocumentFailed)
    assert (said[0].code, said[0].detail["character"]) == ("missing_glyph", "U+0007")
    assert office.documents() == []
    assert office.dead() == []
    assert files_of(office) == before


@pytest.mark.parametrize("what", ["files", "everything"])
def test_a_full_disk_leaves_nothing_half_done_and_the_request_waits(
    tmp_path: Path, what: str
) -> None:
    need(None if sys.platform == "linux" else "a full disk is made with Linux's namespaces")
    done = subprocess.run(
        ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user", "--user"]),
         sys.executable, "-m", "tests.certs.full_disk", tmp_path, what],
        capture_output=True, text=True, timeout=600, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found["full"] == {"documents": 0, "whole": [], "said": [], "dead": [], "files": 0}
    assert found["after"] == {
        "documents": 1, "whole": [True], "said": ["document.issued"], "dead": [], "files": 1,
    }  # fmt: skip


def print_with(office: Office, template: Version, path: tuple[str | int, ...], text: str) -> bytes:
    """The paper of the sample with one value exchanged."""
    values = changed(sample(template), path, text)
    return office.parts.press.document(Order(template, values, {}), DRAWN, NOON)


def print_or_refuse(
    office: Office, template: Version, path: tuple[str | int, ...], text: str
) -> tuple[bytes, Permanent | None]:
    """The paper, or why there is none."""
    try:
        return print_with(office, template, path, text), None
    except Permanent as refused:
        return b"", refused


def text_paths(values: Any, above: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The ways to all texts of nested values; of a list its first and last item."""
    if isinstance(values, str):
        return [above]
    if isinstance(values, dict):
        return [path for name in values for path in text_paths(values[name], (*above, name))]
    if isinstance(values, list) and values:
        ends = sorted({0, len(values) - 1})
        return [path for at in ends for path in text_paths(values[at], (*above, at))]
    return []


def changed(values: dict[str, Any], path: tuple[str | int, ...], text: str) -> dict[str, Any]:
    """The values with one text exchanged."""
    found: Any = copy.deepcopy(values)
    held = found
    for name in path[:-1]:
        held = held[name]
    held[path[-1]] = text
    result: dict[str, Any] = found
    return result


def same_field(named: object, path: tuple[str | int, ...]) -> bool:
    """Whether an error's field is the one at the end of a path."""
    dotted = ".".join(str(one) for one in path)
    return str(named) == dotted or str(named).startswith(f"{dotted}.")  # a line of a long text


def files_of(office: Office) -> set[Path]:
    return {path for path in Path(office.settings.data).rglob("*") if "files" in path.parts}
