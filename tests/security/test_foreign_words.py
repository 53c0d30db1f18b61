"""What people write is shown as they wrote it and never runs: on pages, in mails, on the paper."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from lxml import html
from pypdf import PdfReader

from services.forms.people.tables import ProfessorRow, StudentRow
from tests.security.house import DESK, House, pdf, upload

TAG = "<script>alert(1)</script>"
QUOTE = "\" onload='x()' `"
SUMS = "{{7*7}} ${7*7} {%raw%} %(name)s"
ENTITY = "&lt;b&gt; & <b>"
EVIL = (TAG, QUOTE, SUMS, ENTITY)
FILE = f"a{TAG.replace('/', '')}{QUOTE}.pdf"


@pytest.fixture(scope="module")
def shown(house: House) -> dict[str, str]:
    """A journey of somebody whose every word is hostile; all HTML that came of it, by place."""
    login_id = next(house.applicants())
    _rename(house, login_id)
    known, student = house.mail_ids(), house.program(login_id)
    made = student.post("/api/v1/applications", json=house.waiver(login_id, " ".join(EVIL), False))
    where = f"/api/v1/applications/{made.json['id']}"
    assert student.post(f"{where}/attachments", **upload(FILE, pdf())).status_code == 201
    sent = student.post(f"{where}/submit", json={"typed": TAG})
    assert sent.status_code == 200, sent.text
    path, pages = f"/applications/{made.json['id']}", dict[str, str]()
    browser, office = house.browser(login_id), house.browser(DESK)
    token = house.link(known, sent.json["number"])
    pages["link"] = house.caller().get(f"/a/{token}").text
    assert house.sign(token, signature={"typed": QUOTE}).status_code == 200
    token = house.link(known, sent.json["number"])
    pages["second link"] = house.caller().get(f"/a/{token}").text
    assert house.sign(token, signature={"typed": TAG}).status_code == 200
    pages["used link"] = house.caller().get(f"/a/{token}").text
    desk = f"/api/v1/desk{path}/decision"
    body = {"decision": "return", "reason": " ".join(EVIL)}
    assert house.program(DESK).post(desk, json=body).status_code == 200
    for name, who, page in (
        ("status", browser, path), ("form", browser, f"{path}/edit"), ("home", browser, "/"),
        ("preview", browser, f"{path}/preview"), ("case", office, f"/desk{path}"),
        ("queue", office, "/desk?view=all&q=script"),
        ("search", office, f"/desk?q=%22%3E{TAG}"),
        ("professors", office, f"/desk{path}?step=1&professor=%22%3E{TAG}"),
        ("verify", browser, f"/verify?number=%22%3E{TAG}"),
        ("verify number", browser, f"/verify/%22%3E{TAG.replace('/', '')}"),
        ("sign-in", house.caller(), f"/sign-in?next=/%22%3E{TAG}"),
        ("nothing", browser, f"/%22%3E{TAG}"),
        ("ledger", office, f"/desk/ledger?number=%22%3E{TAG}"),
    ):  # fmt: skip
        if name == "ledger":
            office.get("/desk/pass")
        pages[name] = who.get(page).text
    house.mail(known, "returned", sent.json["number"])
    for mail in house.mails():
        if sent.json["number"] in mail["subject"] + mail["text"]:
            pages[f"mail {mail['message']} {mail['id']}"] = (
                house.caller().get(f"/mailbox/{mail['id']}/html").text
            )
            pages[f"mailbox {mail['id']}"] = house.caller().get(f"/mailbox/{mail['id']}").text
    return pages


def _rename(house: House, login_id: str) -> None:
    with house.forms.database.write() as session:
        row = session.query(StudentRow).filter_by(student_number=login_id).one()
        row.name_ko = row.name_en = TAG
        if row.advisor is not None:
            session.get_one(ProfessorRow, row.advisor.id).name_en = QUOTE


def test_nothing_that_somebody_wrote_becomes_an_element_or_an_attribute(
    shown: dict[str, str],
) -> None:
    assert sum(name.startswith("mail ") for name in shown) >= 4
    for place, page in shown.items():
        if not page.strip():
            continue
        for one in html.document_fromstring(page).iter():
            assert one.tag != "script" or not (one.text or "").strip(), place
            assert not [name for name in one.attrib if name.startswith("on")], place


def test_what_they_wrote_stands_there_to_the_letter(shown: dict[str, str]) -> None:
    for place in ("link", "status", "case"):
        words = " ".join("".join(html.document_fromstring(shown[place]).itertext()).split())
        for one in (TAG, SUMS, ENTITY):
            assert one in words, (place, one)
    assert "49" not in re.sub(r"[\w-]*49[\w-]+|[\w-]+49[\w-]*", "", shown["link"].split("<main")[1])


def test_the_paper_prints_it_and_runs_nothing(house: House) -> None:
    login_id = next(house.applicants())
    student = house.program(login_id)
    made = student.post("/api/v1/applications", json=house.waiver(login_id, f"{TAG} {SUMS}", False))
    path = f"/api/v1/applications/{made.json['id']}/preview"
    answer = student.get(path)
    assert answer.status_code == 303, answer.text
    paper = house.caller().get(answer.headers["Location"])
    text = "".join(
        "".join(p.extract_text() for p in PdfReader(io.BytesIO(paper.data)).pages).split()
    )
    assert "{{7*7}}" in text
    assert "<script>alert(1)</script>" in text


def _header_values(house: House, name: str) -> Iterator[str]:
    login_id = next(house.applicants())
    student = house.program(login_id)
    made = student.post("/api/v1/applications", json=house.waiver(login_id, "x", False)).json
    where = f"/api/v1/applications/{made['id']}"
    answer = student.post(f"{where}/attachments", **upload(name, pdf()))
    if answer.status_code == 201:
        yield student.get(answer.json["address"]).headers["Content-Disposition"]
    assert answer.status_code in (201, 422), answer.text


@pytest.mark.parametrize(
    "name",
    ["a\r\nSet-Cookie: x=y.pdf", 'a"; filename="evil.exe".pdf', "../../etc/passwd.pdf",
     "..\\..\\evil.pdf", "a\u202efdp.exe.pdf", "\x00.pdf", "a" * 5000 + ".pdf", ".pdf",
     "졸업증명서.pdf", "\u2028.pdf", "con.pdf"],
)  # fmt: skip
def test_a_files_name_is_no_header_and_no_path(house: House, name: str) -> None:
    for value in _header_values(house, name):
        assert value.startswith("attachment; filename*=UTF-8''")
        assert re.fullmatch(r"[A-Za-z0-9%._~-]+", value.partition("''")[2])
        assert "%2F" not in value
        assert "%5C" not in value
