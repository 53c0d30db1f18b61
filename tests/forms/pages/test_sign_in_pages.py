"""The pages of signing in, as somebody without scripts goes through them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from pyotp import TOTP

from shared.errors import TryLater
from tests.forms.campus import CODE, HAN, PASSWORD, Campus
from tests.forms.pages.browser import Browser, Page, signed_in, visitor


def at_the_code(campus: Campus, language: str = "en") -> Browser:
    browser = visitor(campus, language)
    browser.open("/sign-in")
    browser.post("/sign-in", id=HAN, password=PASSWORD)
    browser.post("/sign-in/channel", channel="email")
    return browser


def buttons(page: Page) -> dict[str, str]:
    return {one.get("value"): one.text for one in page.tree.iter("button") if one.get("value")}


def test_a_phone_offers_the_code_and_may_paste_it_with_spaces(campus: Campus) -> None:
    browser = at_the_code(campus)
    [field] = browser.page.tree.xpath("//input[@id='code']")
    assert field.get("autocomplete") == "one-time-code"
    assert field.get("inputmode") == "numeric"
    pasted = f" {CODE[:3]} {CODE[3:]} "
    assert len(pasted) <= int(field.get("maxlength"))
    assert browser.post("/sign-in/code", code=pasted).address == "/"


def test_where_no_code_arrives_the_other_way_is_one_press_away(campus: Campus) -> None:
    browser = at_the_code(campus)
    assert buttons(browser.page) == {
        "email": "Send a new code",
        "sms": "Send it by text message instead",
    }
    page = browser.post("/sign-in/channel", channel="sms")
    assert "•••-••••-0001" in page.words
    assert buttons(page)["email"] == "Send it by e-mail instead"
    assert campus.codes.sent[-1][1] == "sms"


def test_a_code_that_came_back_is_said_and_the_other_way_offered(campus: Campus) -> None:
    browser = at_the_code(campus)
    assert "could not be delivered" not in browser.open("/sign-in/code").words
    campus.hears(campus.codes.comes_back())
    page = browser.open("/sign-in/code")
    assert "The message with it could not be delivered." in page.words
    assert buttons(page) == {"sms": "Send it by text message instead"}
    assert "could not be delivered" in browser.post("/sign-in/code", code="000000").words
    chosen = browser.open("/sign-in/channel").tree.xpath("//input[@checked]")
    assert [one.get("value") for one in chosen] == ["sms"]
    page = browser.post("/sign-in/channel", channel="sms")
    assert "could not be delivered" not in page.words
    assert browser.post("/sign-in/code", code=CODE).address == "/"


def test_a_code_that_may_still_arrive_is_not_called_lost(campus: Campus) -> None:
    browser = at_the_code(campus)
    campus.hears(replace(campus.codes.comes_back(), permanent=False))
    assert "The message with it could not be delivered." not in browser.open("/sign-in/code").words


def test_a_way_that_does_not_work_is_not_proposed_again(campus: Campus) -> None:
    browser = visitor(campus, "en")
    browser.open("/sign-in")
    browser.post("/sign-in", id=HAN, password=PASSWORD)
    campus.codes.away = TryLater("channel_unavailable")
    page = browser.post("/sign-in/channel", channel="email")
    assert page.status == 503
    assert [one.get("value") for one in page.tree.xpath("//input[@checked]")] == ["sms"]


def test_notify_is_told_of_the_network_without_its_address(campus: Campus) -> None:
    at_the_code(campus)
    [about] = campus.codes.started.values()
    assert len(about["network"]) == 64
    assert "127.0.0.1" not in str(about)


def with_app(campus: Campus, browser: Browser) -> tuple[str, list[str]]:
    """Set up an app as the pages lead through it; the secret and the recovery codes."""
    browser.open("/account")
    browser.open("/account/authenticator")
    browser.post("/account/authenticator", password=PASSWORD)
    secret = "".join(browser.page.tree.xpath("string(//code)").split())
    page = browser.post("/account/authenticator/confirm", code=shown(campus, secret))
    campus.clock.advance(timedelta(seconds=60))
    return secret, [one.text for one in page.tree.xpath("//code")]


def shown(campus: Campus, secret: str) -> str:
    return TOTP(secret).at(campus.clock.now())


def test_an_app_is_set_up_and_is_then_the_second_step(campus: Campus) -> None:
    student = signed_in(campus, HAN, "en")
    secret, codes = with_app(campus, student)
    assert len(codes) == 10
    assert "10 recovery codes are left" in student.open("/account").words
    browser = visitor(campus, "en")
    browser.open("/sign-in")
    page = browser.post("/sign-in", id=HAN, password=PASSWORD)
    assert page.heading == "Enter the code of your app"
    assert "4 tries left" in browser.post("/sign-in/code", code="000000").words
    assert browser.post("/sign-in/code", code=shown(campus, secret)).address == "/"
    assert campus.codes.sent == []


def test_nobody_sets_up_or_removes_an_app_on_somebody_elses_screen(campus: Campus) -> None:
    student = signed_in(campus, HAN, "en")
    student.open("/account/authenticator")
    assert student.post("/account/authenticator", password="guessed").status == 401
    assert student.open("/account/authenticator/confirm").address == "/account/authenticator"
    with_app(campus, student)
    for what in ("remove", "codes"):
        student.open("/account/authenticator")
        assert student.post(f"/account/authenticator/{what}", code="000000").status == 401
    assert "In use since" in student.open("/account/authenticator").words


def test_removed_codes_are_sent_again(campus: Campus) -> None:
    student = signed_in(campus, HAN, "en")
    secret, codes = with_app(campus, student)
    student.open("/account/authenticator")
    page = student.post("/account/authenticator/codes", code=codes[0])
    new = [one.text for one in page.tree.xpath("//code")]
    assert set(new).isdisjoint(codes)
    student.open("/account/authenticator")
    page = student.post("/account/authenticator/remove", code=shown(campus, secret))
    assert page.address == "/account"
    assert "Codes are sent again" in page.words
    assert at_the_code(campus).page.heading == "Enter the 6-digit code"


def test_the_same_over_json(campus: Campus) -> None:
    api, path = campus.client(HAN), "/account/authenticator"
    assert api.get(path).json == {"since": None, "recovery_codes": 0}
    assert api.post(path, {"password": "guessed"}).status_code == 401
    begun = api.post(path, {"password": PASSWORD})
    assert begun.status_code == 201
    secret = begun.json["secret"]
    assert api.post(f"{path}/confirm", {"code": "000000"}).status_code == 422
    confirmed = api.post(f"{path}/confirm", {"code": shown(campus, secret)})
    assert len(confirmed.json["recovery_codes"]) == 10
    assert api.post(path, {"password": PASSWORD}).status_code == 409
    campus.clock.advance(timedelta(seconds=60))
    opened = api.post("/session", {"id": HAN, "password": PASSWORD}).json
    assert (opened["channels"], opened["masked"]) == (["totp"], {"totp": ""})
    verify = f"/session/{opened['challenge']}/verify"
    assert api.post(verify, {"code": "000000"}).status_code == 401
    assert api.post(verify, {"code": shown(campus, secret)}).json["token"]
    assert api.post(f"{path}/remove", {"code": "000000"}).status_code == 401
    codes = api.post(f"{path}/codes", {"code": confirmed.json["recovery_codes"][1]})
    assert codes.status_code == 200
    removed = api.post(f"{path}/remove", {"code": codes.json["recovery_codes"][0]})
    assert removed.status_code == 204
    assert api.get(path).json == {"since": None, "recovery_codes": 0}
