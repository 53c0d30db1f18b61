"""The paper of the waiver on a test's desk: templates, samples, values of all lengths, and eyes."""

from __future__ import annotations

import copy
import io
import json
import random
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
from PIL import Image, ImageDraw

from services.certs.layout.layout import Layout

TEMPLATES = Path(__file__).parents[3] / "templates"
FOLDER = TEMPLATES / "documents" / "tuition_waiver"
FONTS = TEMPLATES / "fonts"
NOON = datetime(2026, 9, 2, 2, 20, 7, tzinfo=UTC)
LANGUAGES = ("ko", "en")
ADDRESS = "https://verify.dojang.example/v/93XV372BP0SN1ABYK"

SHORT = {
    "ko": {"campus": "누리과학연구원 캠퍼스", "major": "양자정보과학", "name": "한도윤"},
    "en": {"campus": "Nuri Campus", "major": "Quantum Information Science", "name": "HAN Doyun"},
}
LONG = {
    "ko": {
        "campus": "한국누리생명공학융합연구원 대전본원 캠퍼스",
        "major": "과학기술경영정책 및 융합혁신공학(Science and Technology Policy)",
        "program": "석·박사 통합과정",
        "name": "남궁무지개별하늘 (NGUYEN HOANG Thi Phuong)",
        "decision": "감면 일부 승인(조건부, 증빙 서류 추가 제출)",
        "attachments": "피해사실확인서.pdf, 가족관계증명서.pdf, " * 4,
    },
    "en": {
        "campus": "Nuri Research Institute of Bioscience and Biotechnology Campus",
        "major": "Science and Technology Management Policy and Innovation",
        "program": "Integrated Master’s and doctoral program (M.S.–Ph.D.)",
        "name": "NGUYEN HOANG Thi Phuong Anh Christina",
        "decision": "Granted in part, on the condition stated",
        "attachments": "certificate_of_damage.pdf, family_relation_certificate.pdf, " * 3,
    },
}
REASONS = {
    "ko": "집중호우로 본가가 침수되어 전파 판정을 받았고, 복구에 드는 비용을 2026년 7월부터 가족이 "
    "함께 부담하고 있습니다. (첨부: damage report) 등록금의 3분의 2를 감면하여 “주시기를” "
    "신청합니다. A+ 성적",
    "en": "torrential rain flooded my family’s home, which was declared a total loss; I cannot pay "
    "this semester’s tuition (KRW 2,500,000) within the period, well-known facts 도장 attached.",
}


def layout(language: str) -> Layout:
    return Layout.read(FOLDER, language)


def docx(language: str) -> bytes:
    return (FOLDER / f"{language}.docx").read_bytes()


def sample(language: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((FOLDER / "sample.json").read_text("utf-8"))[language]
    return copy.deepcopy(values)


def random_values(language: str, seed: int) -> dict[str, Any]:
    """The sample with short and long values drawn by chance, and reasons of one to seven lines."""
    chance, values = random.Random(seed), sample(language)
    for name, long in LONG[language].items():
        values[name] = chance.choice([long, SHORT[language].get(name, values[name])]).strip(", ")
    for role in ("applicant", "advisor", "campus_professor"):
        values[role]["name"] = values[role]["typed"] = chance.choice(
            [values["name"], SHORT[language]["name"], values[role]["name"]]
        )
    count = chance.randint(5, 55 if language == "ko" else 75)
    values["reasons"] = " ".join(chance.choice(REASONS[language].split()) for _ in range(count))
    return values


def drawn_signature(seed: int = 1) -> bytes:
    """A scribble as a person draws it on a screen: PNG with a transparent ground."""
    chance, picture = random.Random(seed), Image.new("RGBA", (360, 120), (0, 0, 0, 0))
    points = [(20 + 8 * i, chance.randint(20, 100)) for i in range(40)]
    ImageDraw.Draw(picture).line(points, fill=(20, 30, 60, 255), width=4)
    packed = io.BytesIO()
    picture.save(packed, "png")
    return packed.getvalue()


def texts(values: Mapping[str, Any]) -> list[str]:
    """All texts of nested values."""
    found = []
    for value in values.values():
        if isinstance(value, Mapping):
            found += texts(value)
        elif isinstance(value, str):
            found.append(value)
    return found


def run(*command: object, data: bytes | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([str(c) for c in command], input=data, capture_output=True, check=False)


def read_text(pdf: bytes) -> str:
    """What pdftotext reads, in the order of the content."""
    return run("pdftotext", "-raw", "-", "-", data=pdf).stdout.decode()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def flaws_of_tags(pdf: bytes) -> list[Any]:
    """What page-validation does not look at: every painting operator in marked content, each MCID
    of a page once and in the tree, none in the tree that the page lacks (those of blank rows are
    in neither), no picture without its content."""
    with pikepdf.Pdf.open(io.BytesIO(pdf)) as document:
        told = mcids_of_tree(document)
        flaws: list[Any] = []
        for number, page in enumerate(document.pages):
            seen, unmarked = follow_marks(page)
            flaws += unmarked
            if sorted(seen) != told.get(number, []):
                flaws.append(("mcids", set(seen) ^ set(told.get(number, []))))
        for thing in document.objects:
            if isinstance(thing, pikepdf.Dictionary) and thing.get("/S") == pikepdf.Name.Figure:
                flaws += (
                    [] if "/K" in thing and "/Alt" in thing else [("empty figure", thing.objgen)]
                )
        return flaws


def mcids_of_tree(document: Any) -> dict[int, list[int]]:
    """The MCIDs of each page that a screen reader comes to, going down from the root."""
    pages = {page.obj.objgen: number for number, page in enumerate(document.pages)}
    found: dict[int, list[int]] = {}
    waiting = [(document.Root.StructTreeRoot, None)]
    while waiting:
        element, page = waiting.pop()
        page = pages[element.Pg.objgen] if "/Pg" in element else page
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                found.setdefault(page or 0, []).append(kid)
            elif "/S" in kid:
                waiting.append((kid, page))
            elif "/MCID" in kid:
                found.setdefault(pages[kid.Pg.objgen], []).append(int(kid.MCID))
    return {number: sorted(mcids) for number, mcids in found.items()}


PAINTING = {"Tj", "TJ", "S", "f", "F", "f*", "B", "B*", "s", "b", "Do", "sh"}


def follow_marks(page: Any) -> tuple[list[int], list[Any]]:
    """(MCIDs in their order, painting operators outside of marked content)"""
    seen, unmarked, depth = [], [], 0
    for step in pikepdf.parse_content_stream(page):
        operator = str(step.operator)
        if operator in ("BDC", "BMC"):
            depth += 1
            if operator == "BDC" and "/MCID" in step.operands[1]:
                seen.append(int(step.operands[1].MCID))
        elif operator == "EMC":
            depth -= 1
        elif operator in PAINTING and not depth:
            unmarked.append(("unmarked", operator))
    return seen, unmarked
