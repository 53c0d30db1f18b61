"""A professor's whole queue behind one link: each request shown, each signed on its own hash."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text

from services.forms.applications import desk, sitting
from services.forms.applications.deadlines import tick
from services.forms.applications.drawing import DATA_URL
from services.forms.applications.tables import ApplicationRow
from services.forms.people import register
from shared.messages import NotificationFailed
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import Browser, Page, link, send, signed_in, visitor

SAME_ADVISOR = ("2026-1188", "2026-1300", "2023-3398")
NAME = "윤태호"


def ask(campus: Campus, *students: str) -> list[str]:
    """Each student asks the same advisor; the addresses of the mailed links."""
    found = []
    for student in students:
        send(signed_in(campus, student), reasons=f"{student}: 온실이 침수되었습니다.")
        found.append(link(campus))
    return found


def queue_link(campus: Campus, single: str) -> str:
    """What is mailed when the professor asks, on a single request's page, for all at once."""
    campus.said()
    professor = visitor(campus, "en")
    professor.open(single)
    professor.post(f"{single}/all")
    [mail] = campus.mails("queue_link")
    return f"/queue/{campus.token(mail)}"


def at_the_queue(campus: Campus, *students: str) -> Browser:
    singles = ask(campus, *students)
    professor = visitor(campus, "en")
    professor.open(queue_link(campus, singles[0]))
    return professor


def ticks(page: Page) -> list[str]:
    return [one.get("value") for one in page.tree.xpath("//input[@name='sign']")]


def states(campus: Campus) -> list[str]:
    with campus.parts.database.read() as session:
        rows = session.execute(text("SELECT state FROM approval_step WHERE n = 1"))
        return sorted(row[0] for row in rows)


def test_the_link_goes_to_the_professor_alone_and_says_what_waits(campus: Campus) -> None:
    first, _second = ask(campus, HAN, SAME_ADVISOR[0])
    professor = visitor(campus, "en")
    assert "1 more request waits for you" in professor.open(first).words
    campus.said()
    page = professor.post(f"{first}/all")
    [mail] = campus.mails("queue_link")
    with campus.parts.database.read() as session:
        advisor = next(one for one in register.professors(session) if one.name_ko == NAME)
    assert mail.address == {"email": advisor.email}
    assert mail.params["count"] == 2
    assert [one["purpose"] for one in mail.links] == ["queue"]
    assert campus.token(mail) not in page.text, "whoever was handed one link gets no other"


def test_every_request_is_shown_whole_and_those_ticked_are_signed_with_one_name(
    campus: Campus,
) -> None:
    professor = at_the_queue(campus, HAN, *SAME_ADVISOR[:2])
    page = professor.page
    assert page.heading == "3 requests wait for your signature"
    assert len(page.tree.xpath("//*[contains(@class, 'paper')]")) >= 3
    campus.said()
    page = professor.post(page.address, sign=ticks(page)[:2], typed=NAME)
    assert page.heading == "2 requests signed"
    assert "1 request still waits" in page.words
    assert states(campus) == ["approved", "approved", "asked"]
    assert len(campus.mails("approval_signed")) == 2
    with campus.parts.database.read() as session:
        rows = session.execute(text(
            "SELECT s.shown, u.shown, s.typed FROM approval_step s JOIN submission u"
            " ON u.application_id = s.application_id AND u.round = s.round"
            " WHERE s.state = 'approved'"
        )).all()  # fmt: skip
    assert all(signed == sent and typed == NAME for signed, sent, typed in rows)
    assert len({signed for signed, _sent, _typed in rows}) == 2, "each its own hash"


def test_nothing_ticked_or_no_name_signs_nothing_and_loses_nothing(campus: Campus) -> None:
    professor = at_the_queue(campus, HAN, SAME_ADVISOR[0])
    address, [first, _second] = professor.page.address, ticks(professor.page)
    page = professor.post(address, typed=NAME)
    assert (page.status, page.tree.xpath("//input[@id='typed']/@value")) == (422, [NAME])
    assert "Tick at least one request" in page.words
    page = professor.post(address, sign=[first], typed="x" * 60)
    assert page.status == 422
    assert page.tree.xpath("//input[@name='sign' and @checked]/@value") == [first]
    assert states(campus) == ["asked", "asked"]


def test_one_that_changed_meanwhile_is_not_signed_and_keeps_no_other_back(
    campus: Campus,
) -> None:
    professor = at_the_queue(campus, HAN, SAME_ADVISOR[0])
    address, [first, second] = professor.page.address, ticks(professor.page)
    wrong = f"{'0' * 64}:{first.partition(':')[2]}"
    page = professor.post(address, sign=[wrong, second], typed=NAME)
    assert page.heading == "1 request signed"
    assert "it changed while you were reading" in page.words
    professor.open(address)
    page = professor.post(address, sign=[second], typed=NAME)
    assert page.heading == "Nothing was signed", "it does not wait any more"


def test_a_request_of_another_professor_is_not_signed_by_this_link(campus: Campus) -> None:
    [mine] = ask(campus, HAN)
    address = queue_link(campus, mine)
    with campus.write() as session:
        session.execute(text(
            "UPDATE student SET advisor_id = (SELECT id FROM professor WHERE name_ko <> :name"
            " ORDER BY id LIMIT 1) WHERE student_number = :number"
        ), {"name": NAME, "number": SAME_ADVISOR[0]})  # fmt: skip
    [other] = ask(campus, SAME_ADVISOR[0])
    shown = visitor(campus).open(other).hidden("shown")
    professor = visitor(campus, "en")
    professor.open(address)
    stolen = f"{shown}:{other.removeprefix('/a/')}"
    page = professor.post(address, sign=[stolen], typed=NAME)
    assert page.heading == "Nothing was signed"
    assert "asked" in states(campus)


def test_only_the_newest_link_opens_and_an_old_one_brings_a_new_to_the_address_on_record(
    campus: Campus,
) -> None:
    [single] = ask(campus, HAN)
    old = queue_link(campus, single)
    professor = visitor(campus, "en")
    professor.open(single)
    professor.post(f"{single}/all")
    assert campus.mails("queue_link") == [], "ten minutes between two"
    campus.clock.advance(timedelta(minutes=10))
    new = queue_link(campus, single)
    assert professor.open(new).status == 200
    page = professor.open(old)
    assert (page.status, page.heading) == (410, "This link has been replaced")
    campus.clock.advance(timedelta(days=15))
    assert professor.open(new).heading == "This link has expired"
    professor.post(f"{new}/again")
    [mail] = campus.mails("queue_link")
    assert professor.open(f"/queue/{campus.token(mail)}").status == 200


def test_what_is_decided_elsewhere_leaves_the_queue(campus: Campus) -> None:
    single, *_more = ask(campus, HAN, SAME_ADVISOR[0])
    address = queue_link(campus, single)
    professor = visitor(campus, "en")
    page = professor.open(single)
    page = professor.post(single, decision="approve", typed=NAME, shown=page.hidden("shown"))
    assert "1 more request waits for you" in page.words
    assert professor.open(address).heading == "1 request waits for your signature"


@pytest.mark.parametrize("purpose", ["queue", "single"])
def test_a_link_for_something_else_opens_nothing_here(campus: Campus, purpose: str) -> None:
    [single] = ask(campus, HAN)
    token = single.removeprefix("/a/")
    address = queue_link(campus, single)
    browser = visitor(campus)
    if purpose == "queue":
        assert browser.open(f"/a/{address.removeprefix('/queue/')}").status == 404
    else:
        assert browser.open(f"/queue/{token}").status == 404
        assert browser.open(f"/queue/{token[:-2]}").status == 404


def test_opening_it_changes_nothing_and_a_post_needs_the_pages_token(campus: Campus) -> None:
    professor = at_the_queue(campus, HAN)
    address, value = professor.page.address, ticks(professor.page)[0]
    campus.said()
    for _ in range(2):
        professor.open(address)
    answer = professor.raw_post(address, {}, sign=value, typed=NAME)
    assert answer.status_code == 403
    assert campus.said() == []
    assert states(campus) == ["asked"]


def test_the_same_over_json(campus: Campus) -> None:
    singles = ask(campus, HAN, SAME_ADVISOR[0])
    path = queue_link(campus, singles[0])
    api = campus.client()
    found = api.get(path).json
    assert [one["by_itself"] for one in found["requests"]] == [False, False]
    signed: list[dict[str, Any]] = [
        {"token": one["token"], "shown": one["shown"]} for one in found["requests"]
    ]
    assert api.post(path, {"requests": [], "typed": NAME}).status_code == 422
    assert api.post(path, {"requests": signed, "typed": ""}).status_code == 422
    answer = api.post(path, {"requests": [signed[0], {**signed[1], "shown": "0"}], "typed": NAME})
    assert [one["result"] for one in answer.json["results"]] == ["signed", "shown_changed"]
    assert api.get(f"{path}x").status_code == 404


@pytest.mark.parametrize(("count", "mails"), [(2, ["approval_reminder"] * 2), (3, ["queue_link"])])
def test_reminders_of_a_professor_with_many_requests_are_one_mail(
    campus: Campus, count: int, mails: list[str]
) -> None:
    singles = ask(campus, *(HAN, *SAME_ADVISOR)[:count])
    campus.said()
    campus.clock.advance(timedelta(days=7, hours=4))
    for _ in range(2):
        tick(campus.parts, campus.clock.now())
    asked = campus.mails()
    assert [mail.message for mail in asked] == mails
    assert visitor(campus).open(singles[0]).status == 200, "its own link works on"


def test_who_asked_for_all_a_moment_ago_is_reminded_of_each(campus: Campus) -> None:
    """The mail of just now may be read or not: nobody goes without a reminder."""
    singles = ask(campus, HAN, *SAME_ADVISOR[:2])
    campus.clock.advance(timedelta(days=7, hours=4))
    queue_link(campus, singles[0])
    tick(campus.parts, campus.clock.now())
    assert [mail.message for mail in campus.mails()] == ["approval_reminder"] * 3


def test_those_ticked_are_signed_with_one_drawing(campus: Campus) -> None:
    professor = at_the_queue(campus, HAN, SAME_ADVISOR[0])
    address, values = professor.page.address, ticks(professor.page)
    picture, strokes = io.BytesIO(), Image.new("RGBA", (300, 100))
    strokes.paste((16, 24, 64, 255), (40, 40, 200, 50))
    strokes.save(picture, "PNG")
    drawn = DATA_URL + base64.b64encode(picture.getvalue()).decode()
    page = professor.post(address, drawn=drawn)
    assert (page.status, page.hidden("drawn")) == (422, drawn)
    assert professor.post(address, sign=values[0], drawn=f"{DATA_URL}!").status == 422
    page = professor.post(address, sign=values, drawn=drawn)
    assert page.heading == "2 requests signed"
    with campus.parts.database.read() as session:
        rows = session.execute(text(
            "SELECT typed, drawn_sha256 FROM approval_step WHERE state = 'approved'"
        )).all()  # fmt: skip
    assert len(rows) == 2
    assert all(typed is None and sha256 for typed, sha256 in rows)


def bounced_queue_mail(campus: Campus, *students: str) -> NotificationFailed:
    """Several ask; the mail with the link to all of them comes back."""
    singles = ask(campus, *students)
    campus.clock.advance(timedelta(minutes=1))
    campus.said()
    professor = visitor(campus, "en")
    professor.open(singles[0])
    professor.post(f"{singles[0]}/all")
    [mail] = campus.mails("queue_link")
    return NotificationFailed(
        notification_id=mail.notification_id, permanent=True, code="no_such_address"
    )


def stuck(campus: Campus) -> list[str | None]:
    with campus.parts.database.read() as session:
        return list(session.scalars(select(ApplicationRow.trouble).order_by(ApplicationRow.number)))


def test_a_queue_mail_that_comes_back_is_a_case_of_the_office_for_every_request(
    campus: Campus,
) -> None:
    bounce = bounced_queue_mail(campus, HAN, SAME_ADVISOR[0])
    campus.hears(bounce)
    assert stuck(campus) == ["mail_failed", "mail_failed"]
    told = campus.mails("address_failed")
    assert {one.params["reader"] for one in told} == {"staff", "student"}
    assert len({one.params["application_number"] for one in told}) == 2


def test_a_corrected_address_gets_a_link_for_every_request_that_did_not_arrive(
    campus: Campus,
) -> None:
    campus.hears(bounced_queue_mail(campus, HAN, SAME_ADVISOR[0]))
    office = campus.person(DESK)
    with campus.write() as session:
        first = session.scalar(select(ApplicationRow.id).order_by(ApplicationRow.number))
        desk.correct_address(session, campus.parts, office, str(first), 1, "right@dojang.example")
    mails = campus.mails("approval_request")
    assert [one.address for one in mails] == [{"email": "right@dojang.example"}] * 2
    assert len({one.params["application_number"] for one in mails}) == 2
    assert stuck(campus) == [None, None]


def test_a_late_bounce_of_a_queue_mail_troubles_no_request_with_a_newer_link(
    campus: Campus,
) -> None:
    bounce = bounced_queue_mail(campus, HAN, SAME_ADVISOR[0])
    office = campus.person(DESK)
    campus.clock.advance(timedelta(minutes=1))
    with campus.write() as session:
        first = session.scalar(select(ApplicationRow.id).order_by(ApplicationRow.number))
        desk.send_link(session, campus.parts, office, str(first), 1)
    campus.hears(bounce)
    assert stuck(campus) == [None, "mail_failed"]


def test_a_bounce_of_a_queue_mail_that_a_newer_one_replaced_troubles_nobody(
    campus: Campus,
) -> None:
    bounce = bounced_queue_mail(campus, HAN)
    campus.clock.advance(timedelta(minutes=11))
    with campus.write() as session:
        advisor = next(one for one in register.professors(session) if one.name_ko == NAME)
        sitting.mail(session, campus.parts, advisor.id)
    campus.hears(bounce)
    assert stuck(campus) == [None]


def test_a_queue_mail_that_is_only_late_troubles_nobody(campus: Campus) -> None:
    campus.hears(replace(bounced_queue_mail(campus, HAN), permanent=False))
    assert stuck(campus) == [None]
