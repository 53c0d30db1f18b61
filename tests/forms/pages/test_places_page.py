"""Where one is signed in (ASVS 7.5.2), and signing out there; an operator signs out anybody."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner, Result
from sqlalchemy import delete

from services.cli import main
from services.forms.people.tables import AccountRow
from services.forms.signin import sessions
from tests.forms.campus import DESK, HAN, PASSWORD, Campus
from tests.forms.pages.browser import Browser, Page, signed_in


def is_in(browser: Browser) -> bool:
    return browser.open("/account").address == "/account"


def places(page_text: str) -> list[str]:
    return re.findall(r'name="place"[^>]* value="(\w+)"', page_text.replace('value="all"', ""))


def end(browser: Browser, place: str, password: str = PASSWORD) -> Page:
    browser.open("/account/sessions")
    return browser.post("/account/sessions/end", place=place, password=password)


def test_each_place_is_shown_and_can_be_signed_out_alone(campus: Campus) -> None:
    here, there, elsewhere = (signed_in(campus, HAN) for _ in range(3))
    somebody_else = signed_in(campus, DESK)
    here.speak("en")
    page = here.open("/account/sessions")
    assert page.heading == "Where you are signed in"
    assert page.words.count("This browser") == 1
    assert page.words.count("Another browser") == 2
    first, second = places(page.text)
    assert end(here, first).words.count("Another browser") == 1
    assert sorted([is_in(there), is_in(elsewhere)]) == [False, True]
    assert "You are signed in nowhere else." in end(here, second).words
    assert [is_in(one) for one in (there, elsewhere, here, somebody_else)] == [
        False, False, True, True]  # fmt: skip


def test_all_others_end_together_those_of_programs_too(campus: Campus) -> None:
    here, there = signed_in(campus, HAN), signed_in(campus, HAN)
    api = campus.client(HAN)
    here.speak("en")
    page = here.open("/account/sessions")
    assert "A program" in page.words
    assert "You are signed in nowhere else." in end(here, "all").words
    assert (is_in(here), is_in(there), api.get("/account").status_code) == (True, False, 401)


def test_nobody_ends_the_sessions_of_others(campus: Campus) -> None:
    student, staff = signed_in(campus, HAN), signed_in(campus, DESK)
    with campus.parts.database.read() as session:
        [theirs] = sessions.all_of(session, DESK, campus.clock.now())
    signed_in(campus, HAN)  # so that the page has a form
    for place in (theirs.id, "all"):
        assert end(student, place).status == 200
    assert is_in(staff)


def test_the_password_is_asked_once_more_and_guesses_are_counted(campus: Campus) -> None:
    here, there = signed_in(campus, HAN), signed_in(campus, HAN)
    here.speak("en")
    assert (end(here, "").status, "Choose one of these." in here.page.words) == (422, True)
    for wrong in ["", *["guess"] * 9]:
        page = end(here, "all", wrong)
        assert (page.status, "The password is not right." in page.words) == (401, True)
    assert (end(here, "all").status, is_in(there)) == (429, True)
    campus.clock.advance(timedelta(minutes=16))
    assert (end(here, "all").status, is_in(there)) == (200, False)


def test_who_has_no_password_must_have_signed_in_lately(campus: Campus) -> None:
    here, there, api = signed_in(campus, HAN), signed_in(campus, HAN), campus.client(HAN)
    with campus.write() as session:
        session.get_one(AccountRow, HAN).password_hash = None
    here.speak("en")
    assert "Your password" not in here.open("/account/sessions").words
    campus.clock.advance(timedelta(minutes=11))
    assert (end(here, "all").status, is_in(there)) == (409, True)
    refused = api.post("/account/sessions/end", {})
    assert (refused.status_code, refused.json["type"][-13:]) == (409, "sign_in_again")
    assert end(signed_in(campus, HAN), "all").status == 200
    assert not is_in(there)


def test_what_is_over_is_not_listed(campus: Campus) -> None:
    signed_in(campus, HAN)
    campus.clock.advance(timedelta(hours=3))
    here = signed_in(campus, HAN)
    assert places(here.open("/account/sessions").text) == []


def test_programs_see_and_end_the_same(campus: Campus) -> None:
    browser, one, other = signed_in(campus, HAN), campus.client(HAN), campus.client(HAN)
    found = one.get("/account/sessions").json
    assert sorted((row["use"], row["current"]) for row in found) == [
        ("api", False), ("api", True), ("page", False)]  # fmt: skip
    page = next(row for row in found if row["use"] == "page")
    path, right = "/account/sessions/end", {"password": PASSWORD}
    assert one.post(path, {"session_id": page["id"]}).status_code == 401
    assert is_in(browser)
    assert one.post(path, {"session_id": page["id"], **right}).status_code == 204
    assert not is_in(browser)
    assert one.post(path, right).status_code == 204
    assert (one.get("/account").status_code, other.get("/account").status_code) == (200, 401)


def test_an_operator_signs_somebody_out_everywhere(campus: Campus, tmp_path: Path) -> None:
    browser, api = signed_in(campus, HAN), campus.client(HAN)

    def sign_out(login_id: str) -> Result:
        return CliRunner().invoke(main, ["sign-out", login_id, "--data", str(tmp_path)])

    assert sign_out(HAN).output == "They are signed out everywhere.\n"
    assert (is_in(browser), api.get("/account").status_code) == (False, 401)
    nobody = sign_out("nobody")
    assert nobody.exit_code == 1
    assert "Nobody signs in with the ID 'nobody'." in nobody.output


def test_who_left_the_register_is_signed_in_nowhere(campus: Campus) -> None:
    staff = signed_in(campus, DESK)
    with campus.write() as session:
        session.execute(delete(AccountRow).where(AccountRow.login_id == DESK))
    assert not is_in(staff)
