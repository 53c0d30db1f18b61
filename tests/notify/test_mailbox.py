"""The mailbox of a trial: what people and programs see of it, and how real SMTP comes in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from services.notify.app import create_app
from services.notify.channels import mail_channel
from services.notify.channels.mailbox import MailboxChannel
from services.notify.mailbox.listener import Listener
from services.notify.parts import Parts
from shared.clock import StandingClock
from tests.notify.office import NOW, ask, deliver_due, open_office, request, settings
from tests.notify.samples import sample
from tests.parts.ports import free_port, wait_until


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def parts(tmp_path: Path, clock: StandingClock) -> Iterator[Parts]:
    made = open_office(f"sqlite:///{tmp_path}/notify.sqlite", clock=clock)
    yield made
    made.database.close()


@pytest.fixture
def browser(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client()


def put(parts: Parts, message: str, language: str = "ko", channel: str = "email") -> None:
    outgoing = parts.composer.compose(sample(message, language, channel), NOW)
    parts.channels[channel].send(outgoing)


def test_programs_get_everything_oldest_first(
    parts: Parts, clock: StandingClock, browser: FlaskClient
) -> None:
    ask(parts, request("receipt"))
    deliver_due(parts)
    clock.advance(timedelta(seconds=1))
    put(parts, "sign_in_code", "en", "sms")
    clock.advance(timedelta(seconds=1))
    ask(parts, request("approval_request"))
    deliver_due(parts)
    found = browser.get("/mailbox.json").get_json()
    assert [(one["message"], one["channel"]) for one in found] == [
        ("receipt", "email"), ("sign_in_code", "sms"), ("approval_request", "email")
    ]  # fmt: skip
    assert [one["to"] for one in found] == ["seo@dojang.example", "01000000042",
                                            "seo@dojang.example"]  # fmt: skip
    assert set(found[0]) >= {"id", "message", "channel", "to", "subject", "text", "at"}
    assert len({one["id"] for one in found}) == 3
    assert datetime.fromisoformat(found[0]["at"]) == NOW
    assert found[1]["subject"] == ""
    assert "https://dojang.example/a/" in found[2]["text"]


def test_codes_are_gone_with_the_process_and_mails_are_not(
    parts: Parts, browser: FlaskClient
) -> None:
    put(parts, "sign_in_code")
    put(parts, "receipt")
    assert len(browser.get("/mailbox.json").get_json()) == 2
    again = open_office(parts.database.url)
    [left] = create_app(again).test_client().get("/mailbox.json").get_json()
    assert left["message"] == "receipt"
    again.database.close()


def test_a_second_copy_is_counted_not_shown_twice(parts: Parts, browser: FlaskClient) -> None:
    for message in ("receipt", "sign_in_code"):
        put(parts, message)
        put(parts, message)
    assert [one["copies"] for one in browser.get("/mailbox.json").get_json()] == [2, 2]
    assert "2번 전달됨" in browser.get("/mailbox?language=ko").text


def test_people_read_the_list_and_each_mail_in_both_languages(
    parts: Parts, browser: FlaskClient
) -> None:
    assert "아직 보낸 것이 없습니다." in browser.get("/mailbox?language=ko").text
    put(parts, "approval_request")
    [mail] = browser.get("/mailbox.json").get_json()
    for language, word in (("ko", "메일함"), ("en", "Mailbox")):
        page = browser.get(f"/mailbox?language={language}").text
        assert word in page
        assert f'href="/mailbox/{mail["id"]}"' in page
        page = browser.get(f"/mailbox/{mail['id']}?language={language}").text
        assert 'href="https://dojang.example/a/' in page
        assert "한서윤 학생이 등록금 감면 신청에 서명을 요청합니다" in page


def test_a_html_mail_has_its_own_address_where_nothing_can_run(
    parts: Parts, browser: FlaskClient
) -> None:
    put(parts, "approval_request")
    [mail] = browser.get("/mailbox.json").get_json()
    answer = browser.get(f"/mailbox/{mail['id']}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox ")
    assert "script-src" not in policy
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_mail_cannot_bring_its_own_markup_into_the_page(
    parts: Parts, browser: FlaskClient
) -> None:
    nasty = "<img src=x onerror=alert(1)>&amp;"
    outgoing = parts.composer.compose(sample("at_desk", "en", student_name=nasty, name=nasty), NOW)
    parts.channels["email"].send(outgoing)
    [mail] = browser.get("/mailbox.json").get_json()
    for path in ("/mailbox", f"/mailbox/{mail['id']}", f"/mailbox/{mail['id']}/html"):
        assert "onerror" not in _attributes(browser.get(path).text)


def _attributes(page: str) -> set[str]:
    found: set[str] = set()

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(name for name, _ in attrs)

    Reader().feed(page)
    return found


def test_what_is_not_there_is_404_in_words(browser: FlaskClient, parts: Parts) -> None:
    put(parts, "sign_in_code", "ko", "sms")
    [sms] = browser.get("/mailbox.json").get_json()
    for path in ("/mailbox/none", f"/mailbox/{sms['id']}/html", "/mailbox/none/html"):
        assert browser.get(path).status_code == 404
    assert browser.get(f"/mailbox/{sms['id']}").status_code == 200


def test_production_has_no_mailbox_at_all(tmp_path: Path) -> None:
    production = open_office(
        f"sqlite:///{tmp_path}/notify.sqlite",
        DOJANG_ENVIRONMENT="production",
        DOJANG_MAIL="smtp://mail.example",
    )
    browser = create_app(production).test_client()
    for path in ("/mailbox", "/mailbox.json", "/mailbox/x", "/mailbox/x/html"):
        answer = browser.get(path, headers={"Host": "dojang.example"})
        assert answer.status_code == 404
    production.database.close()


def test_it_is_alive_and_ready(browser: FlaskClient) -> None:
    assert browser.get("/healthz").status_code == 200
    assert browser.get("/readyz").status_code == 200


def test_mail_that_comes_by_smtp_looks_as_if_it_had_been_put_there(
    tmp_path: Path, parts: Parts
) -> None:
    assert parts.mailbox is not None
    port, stop = free_port(), threading.Event()
    listener = threading.Thread(target=Listener(parts.mailbox, "127.0.0.1", port).run, args=(stop,))
    listener.start()
    try:
        channel = mail_channel(settings(DOJANG_MAIL=f"smtp://127.0.0.1:{port}"), None)
        sent = [
            parts.composer.compose(sample(message, language), NOW)
            for message in ("issued", "sign_in_code", "approval_request")
            for language in ("ko", "en")
        ]
        wait_until(lambda: _answers(port), seconds=5, what="the listener")
        for outgoing in sent:
            channel.send(outgoing)
    finally:
        stop.set()
        listener.join()
    other = open_office(f"sqlite:///{tmp_path}/other.sqlite")
    assert other.mailbox is not None
    for outgoing in sent:
        MailboxChannel(other.mailbox).send(outgoing)
    came, put_there = (
        {(one.message_id, one.message, one.channel, one.to, one.subject, one.text, one.html.strip())
         for one in box.all()}
        for box in (parts.mailbox, other.mailbox)
    )  # fmt: skip
    assert came == put_there
    other.database.close()


def _answers(port: int) -> bool:
    import socket

    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
