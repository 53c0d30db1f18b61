"""The desk of post: what became of a message, sending it again, samples, who carries it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.notify.app import create_app
from services.notify.catalog import MESSAGES
from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.forgetting import Forgetting
from services.notify.parts import Parts
from services.notify.worker import consumers
from shared.broker import EmbeddedBroker, Publication
from shared.broker.dead_letters import DeadLetters
from shared.clock import StandingClock
from shared.cookies import DESK
from shared.errors import DojangError, Permanent, TryLater
from shared.links import desk_pass
from tests.notify.office import (
    NOW,
    RING,
    ask,
    deliver_due,
    history,
    open_office,
    request,
    row,
)
from tests.notify.samples import CASE, MORE

KIND = "tuition_waiver"


class Scripted:
    """A channel that fails as told, then accepts."""

    def __init__(self) -> None:
        self.failures, self.took = list[DojangError](), list[Outgoing]()

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        if self.failures:
            raise self.failures.pop(0)
        self.took.append(outgoing)
        return Accepted("ABC123", by="mail.example")


@pytest.fixture
def way() -> Scripted:
    return Scripted()


@pytest.fixture
def parts(tmp_path: Path, way: Scripted) -> Iterator[Parts]:
    url = f"sqlite:///{tmp_path}/notify.sqlite"
    made = open_office(url, clock=StandingClock(NOW), channels={"email": way})
    yield made
    made.database.close()


def client(parts: Parts, *kinds: str, broker: EmbeddedBroker | None = None) -> FlaskClient:
    """Somebody of an office that is in charge of these kinds."""
    app = create_app(parts, DeadLetters(broker) if broker else None)
    made = app.test_client()
    made.set_cookie(
        f"__Host-{DESK}",  # the office is under https
        desk_pass("educational_affairs", "staff-1", parts.clock.now(), RING, list(kinds), "오은지"),
    )
    return made


@pytest.fixture
def desk(parts: Parts) -> FlaskClient:
    return client(parts, KIND)


def about(
    message: str = "at_desk", kind: str = KIND, number: str = "W-2026-00042"
) -> dict[str, object]:
    params = {**CASE["ko"], **MORE[message]["ko"], "kind": kind, "application_number": number}
    return {"message": message, "params": params}


def page(desk: FlaskClient, path: str, language: str = "en") -> str:
    answer = desk.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    return answer.text


def again(desk: FlaskClient, path: str, at: str) -> int:
    token = re.search(r'name="form_token" value="([^"]+)"', page(desk, at))
    assert token is not None
    answer = desk.post(path, data={"form_token": token[1]})
    return answer.status_code


def test_a_message_is_found_by_application_person_and_state(
    parts: Parts, way: Scripted, desk: FlaskClient
) -> None:
    first = ask(parts, request(**about(number="W-2026-00001")))
    second = ask(parts, request(**about("overdue", number="W-2026-00002"),
                                address={"email": "other@dojang.example"}))  # fmt: skip
    way.failures = [Permanent("no_such_address")]
    deliver_due(parts)
    for query, found, missing in (
        ("number=W-2026-00001", first, second),
        ("number=w-2026-00002", second, first),
        ("to=OTHER", second, first),
        ("state=failed", first, second),
        ("state=accepted", second, first),
    ):
        text = page(desk, f"/desk/post?{query}")
        assert f"/desk/post/{found}" in text, query
        assert f"/desk/post/{missing}" not in text, query
    assert "No message has been found." in page(desk, "/desk/post?number=W-1&to=%25&page=9")


def test_an_office_sees_its_own_kinds_and_what_is_nobody_s_application(
    parts: Parts, desk: FlaskClient
) -> None:
    own = ask(parts, request(**about()))
    foreign = ask(parts, request(**about(kind="leave_of_absence")))
    nobodys = ask(parts, request("invitation"))
    text = page(desk, "/desk/post")
    assert f"/desk/post/{own}" in text
    assert f"/desk/post/{nobodys}" in text
    assert foreign not in text
    assert desk.get(f"/desk/post/{foreign}").status_code == 404
    assert desk.get("/desk/post/none").status_code == 404
    assert foreign not in page(client(parts), "/desk/post")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_one_message_shows_its_whole_history(
    parts: Parts, way: Scripted, desk: FlaskClient, language: str
) -> None:
    way.failures = [TryLater("put_off_450", by="mail.example")]
    asked = ask(parts, request(**about()))
    deliver_due(parts)
    assert isinstance(parts.clock, StandingClock)
    parts.clock.advance(timedelta(minutes=2))
    deliver_due(parts)
    text = page(desk, f"/desk/post/{asked}", language)
    for word in ("mail.example", "ABC123", "450", "seo@dojang.example", "W-2026-00042"):
        assert word in text
    for word in {"ko": ("미룸", "받아 감"), "en": ("Put off", "Accepted")}[language]:
        assert word in text
    assert 'action="/desk/post/' not in text  # its words are forgotten
    assert "/desk/applications/case-42" in text


def test_what_failed_is_sent_again_under_the_same_name(
    parts: Parts, way: Scripted, desk: FlaskClient
) -> None:
    way.failures = [Permanent("refused")]
    asked = ask(parts, request("approval_request", params=about("approval_request")["params"]))
    deliver_due(parts)
    assert again(desk, f"/desk/post/{asked}/again", f"/desk/post/{asked}") == 303
    assert deliver_due(parts) == 1
    assert [one.message_id for one in way.took] == [f"<{asked}@dojang.example>"]
    assert "https://dojang.example/a/" in way.took[0].text
    assert history(parts, asked)[-4:] == ["again", "composed", "handed_over", "accepted"]


def test_the_words_of_what_failed_are_forgotten_after_thirty_days(
    parts: Parts, way: Scripted, desk: FlaskClient
) -> None:
    way.failures = [Permanent("refused")]
    asked = ask(parts, request(**about()))
    deliver_due(parts)
    assert isinstance(parts.clock, StandingClock)
    for days, kept in ((29, True), (2, False)):
        parts.clock.advance(timedelta(days=days))
        Forgetting(parts.database, parts.clock).forget()
        assert bool(row(parts, asked).params) is kept


def test_what_waits_can_be_sent_now_and_what_was_accepted_cannot(
    parts: Parts, way: Scripted, desk: FlaskClient
) -> None:
    way.failures = [TryLater("put_off_450")]
    asked = ask(parts, request(**about()))
    deliver_due(parts)
    assert deliver_due(parts) == 0
    assert again(desk, f"/desk/post/{asked}/again", f"/desk/post/{asked}") == 303
    assert deliver_due(parts) == 1
    other = ask(parts, request(**about()))
    assert again(desk, f"/desk/post/{asked}/again", f"/desk/post/{other}") == 409
    assert len(way.took) == 1


def test_sending_again_needs_the_desk_s_own_form(parts: Parts, desk: FlaskClient) -> None:
    asked = ask(parts, request(**about()))
    for form in ({}, {"form_token": "wrong"}):
        assert desk.post(f"/desk/post/{asked}/again", data=form).status_code == 403
    assert "again" not in history(parts, asked)


def test_lanes_and_servers_are_shown_with_their_last_trouble(
    parts: Parts, way: Scripted, desk: FlaskClient
) -> None:
    assert isinstance(parts.clock, StandingClock)
    ask(parts, request(**about()))
    parts.clock.advance(timedelta(seconds=7))
    deliver_due(parts)
    text = page(desk, "/desk/post")
    assert "7.0 s" in text
    assert "Well" in text
    way.failures = [TryLater("busy", by="mail.example")]
    ask(parts, request(**about(), lane="bulk"))
    deliver_due(parts)
    text = page(desk, "/desk/post")
    assert "In trouble" in text
    assert "The provider limits how much it takes." in text
    parts.clock.advance(timedelta(hours=2))
    later = client(parts, KIND)  # a pass is good for ten minutes
    assert "Nothing was handed to a server or provider" in page(later, "/desk/post")


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_message_can_be_looked_at_before_anybody_gets_it(
    parts: Parts, desk: FlaskClient, language: str
) -> None:
    listed = page(desk, "/desk/post/samples", language)
    for told in MESSAGES:
        path = f"/desk/post/samples/{told.name}/{language}"
        assert path in listed
        text = page(desk, path, language)
        composed = desk.get(f"{path}/html")
        assert composed.headers["Content-Security-Policy"].startswith("sandbox ")
        assert f'lang="{language}"' in composed.text
        if "sms" in told.channels:
            assert "SMS" in text
    for path in ("receipt/fr", "advertising/ko", "receipt/fr/html"):
        assert desk.get(f"/desk/post/samples/{path}").status_code == 404


def test_a_request_that_is_stuck_is_shown_with_its_reason_and_tried_again(
    parts: Parts, tmp_path: Path
) -> None:
    with closing(EmbeddedBroker(tmp_path / "queue.sqlite")) as broker:
        desk = client(parts, KIND, broker=broker)
        assert "Nothing is stuck." in page(desk, "/desk/post/stuck")
        publication = Publication("m-1", "notification.requested", "bulk", "case-9", b"{}")
        broker.publish([publication])
        for consumer in consumers(parts, broker):
            consumer.drain()
        text = page(desk, "/desk/post/stuck")
        assert "case-9" in text
        assert "bad_message" in text
        assert again(desk, "/desk/post/stuck/m-1/again", "/desk/post/stuck") == 303
        assert "Nothing is stuck." in page(desk, "/desk/post/stuck")
        assert [consumer.drain() for consumer in consumers(parts, broker)] == [0, 0, 1]
        assert again(desk, "/desk/post/stuck/m-2/again", "/desk/post/stuck") == 404


@pytest.mark.parametrize("path", ["", "/none", "/samples", "/samples/receipt/ko", "/stuck"])
def test_without_a_pass_forms_is_asked_for_one(parts: Parts, path: str) -> None:
    answer = create_app(parts).test_client().get(f"/desk/post{path}")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/desk/pass?next=")


@pytest.mark.parametrize(
    ("wanted", "to"),
    [("test@dojang.example", "TEST@dojang.example"), ("@test.example", "anybody@test.example")],
)
def test_a_test_recipient_s_mail_never_leaves_the_building(
    tmp_path: Path, wanted: str, to: str
) -> None:
    office = open_office(
        f"sqlite:///{tmp_path}/kept.sqlite", clock=StandingClock(NOW),
        DOJANG_MAIL="smtp://127.0.0.1:1", DOJANG_TEST_RECIPIENTS=f"010-1234-5678 {wanted}",
    )  # fmt: skip
    asked = ask(office, request(**about(), address={"email": to}))
    deliver_due(office)
    assert (row(office, asked).state, row(office, asked).by) == ("accepted", "test recipient")
    assert office.mailbox is not None
    assert [one.to for one in office.mailbox.all()] == [to]
    office.database.close()


@pytest.mark.parametrize("wrong", ["nobody", "a@b,c@d.example", "@"])
def test_a_test_recipient_that_is_no_address_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(Permanent, match="DOJANG_TEST_RECIPIENTS"):
        open_office(f"sqlite:///{tmp_path}/a.sqlite", DOJANG_TEST_RECIPIENTS=wrong)
