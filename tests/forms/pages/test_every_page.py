"""Every page in its states: sound, in both languages, and usable without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pyotp import TOTP

from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import (
    Browser,
    Page,
    draft,
    link,
    send,
    sent_and_signed,
    sign,
    signed_in,
    visitor,
)
from tests.forms.pages.sound import faults

LANGUAGES = ("ko", "en")
Walk = Callable[[Campus, str], Iterator[Page]]


def _before_signing_in(campus: Campus, language: str) -> Iterator[Page]:
    browser = visitor(campus, language)
    for address in ("/sign-in", "/password", "/privacy", "/contacts", "/nothing"):
        yield browser.open(address)
    browser.open("/sign-in")
    yield browser.post("/sign-in", id="nobody", password="wrong")
    browser.open("/password")
    yield browser.post("/password", id="")
    yield browser.post("/password", id=HAN)


def _signing_in(campus: Campus, language: str) -> Iterator[Page]:
    browser = visitor(campus, language)
    browser.open("/sign-in")
    yield browser.post("/sign-in", id=HAN, password="dojang-demo")
    yield browser.post("/sign-in/channel", channel="pigeon")
    yield browser.post("/sign-in/channel", channel="email")
    yield browser.post("/sign-in/code", code="000000")
    yield browser.post("/sign-in/code", code="246810")
    yield browser.open("/notice")


def _a_queue(campus: Campus, language: str) -> Iterator[Page]:
    send(signed_in(campus, HAN, language))
    first = link(campus)
    send(signed_in(campus, "2026-1188", language))
    professor = visitor(campus, language)
    yield professor.open(first)
    campus.said()
    yield professor.post(f"{first}/all")
    address = f"/queue/{campus.token(campus.mails('queue_link')[0])}"
    page = professor.open(address)
    yield page
    yield professor.post(address, typed="")
    ticks = page.tree.xpath("//input[@name='sign']/@value")
    yield professor.open(f"{address}/settings")
    yield professor.post(f"{address}/settings", language="tlh", digest="many")
    wishes = {"language": language, "digest": "many", "quiet_since": "21", "quiet_until": "8"}
    yield professor.post(f"{address}/settings", **wishes)
    professor.speak(language)
    yield professor.post(address, sign=ticks[:1], typed="윤태호")
    campus.clock.advance(timedelta(days=15))
    yield professor.open(address)
    yield professor.post(f"{address}/again")


def _a_delegate(campus: Campus, language: str) -> Iterator[Page]:
    path = send(signed_in(campus, HAN, language))
    professor, address = visitor(campus, language), link(campus)
    yield professor.open(f"{address}/delegate")
    page = professor.open(f"{address}/delegate?q=Seo")
    yield page
    given = {"q": "Seo", "delegate": page.tree.xpath("//input[@name='delegate']/@value")[-1]}
    yield professor.post(f"{address}/delegate", **given, extent="away", first_day="x")
    yield professor.post(f"{address}/delegate", **given, extent="away",
                         first_day="2022-09-06", last_day="2022-09-20")  # fmt: skip
    yield professor.open(address)
    mails = campus.mails()
    queue = next(one for one in mails if one.message == "delegation_made")
    theirs = next(one for one in mails if one.message == "approval_request")
    delegate = visitor(campus, language)
    yield delegate.open(f"/a/{campus.token(theirs)}")
    yield signed_in(campus, DESK, language).open(f"/desk{path}")
    yield professor.open(f"/queue/{campus.token(queue)}")
    yield professor.post(professor.page.tree.xpath("//form[contains(@action, '/end')]/@action")[0])
    yield delegate.open(f"/a/{campus.token(theirs)}")


def _a_password(campus: Campus, language: str) -> Iterator[Page]:
    student, _elsewhere = signed_in(campus, HAN, language), signed_in(campus, HAN, language)
    yield student.open("/account/sessions")
    yield student.post("/account/sessions/end", place="", password="")
    yield student.post("/account/sessions/end", place="all", password="wrong")
    yield student.post("/account/sessions/end", place="all", password="dojang-demo")
    yield student.open("/account/password")
    yield student.post("/account/password", current="wrong", password="a" * 20, again="b")
    yield student.post("/account/password", current="dojang-demo", password="short", again="short")


def _an_app(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    yield student.open("/account")
    yield student.post("/account", language="xx", channel="sms")
    yield student.post("/account", language=language, channel="sms")
    yield student.open("/account/authenticator")
    yield student.post("/account/authenticator", password="wrong")
    yield student.post("/account/authenticator", password="dojang-demo")
    yield student.post("/account/authenticator/confirm", code="000000")
    secret = "".join(student.page.tree.xpath("string(//code)").split())
    yield student.post("/account/authenticator/confirm", code=TOTP(secret).at(campus.clock.now()))
    yield student.open("/account/authenticator")
    yield student.post("/account/authenticator/remove", code="000000")
    browser = visitor(campus, language)
    browser.open("/sign-in")
    yield browser.post("/sign-in", id=HAN, password="dojang-demo")
    yield browser.post("/sign-in/code", code="000000")
    student.open("/account/authenticator")
    campus.clock.advance(timedelta(seconds=30))
    code = TOTP(secret).at(campus.clock.now())
    yield student.post("/account/authenticator/remove", code=code)


def _a_form(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    yield student.open("/apply/tuition_waiver")
    yield student.post("/apply/tuition_waiver", do="preview", year="2022", reasons="가" * 300)
    path = draft(student)
    yield student.open(f"{path}/edit?saved=1")
    yield student.open("/")
    yield student.open(f"{path}/preview")
    yield student.post(f"{path}/submit", typed="x" * 60)
    yield student.open(path)


def _on_its_way(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    send(student)
    yield student.page
    yield student.open("/")
    yield visitor(campus, language).open(link(campus))


def _returned(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    path = send(student)
    professor, address = visitor(campus, language), link(campus)
    shown = professor.open(address).hidden("shown")
    yield professor.post(address, decision="return", reason="", shown=shown)
    yield professor.post(address, decision="approve", typed="윤태호", shown="0" * 64)
    yield professor.post(address, decision="return", reason="근거를 적어 주세요.", shown=shown)
    yield professor.open(address)
    yield student.open(path)
    yield student.open("/")
    yield student.open(f"{path}/edit")
    student.open(f"{path}/preview")
    student.post(f"{path}/submit", typed="한서윤")
    yield professor.open(address)
    yield professor.post(f"{address}/again")


def _ended(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    path = send(student)
    address = link(campus)
    student.open(path)
    yield student.post(f"{path}/withdraw", reason="")
    yield visitor(campus, language).open(address)
    again = send(student)
    professor, address = visitor(campus, language), link(campus)
    shown = professor.open(address).hidden("shown")
    yield professor.post(address, decision="decline", reason="어렵습니다.", shown=shown)
    yield student.open(again)


def _at_the_desk(campus: Campus, language: str) -> Iterator[Page]:
    student, office = signed_in(campus, HAN, language), signed_in(campus, DESK, language)
    yield office.open("/desk")
    path = send(student)
    for view in ("due", "stuck", "professors", "ended"):
        yield office.open(f"/desk?view={view}")
    yield office.open(f"/desk{path}?step=1&professor=민")
    yield office.open(f"/desk{path}?step=2&professor=nobody")
    yield office.post(f"/desk{path}/address", step="1", email="not an address")
    yield sign(campus, "윤태호", language)
    sign(campus, "서민정")
    yield office.open("/desk?q=W-2022")
    yield office.open(f"/desk{path}")
    yield office.post(f"/desk{path}/decision", decision="decline", reason="")
    yield office.post(f"/desk{path}/decision", decision="approve", granted="one_third")
    yield student.open(path)


def _certificates(campus: Campus, language: str) -> Iterator[Page]:
    student = signed_in(campus, HAN, language)
    address = "/apply/certificate_enrollment"
    yield student.open(address)
    yield student.post(address, do="preview", language="", copies="many", purpose="")
    path = student.page.address.removesuffix("/edit")
    asked = {"language": language, "copies": "2", "purpose": "visa"}
    yield student.post(f"{path}/edit", do="preview", **asked)
    yield student.open("/")
    yield student.open("/apply/certificate_tuition_payment")


def _issued(campus: Campus, language: str) -> Iterator[Page]:
    student, office = signed_in(campus, HAN, language), signed_in(campus, DESK, language)
    path = _approved(campus, student, office)
    campus.issue(_requested(campus))
    yield student.open(path)
    yield student.open("/")
    yield office.open(f"/desk{path}")


def _approved(campus: Campus, student: Browser, office: Browser) -> str:
    path = sent_and_signed(campus, student)
    office.open(f"/desk{path}")
    campus.said()
    office.post(f"/desk{path}/decision", decision="approve", granted="one_third")
    return path


def _requested(campus: Campus) -> object:
    return next(one for one in campus.said() if type(one).__name__ == "DocumentRequested")


WALKS: tuple[Walk, ...] = (
    _before_signing_in,
    _signing_in,
    _a_password,
    _an_app,
    _a_queue,
    _a_delegate,
    _a_form,
    _on_its_way,
    _returned,
    _ended,
    _at_the_desk,
    _issued,
    _certificates,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__.strip("_"))
def test_every_page_of_a_walk_is_sound_and_in_one_language(
    campus: Campus, walk: Walk, language: str
) -> None:
    wrong = []
    for page in walk(campus, language):
        found = [*faults(page), *_more_than_one_primary_action(page)]
        if language == "ko":
            found += _english_sentences(page)
        if page.status >= 500 or page.tree.get("lang") != language:
            found.append(f"{page.status} {page.tree.get('lang')}")
        wrong += [f"{page.address} ({page.heading}): {one}" for one in found]
    assert wrong == []


def _more_than_one_primary_action(page: Page) -> list[str]:
    count = len(page.tree.xpath('//*[contains(@class, "btn-primary")]'))
    return [f"{count} primary actions"] if count > 1 else []


def _english_sentences(page: Page) -> list[str]:
    """Three Latin words in a row are a text that nobody translated."""
    plain = re.sub(
        r"\S+@\S+|[0-9a-f]{4}(?: [0-9a-f]{4})+|[A-Z2-7]{4}(?: [A-Z2-7]{4})+", "", page.words
    )
    return re.findall(r"[A-Za-z’']{2,}(?: +[A-Za-z’']{2,}){2,}", plain)
