"""Every built-in paper looks as LibreOffice itself lays out the same data: same words, same places.

Random values of all lengths and lists of 0 to 200 rows; all conversions in a few runs.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from services.certs.layout import soffice
from services.certs.layout.layout import Layout
from services.certs.layout.plan import arranged, plan_of, shape_of
from services.certs.layout.render import render, saved
from services.certs.layout.write import Writer
from tests.certs.layout import desk
from tests.certs.layout.words import astray, words

DOCUMENTS = desk.TEMPLATES / "documents"
PAPERS = sorted((path.parent.name, path.stem) for path in DOCUMENTS.glob("*/*.docx"))
ROWS = (0, 1, 7, 16, 17, 24, 65, 66, 113, 200)
SETS = 3  # of random values, of each paper
AT_ONCE = 12  # conversions of one run, which has its time limit
TOLERANCE_POINTS = 0.5
# One of these in place of the sample's, by chance.
OTHERS: Mapping[str, tuple[str, ...]] = {
    "name_ko": ("김하늘", "남궁무지개별하늘", "응우옌 호앙 티 프엉 아인"),
    "name_en": ("KIM Haneul", "NGUYEN HOANG Thi Phuong Anh Christina-Maria", "Nguyễn Thị Ánh"),
    "campus": (
        "누리과학연구원 캠퍼스",
        "한국누리생명공학융합연구원 대전본원 캠퍼스 (Nuri Institute)",
    ),
    "major": ("AI", "과학기술경영정책 및 융합혁신공학(Science and Technology Policy)"),
    "program": ("박사과정", "Integrated M.S.–Ph.D. program"),
    "student_number": ("2019-2088", "2024-0137"),
}
TITLES = (
    "AI", "양자역학 특론", "고체의 구조와 결함 (Defects)", "Structure of Solids",
    "Many-Body Theory and Numerical Methods of Quantum Simulation on Classical Computers",
    "다체계 이론과 양자 시뮬레이션의 수치 방법, 그리고 그 응용에 관한 심화 세미나",
)  # fmt: skip
SENTENCES = (
    "그는 매우 성실한 학생으로, 연구실의 모든 일에 앞장섰습니다.",
    "I have known the student for three years and recommend them without reservation.",
    "양자 오류 정정(quantum error correction)에 관한 논문 2편을 발표하였습니다.",
    "Their work on 초전도 회로 was well-received at home and abroad.",
)


def sample(kind: str, language: str) -> dict[str, Any]:
    path = DOCUMENTS / kind / "sample.json"
    values: dict[str, Any] = json.loads(path.read_text("utf-8"))[language]
    return values


def data_sets(kind: str, language: str) -> Iterator[dict[str, Any]]:
    """Values by chance: a set for each number of rows, or a few."""
    counts = ROWS if kind == "certificate_transcript" else range(SETS)
    for count in counts:
        chance = random.Random(f"{kind} {language} {count}")
        if kind == "tuition_waiver":
            yield desk.random_values(language, count)
            continue
        values = sample(kind, language)
        for name, others in OTHERS.items():
            if name in values:
                values[name] = chance.choice((values[name], *others))
        if "courses" in values:
            values["courses"] = [a_course(values, chance) for _ in range(count)] + [
                values["courses"][-1]
            ]
        if "body" in values:
            length = (1, 4, 9)[count]
            values["body"] = "\n\n".join(
                " ".join(chance.choices(SENTENCES, k=chance.randint(1, 5))) for _ in range(length)
            )
        yield values


def a_course(values: Mapping[str, Any], chance: random.Random) -> dict[str, str]:
    first: dict[str, str] = values["courses"][0]
    return first | {
        "code": f"QUA-{chance.randint(100, 999)}",
        "title": chance.choice(TITLES),
        "category": chance.choice(("전공", "Major", "전공 필수(심화)")),
        "grade": chance.choice(("A+", "B0", "S", "F")),
        "points": chance.choice(("4.5", "3.0", "–")),
    }


def laid(kind: str, language: str, values: Any, writer: Writer) -> tuple[Layout, dict[str, Any]]:
    """The layout of the shape that these values have, and the values as it wants them."""
    folder = DOCUMENTS / kind
    plan = plan_of((folder / f"{language}.docx").read_bytes())
    any_path = next(folder.glob(f"{language}.*layout.json"))
    any_shape = any_path.name.removesuffix(".layout.json")[len(language) + 1 :]
    any_layout = Layout.read(folder, language, any_shape)
    ready = arranged(plan, values, lambda field, text: writer.broken(any_layout, field, text))
    return Layout.read(folder, language, shape_of(plan, ready)), ready


@pytest.mark.parametrize(("kind", "language"), PAPERS)
def test_the_same_words_stand_in_the_same_places(kind: str, language: str) -> None:
    writer = Writer(desk.FONTS)
    docx = (DOCUMENTS / kind / f"{language}.docx").read_bytes()
    ours, asked = {}, {}
    for number, values in enumerate(data_sets(kind, language)):
        layout, ready = laid(kind, language, values, writer)
        ours[str(number)] = writer.write(layout, ready, {}, number="", at=desk.NOON, qr_text="")
        asked[str(number)] = saved(render(docx, ready | {"long": writer.small(layout, ready)}))
    with soffice.Office(desk.FONTS) as office:
        for batch in batched_items(asked):
            for name, theirs in office.pdf(batch).items():
                assert astray(words(ours[name]), words(theirs), TOLERANCE_POINTS) == [], name


def batched_items(asked: Mapping[str, bytes]) -> Iterator[dict[str, bytes]]:
    names = list(asked)
    for first in range(0, len(names), AT_ONCE):
        yield {name: asked[name] for name in names[first : first + AT_ONCE]}
