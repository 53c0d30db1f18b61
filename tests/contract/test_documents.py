"""Contract "HTTP", desk, documents and verify: from the decision to what a stranger is told."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from services.demo import Person
from tests.contract.asking import Stranger, assert_problem
from tests.people import Cast, Sent

NAMES = "Tầm & Sons <b> \"Ж\" 'x' 金"


class Issued:
    """One waiver, issued: whose it is, its number and its file."""

    def __init__(self, cast: Cast) -> None:
        self.sent: Sent = cast.send(cast.applicant("en"), NAMES)
        cast.sign_both(self.sent)
        answer = cast.at_desk(self.sent, "approve", granted="one_third", reference="EA <1> & 2")
        assert answer.status_code == 200, answer.text
        self.number: str = cast.issued(self.sent)["number"]
        self.pdf = cast.pdf(self.sent, self.number)


@pytest.fixture(scope="module")
def issued(cast: Cast) -> Issued:
    """Granted in part, with a reference."""
    return Issued(cast)


def test_the_number_is_crockford_in_groups_of_four(issued: Issued) -> None:
    digits = "0-9A-HJKMNP-TV-Z"
    assert re.fullmatch(rf"([{digits}]{{4}}-){{4}}[{digits}]", issued.number)
    value = sum(
        "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(char) * 32**place
        for place, char in enumerate(reversed(issued.number.replace("-", "")[:16]))
    )
    assert "0123456789ABCDEFGHJKMNPQRSTVWXYZ*~$=U"[value % 37] == issued.number[-1]


def test_a_file_is_303_to_a_signed_address_of_two_minutes(
    stranger: Stranger, issued: Issued
) -> None:
    path = f"/api/v1/documents/{issued.number}"
    found = issued.sent.student.ask("GET", path)
    assert found["number"] == issued.number
    assert found["sha256"] == hashlib.sha256(issued.pdf).hexdigest()
    for query in ("", "?format=pdf"):
        answer = issued.sent.student.request("GET", f"{path}/file{query}")
        assert answer.status_code == 303
        assert answer.headers["Cache-Control"] == "no-store"
        where = answer.headers["Location"]
        assert re.search(r"/files/[^/]+$", where)
        file = stranger.get(where)
        assert file.content == issued.pdf
        assert file.headers["Content-Type"] == "application/pdf"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
        assert file.headers["Referrer-Policy"] == "same-origin"
        assert "sandbox" in file.headers["Content-Security-Policy"]
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert stranger.ask("HEAD", where).status_code == 200
        flipped = where[:-3] + ("AAA" if where[-3:] != "AAA" else "BBB")
        assert stranger.get(flipped).status_code == 404
    assert_problem(issued.sent.student.request("GET", f"{path}/file?format=exe"), 422)
    assert_problem(issued.sent.student.request("GET", f"{path}/file?format=docx"), 403)
    assert_problem(stranger.get(path), 401)
    assert_problem(stranger.get(f"{path}/file"), 401)


def test_staff_get_a_working_copy_and_other_students_nothing(
    stranger: Stranger, cast: Cast, issued: Issued
) -> None:
    path = f"/api/v1/documents/{issued.number}"
    answer = cast.officer().request("GET", f"{path}/file?format=docx")
    assert answer.status_code == 303
    docx = stranger.get(answer.headers["Location"])
    assert docx.content.startswith(b"PK")
    assert "wordprocessingml" in docx.headers["Content-Type"]
    other = cast.applicant("ko")
    assert_problem(other.request("GET", path), 404)
    assert_problem(other.request("GET", f"{path}/file"), 404)
    revoke = {"reason": "mine", "code": "error"}
    assert_problem(other.request("POST", f"{path}/revoke", json=revoke), 404)


def test_every_value_stands_on_the_paper_exactly(issued: Issued, tmp_path: Path) -> None:
    file = tmp_path / "paper.pdf"
    file.write_bytes(issued.pdf)
    done = subprocess.run(
        ["pdftotext", "-layout", str(file), "-"], capture_output=True, text=True, check=True
    )
    text = " ".join(done.stdout.split())
    student = issued.sent.student.ask("GET", "/api/v1/session")
    for wanted in (NAMES, "EA <1> & 2", issued.number, student["name"], issued.sent.number,
                   "for the 2nd semester, 2026."):  # fmt: skip
        assert wanted in text, text


def test_a_number_alone_is_issued_and_never_authentic(stranger: Stranger, issued: Issued) -> None:
    plain = issued.number.replace("-", "")
    spellings = [issued.number, plain, plain.lower(), f" {' '.join(plain)} ",
                 plain.replace("0", "O").replace("1", "I"),
                 plain.replace("0", "o").replace("1", "l")]  # fmt: skip
    for one in spellings:
        answer = stranger.get(f"/api/v1/verify/{one}")
        assert answer.status_code == 200
        found = answer.json()
        assert (found["status"], found["number"]) == ("issued", issued.number), one
        assert "authentic" not in answer.text
        assert "Lê Minh Khoa" not in answer.text, "names are masked"
        assert NAMES not in answer.text
    other = plain[:-1] + ("A" if plain[-1] != "A" else "B")
    mistyped = [other, plain[:-1], "1", "가", "x" * 79, f"{plain}{plain}"]
    for one in mistyped:
        answer = stranger.get(f"/api/v1/verify/{one}")
        assert (answer.status_code, answer.json()["status"]) == (200, "mistyped"), one
    nobodys = stranger.get("/api/v1/verify/0000000000000000-0")
    assert (nobodys.status_code, nobodys.json()["status"]) == (200, "unknown")


def test_a_file_is_told_its_verdict(stranger: Stranger, issued: Issued) -> None:
    def verdict(data: bytes) -> dict[str, Any]:
        files = {"file": ("paper.pdf", data, "application/pdf")}
        answer = stranger.ask("POST", "/api/v1/verify", files=files)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    found = verdict(issued.pdf)
    assert (found["verdict"], found["number"]) == ("authentic", issued.number)
    assert verdict(issued.pdf + b"\n% more")["verdict"] == "altered"
    middle = len(issued.pdf) // 2
    flipped = issued.pdf[:middle] + bytes([issued.pdf[middle] ^ 1]) + issued.pdf[middle + 1 :]
    assert verdict(flipped)["verdict"] in ("altered", "unknown")
    assert verdict(b"%PDF-1.7\nnothing\n%%EOF")["verdict"] == "unknown"
    for wrong in ({"other": ("x", b"x")}, None):
        assert_problem(stranger.ask("POST", "/api/v1/verify", files=wrong), 422)
    assert_problem(stranger.ask("POST", "/api/v1/verify", files={"file": ("x", b"hello")}), 422)


def test_the_code_of_a_revocation_is_public_and_its_text_never(
    stranger: Stranger, cast: Cast, issued: Issued
) -> None:
    path = f"/api/v1/documents/{issued.number}/revoke"
    for wrong in ({}, {"code": "error"}, {"reason": "x"}, {"reason": "x", "code": "oops"},
                  {"reason": "", "code": "error"}, {"reason": 1, "code": "error"}):  # fmt: skip
        assert_problem(cast.officer().request("POST", path, json=wrong), 422)
    secret = {"reason": "Nobody outside reads this.", "code": "withdrawn"}
    assert cast.officer().request("POST", path, json=secret).status_code in (200, 202)
    cast.mail(issued.sent, "revoked")
    answer = stranger.get(f"/api/v1/verify/{issued.number}")
    assert (answer.json()["status"], answer.json()["code"]) == ("revoked", "withdrawn")
    file = stranger.ask("POST", "/api/v1/verify", files={"file": ("p.pdf", issued.pdf)})
    assert file.json()["verdict"] == "revoked"
    mine = issued.sent.student.request("GET", f"/api/v1/documents/{issued.number}")
    told = [answer.text, file.text, mine.text, stranger.get(f"/verify/{issued.number}").text]
    told += [m["text"] for m in cast.mailbox.all()]
    assert not any("Nobody outside" in one for one in told)
    again = cast.officer().request("POST", path, json=secret)
    assert_problem(again, 409)


def test_the_desk_decides_within_what_was_asked(stranger: Stranger, cast: Cast) -> None:
    student = cast.applicant("ko")
    sent = cast.send(student)
    cast.sign_both(sent)
    officer = cast.officer()
    queue = officer.ask("GET", "/api/v1/desk/applications")
    assert sent.id in str(queue)
    path = f"/api/v1/desk/applications/{sent.id}/decision"
    for wrong in ({}, {"decision": "maybe"}, {"decision": "return"}, {"decision": "decline"},
                  {"decision": "approve", "granted": "full"},
                  {"decision": "approve", "granted": "half"},
                  {"decision": "approve", "granted": 3},
                  {"decision": "approve", "reference": "x" * 5000},
                  {"decision": "approve", "reference": "a\x07"}):  # fmt: skip
        assert_problem(officer.request("POST", path, json=wrong), 422)
    assert cast.case(sent)["state"] == "at_desk"
    done = officer.request("POST", path, json={"decision": "decline", "reason": "예산이 없습니다"})
    assert done.status_code == 200
    told = [cast.mail(sent, "declined") for _ in range(3)]
    assert {mail["to"] for mail in told} >= {student_mail(cast, sent)}
    assert all("예산이 없습니다" in mail["text"] for mail in told)
    assert_problem(officer.request("POST", path, json={"decision": "approve"}), 409)
    assert_problem(
        student.request("POST", f"/api/v1/applications/{sent.id}/withdraw", json={}), 409
    )


def student_mail(cast: Cast, sent: Sent) -> str:
    """Where the receipt went."""
    mails = [m for m in cast.mailbox.all() if m["message"] == "receipt"]
    return str(next(m["to"] for m in mails if sent.number in m["text"]))


def test_sixty_checks_a_minute_pass(stranger: Stranger) -> None:
    somebody = Person(stranger.url)
    codes = [somebody.request("GET", "/api/v1/verify/1").status_code for _ in range(35)]
    assert set(codes) == {200}
