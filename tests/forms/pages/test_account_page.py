"""What somebody chooses about how they are told, and that an import leaves it so."""

from __future__ import annotations

import io
import json
from datetime import datetime, timedelta
from zipfile import ZipFile

import pytest

from services.forms.applications.days import loud_from
from services.forms.applications.texting import TEXTED
from services.forms.people import register
from services.forms.people.importing import import_rows
from services.forms.people.reading import Reading
from services.forms.people.tables import StudentRow
from services.forms.people.values import Quiet
from services.forms.signin.warning import warn
from services.notify.catalog import CODES, MESSAGES, SMS
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


def test_who_wants_text_messages_gets_one_beside_each_mail(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/account")
    student.post("/account", language="ko", channel="email", texts="yes",
                 quiet_since="21", quiet_until="8")  # fmt: skip
    campus.said()
    send(student)
    mail, text = campus.mails("receipt")
    assert (list(mail.address), list(text.address)) == (["email"], ["sms"])
    assert text.lane == "transactional"
    assert "not_before" not in text.params


def test_a_text_message_waits_for_the_end_of_its_reader_s_quiet_hours(campus: Campus) -> None:
    with campus.write() as session:
        register.prefer(session, HAN, "ko", "email", texts=True, quiet=Quiet(13, 15))
    send(signed_in(campus, HAN))  # at 14:02
    mail, text = campus.mails("receipt")
    assert "not_before" not in mail.params
    assert (text.params["not_before"], text.lane) == ("2022-09-06T15:00:00+09:00", "bulk")


def test_a_warning_about_the_account_does_not_wait(campus: Campus) -> None:
    with campus.write() as session:
        register.prefer(session, HAN, "ko", "email", texts=True, quiet=Quiet(13, 15))
        account = register.find_account(session, HAN)
        assert account is not None
        warn(session, campus.parts, account, "app_added")
    _mail, text = campus.mails("sign_in_changed")
    assert (list(text.address), "not_before" in text.params) == (["sms"], False)


def test_who_did_not_ask_for_text_messages_gets_none(campus: Campus) -> None:
    send(signed_in(campus, HAN))
    assert [list(one.address) for one in campus.mails("receipt")] == [["email"]]


def test_staff_are_offered_no_text_messages(campus: Campus) -> None:
    staff = signed_in(campus, DESK)
    assert not staff.open("/account").tree.xpath("//*[@name='texts']")
    assert staff.post("/account", language="ko", channel="email", texts="yes").status == 422


def test_what_is_no_hour_is_refused_at_its_field(campus: Campus) -> None:
    student = signed_in(campus, HAN)
    student.open("/account")
    page = student.post("/account", language="ko", channel="email", texts="no",
                        quiet_since="21", quiet_until="8½")  # fmt: skip
    assert page.status == 422
    assert page.tree.xpath("//a[@href='#quiet_until']")


@pytest.mark.parametrize(
    ("at", "since", "until", "leaves"),
    [
        ("22:10", 21, 8, "08:00+1"),
        ("02:10", 21, 8, "08:00"),
        ("08:00", 21, 8, "08:00"),
        ("20:59", 21, 8, "20:59"),
        ("21:00", 21, 8, "08:00+1"),
        ("03:00", 7, 7, "03:00"),
        ("12:30", 12, 13, "13:00"),
        ("23:30", 22, 0, "00:00+1"),
    ],
)
def test_quiet_hours_end_in_the_morning_or_never_begin(
    at: str, since: int, until: int, leaves: str
) -> None:
    asked = datetime.fromisoformat(f"2022-09-06T{at}:00+09:00")
    clock, _plus, days = leaves.partition("+")
    wanted = datetime.fromisoformat(f"2022-09-06T{clock}:00+09:00") + timedelta(int(days or 0))
    assert loud_from(asked, Quiet(since, until)) == wanted


def test_notify_has_a_text_form_of_exactly_what_forms_texts() -> None:
    has = {one.name for one in MESSAGES if SMS in one.channels} - set(CODES)
    assert has == set(TEXTED)


def test_the_same_over_json(campus: Campus) -> None:
    api = campus.client(HAN)
    usual = {"texts": False, "quiet_since": 21, "quiet_until": 8}
    assert api.get("/account").json == {"language": "ko", "channel": "email", **usual}
    chosen = {"language": "en", "channel": "sms"}
    assert api.send("PUT", "/account", chosen).json == {**chosen, **usual}
    more = {**chosen, "texts": True, "quiet_since": 23, "quiet_until": 7}
    assert api.send("PUT", "/account", more).json == more
    assert api.send("PUT", "/account", chosen).json == more  # what is not given stays
    assert api.send("PUT", "/account", {**chosen, "quiet_until": 24}).status_code == 422
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
