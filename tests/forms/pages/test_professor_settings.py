"""What a professor chooses behind the link of their queue, and what follows from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from services.forms.applications import sitting
from services.forms.applications.deadlines import tick
from services.forms.people import register
from services.forms.people.importing import import_rows
from services.forms.people.reading import Reading
from services.forms.people.tables import ProfessorRow
from services.forms.people.values import Professor, Quiet, Wishes
from shared.clock import SEOUL
from tests.forms.applications.test_sitting import NAME, SAME_ADVISOR, ask, queue_link
from tests.forms.campus import HAN, Campus
from tests.forms.pages.browser import Browser, visitor

GOOD = {"language": "en", "digest": "never", "quiet_since": "18", "quiet_until": "9"}


def advisor(campus: Campus) -> Professor:
    with campus.parts.database.read() as session:
        return next(one for one in register.professors(session) if one.name_ko == NAME)


def at(campus: Campus, day: int, hour: int, minute: int = 0) -> None:
    """It is that time of September 2022 in Seoul."""
    then = datetime(2022, 9, day, hour, minute, tzinfo=SEOUL)
    campus.clock.advance(then - campus.clock.now())


def wish(campus: Campus, digest: str, quiet: Quiet | None = None) -> None:
    wishes = Wishes(digest, quiet or Quiet(0, 0))
    with campus.write() as session:
        register.wish(session, advisor(campus).id, "ko", wishes)


def at_the_settings(campus: Campus, language: str = "en") -> tuple[Browser, str]:
    address = queue_link(campus, ask(campus, HAN)[0])
    professor = visitor(campus, language)
    assert f"{address}/settings" in professor.open(address).tree.xpath("//a/@href")
    professor.open(f"{address}/settings")
    return professor, f"{address}/settings"


def reminders(campus: Campus, *students: str) -> list[str]:
    ask(campus, *students)
    campus.said()
    campus.clock.advance(timedelta(days=7, hours=4))
    tick(campus.parts, campus.clock.now())
    return [mail.message for mail in campus.mails()]


def test_what_was_chosen_is_kept_and_shown(campus: Campus) -> None:
    professor, address = at_the_settings(campus)
    page = professor.post(address, **GOOD)
    assert "Saved." in page.words
    chosen = page.tree.xpath("//input[@checked]/@value")
    hours = page.tree.xpath("//option[@selected]/@value")
    assert (chosen, hours) == (["en", "never"], ["18", "9"])


def test_the_language_is_that_of_the_next_mail_and_of_no_import(campus: Campus) -> None:
    professor, address = at_the_settings(campus, "ko")
    assert advisor(campus).language == "ko"
    professor.post(address, **GOOD)
    with campus.write() as session:
        session.get_one(ProfessorRow, advisor(campus).id).language = "ko"  # as the file has it
        import_rows(session, Reading())
    campus.said()
    ask(campus, SAME_ADVISOR[0])
    # `ask` has read that mail; the reminder is of the same language
    at(campus, 14, 10)
    tick(campus.parts, campus.clock.now())
    assert {mail.language for mail in campus.mails("approval_reminder")} == {"en"}


@pytest.mark.parametrize(
    ("digest", "count", "mails"),
    [
        ("never", 3, ["approval_reminder"] * 3),
        ("many", 2, ["approval_reminder"] * 2),
        ("many", 3, ["queue_link"]),
        ("always", 1, ["queue_link"]),
    ],
)
def test_reminders_come_by_themselves_or_in_one_mail_as_chosen(
    campus: Campus, digest: str, count: int, mails: list[str]
) -> None:
    wish(campus, digest)
    assert reminders(campus, *(HAN, *SAME_ADVISOR)[:count]) == mails


def test_a_reminder_waits_for_the_end_of_quiet_hours_chosen_later(campus: Campus) -> None:
    ask(campus, HAN)
    wish(campus, "never", Quiet(17, 20))
    campus.said()
    for hour, mails in ((19, []), (20, ["approval_reminder"])):
        at(campus, 14, hour, 0)
        tick(campus.parts, campus.clock.now())
        assert [mail.message for mail in campus.mails()] == mails


def test_a_reminder_does_not_wait_until_it_is_too_late(campus: Campus) -> None:
    wish(campus, "never", Quiet(1, 0))  # all day but for one hour
    ask(campus, HAN)
    campus.said()
    at(campus, 15, 17, 30)  # half an hour before the date
    tick(campus.parts, campus.clock.now())
    assert [mail.message for mail in campus.mails("approval_reminder")] == ["approval_reminder"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("language", "tlh"), ("digest", "weekly"), ("quiet_since", "24"), ("quiet_until", "x")],
)
def test_what_does_not_exist_is_refused_at_its_field(
    campus: Campus, field: str, value: str
) -> None:
    professor, address = at_the_settings(campus)
    page = professor.post(address, **{**GOOD, field: value})
    assert page.status == 422
    assert page.tree.xpath(f"//a[@href='#{field}']")
    assert page.tree.xpath(f"//*[@id='{field}']")


def test_an_older_link_changes_nothing(campus: Campus) -> None:
    professor, address = at_the_settings(campus)
    campus.clock.advance(timedelta(minutes=11))
    with campus.write() as session:
        sitting.mail(session, campus.parts, advisor(campus).id)
    assert professor.post(address, **GOOD).status == 410
    assert campus.client().get(f"/{address[1:]}").status_code == 410


def test_the_same_over_json(campus: Campus) -> None:
    path = queue_link(campus, ask(campus, HAN)[0]) + "/settings"
    api = campus.client()
    usual = {"language": "ko", "digest": "many", "quiet_since": 21, "quiet_until": 8}
    assert api.get(path).json == usual
    wanted = {"language": "en", "digest": "always", "quiet_since": 0, "quiet_until": 0}
    assert api.send("PUT", path, wanted).json == wanted
    assert api.get(path).json == wanted
    assert api.send("PUT", path, {**wanted, "digest": "weekly"}).status_code == 422
