"""Changing one's password where one is signed in: the present one is asked (ASVS 6.2.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.forms.people.tables import AccountRow
from services.forms.signin import challenge
from shared.errors import Unauthorized
from tests.forms.campus import DESK, HAN, PASSWORD, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults

NEW, HERE = "산 넘어 산, 물 건너 물", "/account/password"


def change(browser: Browser, current: str = PASSWORD, new: str = NEW, twice: str = "") -> Page:
    browser.open(HERE)
    return browser.post(HERE, current=current, password=new, again=twice or new)


def is_in(browser: Browser) -> bool:
    return browser.open("/account").address == "/account"


def is_password(campus: Campus, login_id: str, password: str) -> bool:
    try:
        challenge.open_challenge(campus.parts, login_id, password, "192.0.2.9")
    except Unauthorized:
        return False
    return True


@pytest.mark.parametrize("login_id", [HAN, DESK])
def test_who_knows_the_present_one_stays_in_here_alone_and_is_mailed(
    campus: Campus, login_id: str
) -> None:
    here, there, api = (
        signed_in(campus, login_id),
        signed_in(campus, login_id),
        campus.client(login_id),
    )
    here.speak("en")
    page = change(here)
    assert "The password was changed. You are signed out everywhere else." in page.words
    assert (is_in(here), is_in(there), api.get("/account").status_code) == (True, False, 401)
    assert is_password(campus, login_id, NEW)
    assert not is_password(campus, login_id, PASSWORD)
    [mail] = campus.mails("sign_in_changed")
    assert mail.params["what"] == "password_changed"


def test_what_is_wrong_is_said_and_changes_nothing(campus: Campus) -> None:
    here, there = signed_in(campus, HAN), signed_in(campus, HAN)
    here.speak("en")
    for status, words, given in (
        (401, "The password is not right.", {"current": "guess"}),
        (422, "The two passwords differ.", {"twice": "another one"}),
        (422, "At least 10 characters", {"new": "short"}),
        (422, "on the lists that are tried first", {"new": "password1234"}),
    ):
        page = change(here, **given)
        assert (page.status, faults(page)) == (status, [])
        assert words in page.words
    assert is_in(there)
    assert not campus.mails("sign_in_changed")
    assert is_password(campus, HAN, PASSWORD)


def test_guesses_at_the_present_one_are_counted(campus: Campus) -> None:
    here = signed_in(campus, HAN)
    assert [change(here, "guess").status for _ in range(10)] == [401] * 10
    assert change(here).status == 429
    campus.clock.advance(timedelta(minutes=16))
    assert change(here).status == 200


def test_who_has_none_is_led_to_the_link(campus: Campus) -> None:
    here, api = signed_in(campus, HAN, "en"), campus.client(HAN)
    with campus.write() as session:
        session.get_one(AccountRow, HAN).password_hash = None
    here.speak("en")
    page = here.open(HERE)
    assert "You have no password" in page.words
    assert 'href="/password"' in page.text
    here.open("/account")
    assert change(here).address == HERE
    refused = api.post("/account/password", {"current": "", "password": NEW})
    assert (refused.status_code, refused.json["type"][-11:]) == (409, "no_password")


def test_programs_change_it_the_same_way(campus: Campus) -> None:
    one, other = campus.client(HAN), campus.client(HAN)
    wrong = one.post("/account/password", {"current": "guess", "password": NEW})
    weak = one.post("/account/password", {"current": PASSWORD, "password": HAN + "x"})
    assert (wrong.status_code, weak.status_code, weak.json["field"]) == (401, 422, "password")
    assert one.post("/account/password", {"current": PASSWORD, "password": NEW}).status_code == 204
    assert (one.get("/account").status_code, other.get("/account").status_code) == (200, 401)
