"""What answers carry, whose forms are taken, where redirects lead, what signing out ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from lxml import html
from werkzeug.test import TestResponse

from shared.cookies import DESK as PASS
from shared.cookies import SESSION as COOKIE
from tests.security.house import DESK, STUDENTS, Caller, House

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PUBLIC = ("/sign-in", "/password", "/privacy", "/contacts", "/verify", "/mailbox", "/nothing",
          "/verify/1", "/a/b.c", "/password/b.c", "/invitation/b.c", "/files/b.c")  # fmt: skip
FOR_PROGRAMS = ("/api/v1/kinds", "/api/openapi.json", "/mailbox.json", "/healthz", "/readyz",
                "/internal/verifications", "/api/v1/nothing", "/api/v1/verify/1")  # fmt: skip


@pytest.fixture(scope="module")
def pages(house: House) -> list[tuple[str, TestResponse]]:
    """Every page that has something on it: a case on its way, drafts, queues, mails, papers."""
    return list(_walk(house))


def _walk(house: House) -> Iterator[tuple[str, TestResponse]]:
    for path in PUBLIC:
        yield path, house.caller().get(path)
    login_id = next(house.applicants())
    student, office, known = house.browser(login_id), house.browser(DESK), house.mail_ids()
    yield "/apply/tuition_waiver", student.get("/apply/tuition_waiver")
    made = house.apply(login_id, file=True)
    mine = f"/applications/{made['id']}"
    link = house.link(known, made["number"])
    for path in ("/", mine, f"{mine}?sent=1", "/notice"):
        yield path, student.get(path)
    yield "/a/…", house.caller().get(f"/a/{link}")
    for path in ("/desk", "/desk?view=professors", f"/desk{mine}"):
        yield path, office.get(path)
    office.get("/desk/pass")
    for path in ("/desk/ledger", "/desk/templates"):
        yield path, office.get(path)
    mail = next(one["id"] for one in house.mails() if one["message"] == "approval_request")
    yield "/mailbox/…", house.caller().get(f"/mailbox/{mail}")


def test_every_answer_is_dressed_against_sniffing_framing_and_caching(
    house: House, pages: list[tuple[str, TestResponse]]
) -> None:
    answers = [*pages, *((path, house.caller().get(path)) for path in FOR_PROGRAMS)]
    for path, answer in answers:
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (path, name)
        assert answer.headers["Cache-Control"] == "no-store", path
        assert answer.headers["Referrer-Policy"] == "same-origin", path
        assert "Server" not in answer.headers, path


def test_no_page_needs_anything_inline(pages: list[tuple[str, TestResponse]]) -> None:
    for path, answer in pages:
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, path
        assert policy.startswith("default-src 'none'"), path
        if answer.mimetype != "text/html":
            continue
        for one in html.document_fromstring(answer.text).iter():
            assert one.tag != "style", path
            assert not [name for name in one.attrib if name == "style" or name.startswith("on")]
            for name in ("href", "src", "action", "formaction"):
                target = (one.get(name) or "").strip().lower()
                assert not target.startswith(("javascript:", "data:", "//", "vbscript:")), path
            assert one.tag != "script" or (one.get("src") and not one.text), path


def test_a_form_without_its_token_or_from_elsewhere_is_refused(house: House) -> None:
    visitor = house.caller()
    token = visitor.page_token("/sign-in")
    body = {"id": "nobody", "password": "wrong", "form_token": token}
    assert visitor.post("/sign-in", data=body).status_code == 401, "its own form is taken"
    assert house.caller().post("/sign-in", data=body).status_code == 403, "somebody else's is not"
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert visitor.post("/sign-in", data=body, headers=headers).status_code == 403, headers
    for wrong in ("", "0" * 64, "é", token.upper()):
        refused = visitor.post("/sign-in", data={**body, "form_token": wrong})
        assert refused.status_code == 403, wrong


def test_a_pages_cookie_writes_nothing_through_the_api(house: House) -> None:
    browser = house.browser(STUDENTS[0])
    assert browser.get("/api/v1/session").status_code == 200
    for method, path in (("POST", "/api/v1/applications"), ("DELETE", "/api/v1/session")):
        assert browser.ask(method, path, json={}).status_code == 401


def test_a_session_is_new_at_every_sign_in_and_worth_nothing_after_signing_out(
    house: House,
) -> None:
    browser = house.caller()
    browser.client.set_cookie(COOKIE, "fixed-by-somebody", domain="localhost")
    answer = house.sign_in(browser, DESK)
    first = _session(browser)
    assert first != "fixed-by-somebody"
    said = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith(COOKIE))
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Path=/" in said
    assert browser.get("/desk/pass").status_code == 303
    assert browser.client.get_cookie(PASS) is not None
    stolen = house.caller()
    stolen.client.set_cookie(COOKIE, first, domain="localhost")
    assert stolen.get("/desk").status_code == 200
    left = browser.send("/sign-out", "/desk")
    assert (left.status_code, left.headers["Clear-Site-Data"]) == (303, '"storage"')
    assert browser.client.get_cookie(PASS) is None
    assert browser.get("/desk/ledger").headers["Location"].startswith("/desk/pass")
    assert stolen.get("/desk").status_code == 303, "the copy is worth nothing either"
    again = house.caller()
    house.sign_in(again, DESK)
    assert _session(again) != first


def test_who_signs_in_over_a_session_ends_it(house: House) -> None:
    browser = house.caller()
    house.sign_in(browser, STUDENTS[1])
    old = _session(browser)
    signing = house.caller()
    given = house.credentials(STUDENTS[1])
    signing.send("/sign-in", **given)
    known = house.mail_ids()
    signing.send("/sign-in/channel", "/sign-in/channel", channel="email")
    signing.client.set_cookie(COOKIE, old, domain="localhost")
    token = signing.page_token("/sign-in/code")
    body = {"code": house.code(known), "form_token": token}
    assert signing.post("/sign-in/code", data=body).status_code == 303
    assert _session(signing) != old
    assert browser.get("/").status_code == 303, "the old one leads to the sign-in"


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example",
     "javascript:alert(1)", "/\r\nSet-Cookie: a=b", "\\\\evil.example", "evil.example"],
)  # fmt: skip
def test_after_signing_in_nobody_is_led_to_another_site(house: House, wanted: str) -> None:
    office = house.browser(DESK)
    assert office.get("/sign-in", query_string={"next": wanted}).headers["Location"] == "/"
    passed = office.get("/desk/pass", query_string={"next": wanted})
    assert passed.headers["Location"] == "/desk"
    noticed = office.send("/notice", "/notice", next=wanted)
    assert noticed.headers["Location"] == "/"


def test_no_page_links_to_where_its_own_address_points(house: House) -> None:
    for path in ("//evil.example/", "//evil.example/nothing", "/\\evil.example"):
        answer = house.caller().get(f"{'http://localhost'}{path}", base_url=None)
        found = re.findall(r'(?:href|action)="([^"]*evil[^"]*)"', answer.text)
        assert not [one for one in found if one.startswith(("//", "/\\", "http"))], path


def test_a_forged_host_is_refused_and_a_forwarded_one_not_believed(house: House) -> None:
    for host in ("evil.example", "localhost.evil.example", "localhost@evil.example"):
        answer = house.caller().get("/sign-in", base_url=f"http://{host}")
        assert answer.status_code == 400, host
        assert "Set-Cookie" not in answer.headers
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example",
              "X-Forwarded-Proto": "https", "X-Forwarded-Prefix": "/evil"}  # fmt: skip
    answer = house.caller().get("/sign-in", headers=forged)
    assert answer.status_code == 200
    assert "evil" not in answer.text + str(answer.headers)
    refused = house.caller().get("/applications/x", headers=forged)
    assert refused.headers["Location"].startswith("/sign-in?next=")


def test_an_error_never_shows_a_trace(house: House) -> None:
    for method, path in (("GET", "/nothing"), ("POST", "/verify"), ("PUT", "/"), ("TRACE", "/")):
        answer = house.caller().ask(method, path)
        assert not re.search(r"Traceback|\.py|werkzeug|sqlalchemy", answer.text, re.I)


def _session(caller: Caller) -> str:
    cookie = caller.client.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value
