"""Contract "States" and the issue's "Post": who is told what, by when, in whose language."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

import pytest

from services.demo import Person
from tests.contract.asking import Stranger, account
from tests.parts.product import Embedded
from tests.people import Cast, Sent

MAIL = {"id", "message", "channel", "to", "subject", "text", "at"}
HANGUL = re.compile(r"[가-힣]")
ENGLISH = re.compile(r"\b(?:the|your|was|is|of|and|you|granted|waived)\b")


@pytest.fixture(scope="module")
def walked(cast: Cast) -> Sent:
    """An English student's waiver, granted; a Korean and an English professor signed."""
    sent = cast.send(cast.applicant("en"), "외국어 없이 REASON")
    cast.sign_both(sent)
    assert cast.at_desk(sent, "approve", granted="two_thirds").status_code == 200
    cast.issued(sent)
    for _ in range(3):
        cast.mail(sent, "issued")
    return sent


def mails(cast: Cast, sent: Sent, message: str) -> list[dict[str, str]]:
    """All mails of a name about an application."""
    return [
        mail
        for mail in cast.mailbox.all()
        if mail["message"] == message and sent.number in mail["subject"] + mail["text"]
    ]


def test_the_mailbox_is_an_array_oldest_first(cast: Cast, walked: Sent) -> None:
    found = cast.mailbox.all()
    assert all(mail.keys() >= MAIL for mail in found)
    assert [mail["at"] for mail in found] == sorted(mail["at"] for mail in found)
    assert {mail["channel"] for mail in found} <= {"email", "sms"}


def test_only_a_request_to_sign_holds_a_link(cast: Cast, walked: Sent) -> None:
    for mail in cast.mailbox.all():
        holds = "/a/" in mail["text"]
        assert holds == mail["message"].endswith(("_request", "_reminder"))
        if holds:
            assert re.search(rf"(?m)^{re.escape(cast.url)}/a/[A-Za-z0-9_.-]+$", mail["text"])


def test_the_receipt_says_number_time_and_what_was_sent(cast: Cast, walked: Sent) -> None:
    (receipt,) = mails(cast, walked, "receipt")
    for word in (walked.number, "Two thirds", "외국어 없이 REASON", "2nd semester", "(Korea)"):
        assert word in receipt["text"]


def test_everybody_hears_what_was_granted_in_their_own_language(cast: Cast, walked: Sent) -> None:
    told = mails(cast, walked, "issued")
    assert len({mail["to"] for mail in told}) == 3
    for mail in told:
        words = mail["text"].replace("외국어 없이 REASON", "")
        if mail["text"].startswith("Dear"):
            assert "wo thirds of the tuition" in words
            assert not HANGUL.search(words), words
        else:
            assert "3분의 2" in words
            assert not ENGLISH.search(re.sub(r"\S+@\S+|https?://\S+", "", words)), words


def test_the_signer_gets_a_mail_of_what_was_signed(cast: Cast, walked: Sent) -> None:
    signed = mails(cast, walked, "approval_signed")
    case = cast.case(walked)
    assert len(signed) == 2
    for mail in signed:
        assert case["shown"] in mail["text"]
        assert case["sentences"][0] in mail["text"]


def test_every_end_tells_everybody_with_the_reason(stranger: Stranger, cast: Cast) -> None:
    sent = cast.send(cast.applicant("ko"))
    assert cast.decide(cast.link(sent)).status_code == 200
    cast.link(sent)
    path = f"/api/v1/applications/{sent.id}/withdraw"
    sent.student.ask("POST", path, json={"reason": "형편이 나아졌습니다"})
    told = [cast.mail(sent, "withdrawn") for _ in range(3)]
    assert len({mail["to"] for mail in told}) == 3
    assert all("형편이 나아졌습니다" in mail["text"] for mail in told)


def test_time_passes_and_people_are_reminded_and_the_office_told(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("later")
    product = Embedded(folder)
    product.start()
    try:
        cast = Cast(product.url)
        sent = cast.send(cast.applicant("en"))
        link = cast.link(sent)
        case = sent.student.ask("GET", f"/api/v1/applications/{sent.id}")
        due = datetime.fromisoformat(case["steps"][0]["by_when"])  # business days: not a set time
        hours = math.ceil((due - datetime.now(UTC)).total_seconds() / 3600)
        for later, message in ((hours - 24, "approval_reminder"), (hours + 24, "overdue")):
            product.stop()
            product = Embedded(folder, DOJANG_CLOCK=f"+{later}h")
            product.start()
            cast = Cast(product.url)
            mail = cast.mailbox.wait(set(), lambda m, name=message: m["message"] == name)  # type: ignore[misc]
            assert sent.number in mail["text"]
        officer = account("staff")
        person = Person(product.url)
        person.sign_in(officer, cast.mailbox)
        case = person.ask("GET", f"/api/v1/applications/{sent.id}")
        assert case["state"] == "in_approval", "nothing lapses without a rule that says so"
        late = cast.decide(link)
        assert late.status_code in (200, 410)
        if late.status_code == 410:
            assert late.json()["type"].endswith("/link_expired")
        reminders = [m for m in cast.mailbox.all() if m["message"] == "approval_reminder"]
        assert len(reminders) == 1
    finally:
        product.stop()
