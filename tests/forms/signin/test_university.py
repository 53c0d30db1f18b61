"""Sign-in at the campus identity provider (CRT-11), against a real one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from services.forms.app import create_app
from services.forms.people import register
from services.forms.signin.university import Provider
from shared.clock import StandingClock
from shared.settings import Settings
from tests.forms.campus import DESK, HAN, PASSWORD, Campus
from tests.forms.pages.browser import Browser, Page
from tests.parts.fixtures import need
from tests.parts.oidc import CLIENT, SECRET, OpenIdProvider, why_not

THERE = "/sign-in/university"


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    need(why_not())
    made = OpenIdProvider()
    made.start()
    yield made
    made.stop()


@dataclass
class Door:
    """Forms with a provider, and somebody who goes through."""

    campus: Campus
    university: OpenIdProvider
    clock: StandingClock

    def visitor(self, language: str = "en") -> Browser:
        return Browser(self.campus.app.test_client(), language)

    def sent(self, browser: Browser, wanted: str = "") -> str:
        """Where the link on the page leads."""
        answer = browser.raw_get(f"{THERE}?next={wanted}" if wanted else THERE)
        assert answer.status_code == 303
        return str(answer.headers["Location"])

    def comes_back(self, browser: Browser, login_id: str, wanted: str = "") -> Page:
        back = self.university.sign_in(self.sent(browser, wanted), login_id)
        return browser.open(_local(back))


def _local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def _asked(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def settings(campus: Campus, issuer: str, **more: str) -> Settings:
    return replace(
        campus.parts.settings, oidc_issuer=issuer, oidc_client=CLIENT, oidc_secret=SECRET, **more
    )


def open_door(campus: Campus, university: OpenIdProvider, issuer: str = "", **more: str) -> Door:
    clock = StandingClock(datetime.now(UTC))
    chosen = settings(campus, issuer or university.issuer, **more)
    parts = replace(campus.parts, settings=chosen, provider=Provider(chosen, clock))
    app = create_app(parts)
    app.testing = True
    return Door(replace(campus, parts=parts, app=app), university, clock)


@pytest.fixture
def door(campus: Campus, running: OpenIdProvider) -> Door:
    return open_door(campus, running)


def test_who_is_known_there_is_signed_in_here_where_they_wanted_to_go(door: Door) -> None:
    student = door.visitor()
    page = student.open("/tuition")
    [link] = page.tree.xpath(f"//a[starts-with(@href, '{THERE}')]")
    assert link.get("href").endswith("next=/tuition")
    assert door.comes_back(student, HAN, "/tuition").address == "/tuition"
    assert door.campus.codes.sent == [], "no code of ours"
    office = door.visitor()
    assert door.comes_back(office, DESK).address == "/desk"


def test_what_is_asked_is_bound_to_this_browser_and_names_no_secret(door: Door) -> None:
    first, second = (_asked(door.sent(door.visitor())) for _ in range(2))
    assert first["response_type"] == "code"
    assert first["code_challenge_method"] == "S256"
    assert SECRET not in str(first)
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]


def test_an_answer_counts_in_the_browser_that_asked_and_once(door: Door) -> None:
    asker, other = door.visitor(), door.visitor()
    back = _local(door.university.sign_in(door.sent(asker), HAN))
    door.sent(other)
    assert other.open(back).status == 400, "somebody else's answer"
    assert door.visitor().open(back).status == 400, "an answer to nothing"
    assert asker.open(back).address == "/"
    assert door.visitor().open("/tuition").address == "/sign-in"
    asker.post("/sign-out")
    assert asker.open(back).status == 400, "the same once more"


def test_a_code_of_another_sign_in_is_worth_nothing(door: Door) -> None:
    """Injected into one's own sign-in: the verifier does not fit (RFC 7636)."""
    victim, thief = door.visitor(), door.visitor()
    stolen = _asked(door.university.sign_in(door.sent(victim), HAN))["code"]
    own = _asked(door.university.sign_in(door.sent(thief), DESK))
    page = thief.open(f"{THERE}/back?{urlencode({**own, 'code': stolen})}")
    assert page.status == 400
    assert thief.open("/tuition").address == "/sign-in"


@pytest.mark.parametrize("issuer", ["https://elsewhere.example", ""])
def test_the_answer_of_another_issuer_is_refused(door: Door, issuer: str) -> None:
    """RFC 9207: the provider says that it names itself, so an answer without is another's, too."""
    browser = door.visitor()
    answer = _asked(door.university.sign_in(door.sent(browser), HAN))
    mixed = {**answer, "iss": issuer} if issuer else {k: v for k, v in answer.items() if k != "iss"}
    assert browser.open(f"{THERE}/back?{urlencode(mixed)}").status == 400


def test_who_is_not_of_the_register_is_told_so(door: Door) -> None:
    page = door.comes_back(door.visitor(), "2029-0001")
    assert page.status == 403
    assert "not known here" in page.words
    assert "registrar@dojang.example" in page.words or "help@dojang.example" in page.words
    for strange in ("x" * 150, "' or 1=1 --", "professor"):
        assert door.comes_back(door.visitor(), strange).status == 403


def test_a_provider_that_names_nobody_is_told_apart(door: Door) -> None:
    page = door.comes_back(door.visitor(), "nameless")
    assert page.status == 403
    assert "does not tell us your ID" in page.words


def test_another_claim_may_name_the_id(campus: Campus, running: OpenIdProvider) -> None:
    door = open_door(campus, running, oidc_claim="sub")
    assert door.comes_back(door.visitor(), HAN).address == "/"


def test_who_turns_back_there_is_asked_again_here(door: Door) -> None:
    browser = door.visitor()
    asked = _asked(door.sent(browser))
    answer = {"error": "access_denied", "state": asked["state"], "iss": door.university.issuer}
    page = browser.open(f"{THERE}/back?{urlencode(answer)}")
    assert (page.status, page.heading) == (403, "Sign in")
    assert "You were not signed in at the university" in page.words


def test_keys_that_changed_at_the_provider_are_read_again(campus: Campus) -> None:
    need(why_not())
    university = OpenIdProvider()
    university.start()
    door = open_door(campus, university)
    assert door.comes_back(door.visitor(), HAN).address == "/"
    university.stop()
    university.start()
    door.clock.advance(timedelta(seconds=11))
    assert door.comes_back(door.visitor(), HAN).address == "/"
    university.stop()


def test_while_the_provider_is_away_that_is_said_and_the_password_is_there(
    campus: Campus,
) -> None:
    need(why_not())
    university = OpenIdProvider()
    door = open_door(campus, university)
    browser = door.visitor()
    page = browser.open(THERE)
    assert (page.status, page.heading) == (503, "Sign in")
    assert "does not answer" in page.words
    page = browser.post("/sign-in", id=HAN, password=PASSWORD)
    assert page.heading == "Where should we send your code?"
    university.start()
    back = _local(university.sign_in(door.sent(browser), HAN))
    university.stop()
    assert browser.open(back).status == 503
    university.start()
    assert door.comes_back(browser, HAN).address == "/"
    university.stop()


def test_another_ones_discovery_document_is_not_taken(
    campus: Campus, running: OpenIdProvider
) -> None:
    """The issuer must be the very one of the settings (Discovery 4.3)."""
    door = open_door(campus, running, issuer=running.issuer.replace("127.0.0.1", "localhost"))
    assert door.visitor().open(THERE).status == 503


def test_the_notice_comes_first_and_signing_out_tells_of_the_university(door: Door) -> None:
    with door.campus.write() as session:
        account = register.find_account(session, HAN)
        assert account is not None
        session.execute(register.AccountRow.__table__.update().values(notice_accepted_at=None))
    student = door.visitor()
    assert door.comes_back(student, HAN, "/tuition").address == "/notice"
    student.post("/notice", next="/tuition")
    assert student.page.address == "/tuition"
    page = student.post("/sign-out")
    assert page.address == "/sign-in"
    [link] = page.tree.xpath("//a[contains(@href, 'session/end')]")
    assert link.get("href").startswith(door.university.issuer)
    assert student.open("/tuition").address == "/sign-in"


def test_without_a_provider_there_is_no_such_way(campus: Campus) -> None:
    browser = Browser(campus.app.test_client(), "en")
    assert browser.open(THERE).status == 404
    assert "university account" not in browser.open("/sign-in").words
