"""What somebody chooses about how they are told, and that an import leaves it so."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import pytest

from services.forms.people import register
from services.forms.people.importing import import_rows
from services.forms.people.reading import Reading
from services.forms.people.tables import StudentRow
from tests.forms.campus import DESK, HAN, PASSWORD, Campus
from tests.forms.pages.browser import Browser, send, signed_in, visitor


def without_language_cookie(campus: Campus, login_id: str) -> Browser:
    browser = signed_in(campus, login_id)
    browser.speak("")
    return browser


@pytest.mark.parametrize("who", [HAN, DESK])
def test_the_language_chosen_is_that_of_pages_from_then_on(campus: Campus, who: str) -> None:
    person = without_language_cookie(campus, who)
    for language, heading in (("en", "My settings"), ("ko", "내 설정"), ("en", "My settings")):
        person.open("/account")
        page = person.post("/account", language=language, channel="email")
        assert (page.heading, page.tree.get("lang")) == (heading, language)


def test_the_language_chosen_is_that_of_mails_and_new_papers(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/account")
    student.post("/account", language="en", channel="email")
    campus.said()
    send(student)
    [receipt] = campus.mails("receipt")
    assert receipt.language == "en"


def test_codes_go_first_where_one_chose(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/account")
    student.post("/account", language="ko", channel="sms")
    browser = visitor(campus)
    browser.open("/sign-in")
    page = browser.post("/sign-in", id=HAN, password=PASSWORD)
    assert page.tree.xpath("//input[@checked]/@value") == ["sms"]
    opened = campus.client().post("/session", {"id": HAN, "password": PASSWORD}).json
    assert opened["channels"] == ["sms", "email"]


def test_what_does_not_exist_is_refused_and_nothing_is_changed(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/account")
    for field, values in (
        ("language", {"language": "xx", "channel": "sms"}),
        ("channel", {"language": "en", "channel": "pigeon"}),
    ):
        page = student.post("/account", **values)
        assert page.status == 422
        assert page.tree.xpath(f"//a[@href='#{field}']")
    with campus.parts.database.read() as session:
        account = register.find_account(session, HAN)
    assert account is not None
    assert (account.language, account.channel) == ("ko", None)


def test_an_import_leaves_what_somebody_chose(campus: Campus) -> None:
    with campus.write() as session:
        register.prefer(session, HAN, "en", "sms")
        account = register.find_account(session, HAN)
        assert account is not None
        session.get_one(StudentRow, account.person_id).language = "ko"  # as the file has it
        import_rows(session, Reading())
        again = register.find_account(session, HAN)
    assert again is not None
    assert (again.language, again.channel) == ("en", "sms")


def test_the_same_over_json(campus: Campus) -> None:
    api = campus.client(HAN)
    assert api.get("/account").json == {"language": "ko", "channel": "email"}
    chosen = {"language": "en", "channel": "sms"}
    assert api.send("PUT", "/account", chosen).json == chosen
    assert api.get("/account").json == chosen
    assert api.send("PUT", "/account", {**chosen, "language": "tlh"}).status_code == 422
    assert api.send("PUT", "/account", {**chosen, "channel": "pigeon"}).status_code == 422


def test_a_student_takes_a_copy_of_their_data_and_nobody_else_s_is_in_it(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    send(student)
    page = student.open("/account")
    assert "/account/copy" in page.tree.xpath("//a/@href")
    at_the_page = student.raw_get("/account/copy")
    at_the_api = campus.client(HAN).get("/account/copy")
    for answer in (at_the_page, at_the_api):
        with ZipFile(io.BytesIO(answer.data)) as zipped:
            data = json.loads(zipped.read("data.json"))
        assert data["register"]["student_number"] == HAN
        assert [one["state"] for one in data["applications"]] == ["in_approval"]
        assert "password" not in json.dumps(data)
        assert answer.headers["Cache-Control"] == "no-store"
    assert campus.client(DESK).get("/account/copy").status_code == 403
    assert not signed_in(campus, DESK).open("/account").tree.xpath("//*[@href='/account/copy']")
