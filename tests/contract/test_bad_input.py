"""The issue's "Bad input": a clear refusal or the exact text, never a 500."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from PIL import Image

from services.demo import REASONS
from tests.contract.asking import Stranger, assert_problem
from tests.contract.test_links import pdf
from tests.people import Cast

RIGHT = {"extent": "full", "ground": "hardship", "reasons": "x"}
WRONG: list[tuple[str, Any]] = [
    ("year", "two thousand"), ("year", 1999), ("year", 2101), ("year", 10**400), ("year", 2026.5),
    ("year", True), ("year", [2026]), ("year", None), ("year", -1),
    ("semester", "summer"), ("semester", 2), ("semester", ""), ("semester", {"a": "b"}),
    ("extent", "half"), ("extent", 5), ("extent", None), ("extent", ["full"]),
    ("ground", "because"), ("ground", False), ("ground", "x" * 20_000),
    ("reasons", ""), ("reasons", "   "), ("reasons", 5), ("reasons", None), ("reasons", {}),
    ("reasons", "가" * 600), ("reasons", "x" * 5000), ("reasons", "x" * 50_000),
    ("reasons", "한\n" * 60), ("reasons", "\U0001f600 smile"), ("reasons", "\U00012000"),
    ("reasons", "\ue000"), ("reasons", "\uffff"),
    ("unknown", "x"), ("__class__", "x"), ("student_number", "2020-0001"),
]  # fmt: skip
UNPRINTABLE = ["a\x00b", "a\x07b", "a\x1b[31m", "a\u202eb", "a\x7f", "a\u2028b"]


def test_every_field_has_its_limits_and_says_them(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("en")
    for name, value in WRONG:
        body = stranger.waiver(student, **{name: value})
        answer = student.request("POST", "/api/v1/applications", json=body)
        said = assert_problem(answer, 422)
        case = student.ask("GET", f"/api/v1/applications/{said['application_id']}")
        assert case["state"] == "draft", (name, value)
        blocks = [one for one in said["findings"] if one["severity"] == "block"]
        assert name in {one.get("field") for one in blocks}, (name, value, said)
        for one in blocks:
            assert one["rule"]
            assert one["message"]


def test_what_cannot_be_printed_is_refused_by_name(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    for text in UNPRINTABLE:
        body = stranger.waiver(student, reasons=text)
        answer = student.request("POST", "/api/v1/applications", json=body)
        said = assert_problem(answer, 422)
        assert "reasons" in str(said), said
    raw = b'{"kind": "tuition_waiver", "answers": {"reasons": "\\ud800"}, "submit": true}'
    headers = {"Content-Type": "application/json"}
    answer = student.request("POST", "/api/v1/applications", content=raw, headers=headers)
    assert answer.status_code in (400, 422)


def test_refusals_of_a_korean_student_are_korean(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    for name, value in (("reasons", "가" * 600), ("extent", "half"), ("year", "x"), ("extent", 5)):
        body = stranger.waiver(student, **{name: value})
        said = student.request("POST", "/api/v1/applications", json=body).json()
        words = [said["detail"], said["title"]]
        words += [one[which] for one in said["findings"] for which in ("message", "remedy")
                  if one["severity"] == "block"]  # fmt: skip
        for one in filter(None, words):
            assert any("가" <= char <= "힣" for char in one), (name, value, one)


def test_unknown_kinds_and_wrong_bodies_are_refused(stranger: Stranger, cast: Cast) -> None:
    student = cast.signed_in("2025-3107")
    bodies: list[Any] = [
        {}, [], {"kind": "nothing"}, {"kind": 5}, {"kind": "tuition_waiver", "answers": []},
        {"kind": "tuition_waiver", "answers": "x"}, {"kind": "tuition_waiver", "submit": "maybe"},
        {"kind": "../etc/passwd", "answers": {}}, {"kind": "tuition_waiver", "more": 1},
    ]  # fmt: skip
    for body in bodies:
        answer = student.request("POST", "/api/v1/applications", json=body)
        assert_problem(answer, 422) if isinstance(body, dict) else assert_problem(answer, 400)
    for number in ("x", "0" * 17, "가", "..%2f..%2fetc", "a" * 3000):
        assert_problem(student.request("GET", f"/api/v1/documents/{number}"), 404)
        assert_problem(student.request("GET", f"/api/v1/applications/{number}"), 404)


def test_uploads_are_told_by_their_content(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    body = {"kind": "tuition_waiver", "answers": {}, "submit": False}
    draft = student.ask("POST", "/api/v1/applications", json=body)
    path = f"/api/v1/applications/{draft['id']}"
    archive, picture = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("x", "x")
    Image.new("RGB", (2, 2)).save(picture, "PNG")
    wrong = [
        ("a.pdf", b"<script>alert(1)</script>"), ("a.pdf", archive.getvalue()), ("a.pdf", b""),
        ("a.exe", b"MZ" + b"\x00" * 100), ("a.jpg", pdf()), ("a.pdf", picture.getvalue()),
        ("a.pdf", b"%PDF-1.7 nothing"), ("a.png", b"\x89PNG\r\n\x1a\n"), ("a.svg", b"<svg/>"),
        ("x" * 300 + ".pdf", pdf()), ("a\u202efdp.exe", pdf()),
        ("a.pdf", b"%PDF-1.7" + b"\x00" * (10 * 1024 * 1024)),
    ]  # fmt: skip
    for name, data in wrong:
        answer = student.request("POST", f"{path}/attachments", files={"file": (name, data)})
        assert_problem(answer, answer.status_code)
        assert answer.status_code in (413, 422), (name, answer.status_code)
    assert_problem(student.request("POST", f"{path}/attachments", json={}), 415)
    assert_problem(student.request("POST", f"{path}/attachments", files={"other": b"x"}), 422)
    names = ["가족관계증명서 (최종).pdf", "../../etc/<b>&'\".pdf", "Tầm.PNG", "서류.pdf", "5.pdf"]
    for name in names:
        data = picture.getvalue() if name.endswith("PNG") else pdf()
        answer = student.request("POST", f"{path}/attachments", files={"file": (name, data)})
        assert answer.status_code == 201, answer.text
    full = student.request("POST", f"{path}/attachments", files={"file": ("6.pdf", pdf())})
    assert_problem(full, 422)
    kept = student.ask("GET", path)["attachments"]
    assert next(one["name"] for one in kept) == names[0]
    assert [one["name"] for one in kept][2:] == names[2:]
    file = student.request("GET", kept[0]["address"])
    assert file.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%EA%B0%80" in file.headers["Content-Disposition"]
    assert "sandbox" in file.headers["Content-Security-Policy"]
    assert_problem(stranger.get(kept[0]["address"]), 401)


@pytest.mark.parametrize("login_id", ["2025-3107", "2024-3110"], ids=["ko", "en"])
def test_what_is_promised_to_fit_fits(stranger: Stranger, cast: Cast, login_id: str) -> None:
    student = cast.signed_in(login_id)
    for letters in ("가" * 280, "가나다 라마바 " * 35, (REASONS["en"] + " ") * 4):
        text = letters[: 280 if "가" in letters else 560].strip()
        body = {**stranger.waiver(student, reasons=text), "submit": False}
        made = student.ask("POST", "/api/v1/applications", json=body)
        found = student.ask("GET", f"/api/v1/applications/{made['id']}")["findings"]
        assert [one for one in found if one["severity"] == "block"] == []


def test_what_does_not_fit_is_told_with_rule_and_remedy(stranger: Stranger, cast: Cast) -> None:
    student = cast.signed_in("2024-3110")
    body = stranger.waiver(student, reasons="line\n" * 20)
    said = assert_problem(student.request("POST", "/api/v1/applications", json=body), 422)
    block = next(one for one in said["findings"] if one["severity"] == "block")
    assert block["rule"] == "WAI-02"
    assert block["field"] == "reasons"
    assert block["remedy"]
