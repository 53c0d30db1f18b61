"""What is printed: three papers, with values that differ from document to document."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).parents[2] / "templates" / "documents"
NOON = datetime(2026, 9, 2, 2, 20, 7, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SURNAMES = "김이박최정강조윤장임한오서신권황안송전홍남궁제갈"
GIVEN = "가나다라마바사아자차카타파하도윤서지우민준예은하린수현채원시현유진태호경"
LATIN = ["HAN Doyun", "NGUYEN Thi Anh", "Smith John", "YOON Seojin", "Petrov Ivan", "LI Wei"]
ROWS = 60
GRADES = {"A+": "4.5", "A0": "4.0", "B+": "3.5", "B0": "3.0", "S": "–"}
SUBJECTS = (
    "양자", "정보", "이론", "특론", "연구", "윤리", "논문", "작성", "고체",
    "물리", "실험", "통계", "기계", "학습", "소재", "공학", "세미나",
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A paper: its template (and the name of its Typst source), and the values that its QR code
    repeats, signed: those of the catalog's kind."""

    name: str
    about: str
    proves: tuple[str, ...]


CERTIFICATE = Kind(
    "certificate_enrollment",
    "certificate, one page",
    ("name", "program", "standing", "birth_date"),
)
WAIVER = Kind(
    "tuition_waiver",
    "waiver form, one page",
    ("name", "extent_granted", "decision", "year", "semester_ordinal", "decision_date"),
)
TRANSCRIPT = Kind(
    "certificate_transcript",
    f"transcript, {ROWS} rows, two pages",
    ("name_ko", "program", "totals.credits_earned", "totals.gpa", "totals.points", "courses",
     "birth_date"),
)  # fmt: skip
KINDS = (CERTIFICATE, WAIVER, TRANSCRIPT)


def docx(kind: Kind) -> bytes:
    return (TEMPLATES / kind.name / "ko.docx").read_bytes()


def values_of(kind: Kind, seed: int) -> dict[str, Any]:
    """The sample of a kind with everything personal drawn by chance."""
    chance = random.Random(f"{kind.name} {seed}")
    path = TEMPLATES / kind.name / "sample.json"
    values: dict[str, Any] = copy.deepcopy(json.loads(path.read_text("utf-8"))["ko"])
    name = chance.choice(SURNAMES) + "".join(chance.choices(GIVEN, k=2))
    day = f"{chance.randint(1, 28)}일"
    drawn = {
        "document_number": "-".join("".join(chance.choices(ALPHABET, k=4)) for _ in range(4))
        + "-" + chance.choice(ALPHABET),
        "name": name,
        "name_ko": name,
        "name_en": chance.choice(LATIN),
        "student_number": f"2024{seed % 100_000:05d}",
        "birth_date": f"{chance.randint(1980, 2003)}년 {chance.randint(1, 12)}월 {day}",
        "issue_number": f"제 C-2026-{seed % 100_000:05d} 호",
        "application_number": f"W-2026-{seed % 100_000:05d}",
        "application_date": f"2026년 8월 {day}",
        "decision_date": f"2026년 9월 {day}",
        "decision_reference": f"교무-2026-{seed % 10_000:04d}",
    }  # fmt: skip
    values |= {field: text for field, text in drawn.items() if field in values}
    for role in ("applicant", "advisor", "campus_professor"):
        if role in values:
            signer = name if role == "applicant" else values[role]["name"]
            hour, minute = chance.randint(10, 23), chance.randint(10, 59)
            at = f"2026-08-{chance.randint(10, 28)} {hour}:{minute}"
            values[role] |= {"name": signer, "typed": signer, "signed_at": at}
    if "courses" in values:
        values["courses"] = [course(chance, row) for row in range(ROWS)]
    return values


def course(chance: random.Random, row: int) -> dict[str, str]:
    grade = chance.choice(list(GRADES))
    return {
        "term": f"{2021 + row // 12}학년도 {1 + row // 6 % 2}학기",
        "code": f"{chance.choice(['QIS', 'COM', 'RES'])}-{chance.randint(500, 699)}",
        "title": " ".join(chance.sample(SUBJECTS, k=chance.randint(2, 4))),
        "category": chance.choice(["전공", "공통", "연구"]),
        "credits": str(chance.randint(1, 3)),
        "grade": grade,
        "points": GRADES[grade],
    }
