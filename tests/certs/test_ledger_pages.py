"""The ledger as staff see it: found by number, kind, state and period; each with its history."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from services.certs import ledger, number
from services.certs.app import create_app
from services.certs.desk import search
from services.certs.desk.watch import ANEW_AFTER, ENTRIES_A_VIEW, ChainWatch
from shared.cookies import DESK
from shared.links import desk_pass
from shared.messages import DocumentRevocationRequested
from tests.certs.checking.test_damage import enter_many
from tests.certs.parts import Office, tamper

NUMBER = re.compile(r"/desk/ledger\?number=([0-9A-Z-]{21})")


class Desk:
    """Somebody of an office at the pages of certs."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.client: FlaskClient = create_app(office.parts).test_client()

    def see(self, language: str = "en", **asked: str) -> str:
        """The page as it is for what is asked."""
        now = self.office.clock.now()
        token = desk_pass("educational_affairs", "staff-1", now, self.office.keyring)
        self.client.set_cookie(DESK, token)
        answer = self.client.get(
            "/desk/ledger", query_string=asked, headers={"Accept-Language": language}
        )
        assert answer.status_code == 200
        return answer.text

    def numbers(self, **asked: str) -> list[str]:
        """The numbers on the page."""
        return NUMBER.findall(self.see(**asked))


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


def test_documents_are_found_by_number_kind_state_and_day(desk: Desk) -> None:
    office = desk.office
    first, _ = office.issue()
    office.clock.advance(timedelta(days=3))
    second, _ = office.issue(language="en")
    office.hear(DocumentRevocationRequested(number=first.number, code="other"))
    both = [second.number, first.number]

    assert desk.numbers() == both
    assert desk.numbers(kind="tuition_waiver") == both
    assert desk.numbers(kind="certificate_degree") == []
    assert desk.numbers(status="revoked") == [first.number]
    assert desk.numbers(status="issued") == [second.number]
    assert desk.numbers(status="superseded") == []
    assert desk.numbers(first="2026-09-05") == [second.number]
    assert desk.numbers(last="2026-09-02") == [first.number]
    assert desk.numbers(first="2026-09-02", last="2026-09-05") == both
    assert desk.numbers(first="2026-09-03", last="2026-09-04") == []
    found = desk.see(number=first.number.lower().replace("-", " "))
    assert first.number in found
    assert second.number not in found


def test_a_day_is_that_of_seoul(desk: Desk) -> None:
    desk.office.clock.advance(timedelta(hours=14))  # 15:20 UTC: after midnight in Seoul
    document, _ = desk.office.issue()
    assert desk.numbers(first="2026-09-03", last="2026-09-03") == [document.number]
    assert desk.numbers(last="2026-09-02") == []


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"number": "4WZN-8C0P"}, "This number is mistyped."),
        ({"first": "2026-13-45"}, "Write the day as"),
        ({"last": "yesterday"}, "Write the day as"),
    ],
)
def test_what_is_mistyped_is_said_beside_its_field(
    desk: Desk, asked: dict[str, str], said: str
) -> None:
    page = desk.see(**asked)
    assert said in page
    assert next(iter(asked.values())) in page
    assert "<title>Error:" in page


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 30, "٣", "1e3"])
def test_a_page_that_is_no_page_is_the_first(desk: Desk, page: str) -> None:
    document, _ = desk.office.issue()
    assert desk.numbers(page=page) == [document.number]


def test_many_documents_are_shown_a_page_at_a_time(desk: Desk) -> None:
    enter_many(desk.office, search.ROWS_A_PAGE * 2 + 5)
    pages = [desk.numbers(page=str(n), kind="tuition_waiver") for n in (1, 2, 3, 4)]
    assert [len(one) for one in pages] == [50, 50, 5, 0]
    assert len({number for page in pages for number in page}) == 105
    first, last = desk.see(kind="tuition_waiver"), desk.see(page="3")
    assert "105 documents · Page 1 of 3" in first
    assert "/desk/ledger?kind=tuition_waiver&amp;page=2" in first
    assert "Newer ones" not in first
    assert "Older ones" not in last
    assert "/desk/ledger?page=2" in last


def test_the_history_of_a_document_says_what_when_why_and_by_whom(desk: Desk) -> None:
    office = desk.office
    old, _ = office.issue()
    new, _ = office.issue()
    office.clock.advance(timedelta(hours=1))
    office.hear(
        DocumentRevocationRequested(
            number=old.number, code="error", replaced_by=new.number, by="s-7f3a s-91c2"
        )
    )
    page = desk.see(number=old.number)
    history = re.sub(r"<[^>]+>", " ", page.split("timeline")[1])
    assert re.search(
        r"Issued .* 10:20 .* entry 1 .* Replaced .* by s-7f3a, s-91c2 .* 11:20", history
    )
    assert "Error in the content" in history
    assert f"number={new.number}" in page
    assert old.facts_hash in page
    assert old.sha256 in page
    korean = desk.see("ko", number=old.number)
    assert "처리자 s-7f3a, s-91c2" in korean
    assert "한도윤" not in page + korean


def test_a_changed_ledger_is_told_to_whoever_opens_it(desk: Desk) -> None:
    for _ in range(3):
        desk.office.issue()
    assert "All 3 entries of the chain check out" in desk.see()
    assert "기록 3개가 모두 이어져 있습니다" in desk.see("ko")
    tamper(desk.office, "UPDATE ledger SET event = 'revoked' WHERE position = 2")
    desk.office.clock.advance(ANEW_AFTER)
    assert "Entry 2 of the ledger is not as it was written" in desk.see()
    assert "기록 2번이 처음 적힌 것과 다릅니다" in desk.see("ko")


def test_a_long_chain_is_looked_through_a_stretch_a_view(office: Office) -> None:
    enter_many(office, ENTRIES_A_VIEW * 2 + 10)
    watch, now = ChainWatch(), office.clock.now()
    with office.database.read() as session:
        seen = [watch.look(session, now) for _ in range(4)]
    assert [one.checked for one in seen] == [2000, 4000, 4010, 4010]
    assert [one.is_whole for one in seen] == [False, False, True, True]
    office.issue()
    with office.database.read() as session:
        assert watch.look(session, now).checked == 4011, "what is new is looked at at once"


def test_a_chain_whose_end_is_gone_is_looked_through_anew(office: Office) -> None:
    for _ in range(3):
        office.issue()
    watch, now = ChainWatch(), office.clock.now()
    with office.database.read() as session:
        assert watch.look(session, now).is_whole
    tamper(office, "DELETE FROM ledger WHERE position > 1")
    with office.database.read() as session:
        assert watch.look(session, now).checked == 1
        assert ledger.find(session, number.write(7)) is None
