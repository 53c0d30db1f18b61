"""Templates at the desk: what staff of every office see and may do."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from services.certs.app import create_app
from services.forms.catalog import BY_NAME
from shared.cookies import DESK
from shared.links import PASS_MINUTES, desk_pass
from tests.certs.parts import Office
from tests.certs.templates.files import form
from tests.certs.templates.staff import WAIVER, compile_all, in_use, look, ready, upload

OFFICES = ("educational_affairs", "student_affairs", "student_team", "dean", "graduate_committee")
PAPER = f"/desk/templates/{WAIVER}/en"
PATHS = (PAPER, f"{PAPER}/2", f"{PAPER}/2/file", f"{PAPER}/1/file", f"{PAPER}/2/preview/sample.pdf")


def kinds_of(office: str) -> list[str]:
    """As forms writes them into the pass."""
    return [name for name, kind in BY_NAME.items() if kind.in_charge == office]


def staff_of(office: Office, name: str, language: str = "en") -> FlaskClient:
    """Somebody of an office at their desk."""
    client = create_app(office.parts).test_client()
    now = office.clock.now()
    token = desk_pass(name, f"staff-{name}", now, office.keyring, kinds_of(name), "Oh Eun-ji")
    client.set_cookie(DESK, token)
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = language
    return client


def token_of(client: FlaskClient, path: str = PAPER) -> str:
    found = re.search(r'name="form_token" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def send(client: FlaskClient, data: bytes, name: str = "waiver.pdf", **more: str):  # type: ignore[no-untyped-def]
    fields = {"form_token": token_of(client), "file": (io.BytesIO(data), name), **more}
    return client.post(PAPER, data=fields)


IN_CHARGE = BY_NAME[WAIVER].in_charge


def test_staff_upload_look_at_previews_and_put_a_version_in_use(office: Office) -> None:
    client = staff_of(office, IN_CHARGE)
    assert "Application for Waiver" in client.get("/desk/templates").text

    sent = send(client, form(WAIVER, "en"))
    assert (sent.status_code, sent.location) == (303, f"{PAPER}/2")
    waiting = client.get(f"{PAPER}/2")
    assert "Waiting" in waiting.text
    assert waiting.headers["Refresh"] == "3"

    compile_all(office)
    page = client.get(f"{PAPER}/2")
    assert "Ready to be put in use" in page.text
    assert "Refresh" not in page.headers
    assert "“applicant.name” with 42 letters does not fit" in page.text
    preview = client.get(f"{PAPER}/2/preview/vietnamese.pdf")
    assert preview.data.startswith(b"%PDF-")
    assert preview.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"{PAPER}/2/file").data == form(WAIVER, "en")

    done = client.post(f"{PAPER}/2/activate", data={"form_token": token_of(client), "seen": "1"})
    assert (done.status_code, in_use(office)) == (303, "2")
    paper = client.get(PAPER).text
    assert "Version 2 is in use." in paper
    assert "Oh Eun-ji" in paper
    assert "Roll back" in paper


def test_what_is_wrong_is_said_with_its_place_in_both_languages(office: Office) -> None:
    client = staff_of(office, IN_CHARGE)
    send(client, form(WAIVER, "en", campus="campsu"))
    english = client.get(f"{PAPER}/2").text
    assert "There is no field “campsu”. Did you mean “campus”?" in english
    assert "Form field campsu, page 1" in english
    korean = staff_of(office, IN_CHARGE, "ko").get(f"{PAPER}/2").text
    assert "“campsu” 항목이 없습니다. “campus”을(를) 쓰려고 했나요?" in korean
    assert "거절됨" in korean


API = f"/api/v1{PAPER}"


def program_of(office: Office, name: str) -> FlaskClient:
    """A program of somebody of an office: it bears the pass, and no cookie."""
    client = create_app(office.parts).test_client()
    token = desk_pass(name, "p", office.clock.now(), office.keyring, kinds_of(name), "Oh Eun-ji")
    client.environ_base |= {
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_ACCEPT_LANGUAGE": "en",
    }
    return client


def test_a_program_uploads_reads_the_report_puts_in_use_and_rolls_back(office: Office) -> None:
    program = program_of(office, IN_CHARGE)
    [listed] = [one for one in told(program, "/api/v1/desk/templates") if is_english_waiver(one)]
    assert (listed["active"], listed["newest"]) == (1, 1)

    file = {"file": (io.BytesIO(form(WAIVER, "en")), "waiver.pdf")}
    sent = program.post(API, data=file)
    assert (sent.status_code, sent.location, sent.json["state"]) == (201, f"{API}/2", "waiting")
    early = program.post(f"{API}/2/activate", json={"seen": 1})
    assert (early.status_code, early.content_type) == (409, "application/problem+json")

    compile_all(office)
    report = told(program, f"{API}/2")
    assert (report["state"], report["in_use"]) == ("ready", False)
    assert any(f["sentence"].startswith("“applicant.name” with 42") for f in report["findings"])
    [preview] = [one for one in report["previews"] if one.endswith("vietnamese.pdf")]
    assert program.get(preview).data.startswith(b"%PDF-")
    assert program.get(f"{API}/2/file").data == form(WAIVER, "en")

    for body in ({}, {"seen": "1"}, {"seen": 7}):
        assert program.post(f"{API}/2/activate", json=body).status_code == 409
    paper = program.post(f"{API}/2/activate", json={"seen": 1}).json
    assert (paper["active"], in_use(office)) == (2, "2")
    assert program.post(f"{API}/1/activate", json={"seen": 2}).json["active"] == 1
    paper = told(program, API)
    assert [one["number"] for one in paper["versions"]] == [2, 1]
    assert [one["event"] for one in paper["history"]][:2] == ["rolled_back", "activated"]
    assert paper["history"][0]["by"] == "Oh Eun-ji"
    assert "campus" in str(paper["fields"])


def told(program: FlaskClient, path: str):  # type: ignore[no-untyped-def]
    answer = program.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


def is_english_waiver(one: dict[str, object]) -> bool:
    return (one["kind"], one["language"]) == (WAIVER, "en")


def test_a_program_is_told_what_is_wrong_with_a_file_and_where(office: Office) -> None:
    program = program_of(office, IN_CHARGE)
    file = {"file": (io.BytesIO(form(WAIVER, "en", campus="campsu")), "waiver.pdf")}
    refused = program.post(API, data=file).json
    assert refused["state"] == "refused"
    [block] = [one for one in refused["findings"] if one["severity"] == "block"]
    assert block["sentence"] == "There is no field “campsu”. Did you mean “campus”?"
    assert block["where"] == "Form field campsu, page 1"
    assert program.post(API).status_code == 422


def test_a_program_needs_a_pass_of_the_office_in_charge(office: Office) -> None:
    ready(office)
    paths = ("", "/2", "/2/file", "/1/file", "/2/preview/sample.pdf")
    other = program_of(office, next(one for one in OFFICES if one != IN_CHARGE))
    stranger, page = create_app(office.parts).test_client(), staff_of(office, IN_CHARGE)
    for one in paths:
        assert other.get(API + one).status_code == 404, one
        assert stranger.get(API + one).status_code == 401, one
        assert page.get(API + one).status_code == 401, "a cookie is worth nothing"
    for client, status in ((other, 404), (stranger, 401), (page, 401)):
        assert client.post(f"{API}/2/activate", json={"seen": 1}).status_code == status
        assert client.post(API).status_code == status
    program = program_of(office, IN_CHARGE)
    assert program.get(API).status_code == 200
    office.clock.advance(timedelta(minutes=PASS_MINUTES, seconds=1))
    assert program.get(API).status_code == 401
    assert in_use(office) == "1"


@pytest.mark.parametrize("name", OFFICES)
def test_each_office_sees_its_own_papers_and_no_others(office: Office, name: str) -> None:
    ready(office)
    client = staff_of(office, name)
    listed = set(re.findall(r"/desk/templates/(\w+)/\w+", client.get("/desk/templates").text))
    assert listed <= set(kinds_of(name))
    assert (WAIVER in listed) == (name == IN_CHARGE)
    expected = 200 if name == IN_CHARGE else 404
    for path in PATHS:
        assert client.get(path).status_code == expected, path


@pytest.mark.parametrize("name", [one for one in OFFICES if one != IN_CHARGE])
def test_another_office_can_neither_upload_nor_put_in_use(office: Office, name: str) -> None:
    ready(office)
    client = staff_of(office, name)
    token = "x" * 64
    upload_ = client.post(PAPER, data={"form_token": token, "file": (io.BytesIO(b"x"), "a.pdf")})
    activate = client.post(f"{PAPER}/2/activate", data={"form_token": token, "seen": "1"})
    assert (upload_.status_code, activate.status_code) == (404, 404)
    assert in_use(office) == "1"


def test_nobody_without_a_pass_gets_in_and_an_upload_leads_to_a_new_pass(office: Office) -> None:
    client = create_app(office.parts).test_client()
    for path in ("/desk/templates", *PATHS):
        assert client.get(path).location.startswith("/desk/pass?next=%2Fdesk%2Ftemplates")
    posted = client.post(f"{PAPER}/2/activate", data={})
    assert posted.location == "/desk/pass?next=%2Fdesk%2Ftemplates"


def test_a_form_of_another_site_or_person_is_refused(office: Office) -> None:
    ready(office)
    client, other = staff_of(office, IN_CHARGE), staff_of(office, "dean")
    token = token_of(client)
    other.set_cookie(
        DESK,
        desk_pass(IN_CHARGE, "somebody-else", office.clock.now(), office.keyring, [WAIVER]),
    )
    fields = {"form_token": token, "seen": "1"}
    assert other.post(f"{PAPER}/2/activate", data=fields).status_code == 403
    foreign = client.post(
        f"{PAPER}/2/activate", data=fields, headers={"Origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    assert client.post(f"{PAPER}/2/activate", data={"seen": "1"}).status_code == 403
    assert in_use(office) == "1"


def test_who_decides_on_an_old_page_is_told_that_something_changed(office: Office) -> None:
    ready(office)
    ready(office)
    client = staff_of(office, IN_CHARGE)
    token = token_of(client)
    first = client.post(f"{PAPER}/2/activate", data={"form_token": token, "seen": "1"})
    second = client.post(f"{PAPER}/3/activate", data={"form_token": token, "seen": "1"})
    assert (first.status_code, second.status_code) == (303, 409)
    assert "Somebody put another version in use meanwhile" in second.text
    assert in_use(office) == "2"


def test_without_a_file_the_page_says_so(office: Office) -> None:
    client = staff_of(office, IN_CHARGE)
    answer = send(client, b"", "")
    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


def test_words_of_a_hostile_file_are_shown_and_never_run(office: Office) -> None:
    client = staff_of(office, IN_CHARGE)
    send(client, form(WAIVER, "en", campus="<script>alert(1)</script>"), "<b>x</b>.pdf")
    page = client.get(f"{PAPER}/2").text
    assert "<script>" not in page
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path",
    [
        f"{PAPER}/9",
        f"{PAPER}/1",
        f"{PAPER}/2/preview/x.pdf",
        "/desk/templates/nothing/en",
        f"/desk/templates/{WAIVER}/fr",
    ],
)
def test_what_is_not_there_is_not_found(office: Office, path: str) -> None:
    upload(office)
    assert staff_of(office, IN_CHARGE).get(path).status_code == 404
    assert look(office, 2).state == "waiting"
