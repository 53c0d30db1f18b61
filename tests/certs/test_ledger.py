"""The ledger: what was entered stays, and whoever changes it is found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.certs import ledger
from shared.messages import DocumentRevocationRequested, DocumentRevoked, DocumentSuperseded
from tests.certs.parts import Office, request, tamper


def test_every_issue_and_every_end_is_a_link_of_one_chain(either_office: Office) -> None:
    first, _ = either_office.issue()
    second, _ = either_office.issue()
    either_office.hear(DocumentRevocationRequested(number=first.number, code="other"))

    with either_office.database.read() as session:
        assert ledger.first_broken(session) is None
        events = [one.event for one in ledger.history(session, first.number)]
        assert ledger.facts_of(session, second.number)["values"]["name"] == "한도윤"
    assert events == ["issued", "revoked"]


def test_the_chain_says_who_led_to_each_entry_by_opaque_ids(either_office: Office) -> None:
    asked = replace(request(), by="s-1")
    either_office.hear(asked)
    (document,) = either_office.documents()
    either_office.hear(
        DocumentRevocationRequested(number=document.number, code="other", by="s-2 s-3")
    )

    with either_office.database.read() as session:
        events = ledger.history(session, document.number)
        assert ledger.first_broken(session) is None
    assert [(one.event, one.by, one.code) for one in events] == [
        ("issued", ("s-1",), None),
        ("revoked", ("s-2", "s-3"), "other"),
    ]


@pytest.mark.parametrize(
    ("tampering", "position"),
    [
        ("UPDATE ledger SET number = 'X' WHERE position = 2", 2),
        ("UPDATE ledger SET hash = 'X' WHERE position = 1", 1),
        ("UPDATE ledger SET entry = '{}' WHERE position = 3", 3),
        ("DELETE FROM ledger WHERE position = 2", 2),
        ("UPDATE ledger SET event = 'revoked' WHERE position = 1", 1),
    ],
)
def test_whoever_changes_the_ledger_is_found_out(
    office: Office, tampering: str, position: int
) -> None:
    for _ in range(3):
        office.issue()
    tamper(office, tampering)

    with office.database.read() as session:
        assert ledger.first_broken(session) == position


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE ledger SET event = 'revoked' WHERE position = 1",
        "DELETE FROM ledger WHERE position = 1",
        "DELETE FROM ledger",
        "UPDATE ledger SET hash = hash",
    ],
)
def test_the_database_itself_lets_nobody_change_or_remove_an_entry(
    either_office: Office, deed: str
) -> None:
    either_office.issue()

    with pytest.raises(DBAPIError, match="append-only"), either_office.database.write() as session:
        session.execute(text(deed))

    with either_office.database.read() as session:
        assert ledger.first_broken(session) is None
        assert session.scalar(text("SELECT count(*) FROM ledger")) == 1


def test_nobody_empties_the_ledger_at_once(either_office: Office) -> None:
    either_office.issue()
    if either_office.database.is_sqlite:
        return  # SQLite has no TRUNCATE; its DELETE is refused above
    with pytest.raises(DBAPIError, match="append-only"), either_office.database.write() as session:
        session.execute(text("TRUNCATE ledger"))


def test_the_chain_holds_no_personal_facts(office: Office) -> None:
    office.issue(name="한도윤")

    with office.database.read() as session:
        kept = str(session.execute(text("SELECT * FROM ledger")).all())
    assert "한도윤" not in kept
    assert "202400137" not in kept


def test_a_revocation_happens_once_and_who_asks_again_hears_the_same_again(
    either_office: Office,
) -> None:
    document, _ = either_office.issue()
    asked = DocumentRevocationRequested(number=document.number, code="withdrawn")
    revoked = DocumentRevoked(
        number=document.number, code="withdrawn", at=either_office.clock.now()
    )

    either_office.hear(asked)
    either_office.clock.advance(timedelta(days=1))
    either_office.hear(asked)

    assert either_office.said()[1:] == [revoked, revoked]
    with either_office.database.read() as session:
        assert len(ledger.history(session, document.number)) == 2


def test_a_document_replaced_by_another_is_superseded_and_the_other_lives(office: Office) -> None:
    old, _ = office.issue()
    new, _ = office.issue()

    office.hear(
        DocumentRevocationRequested(number=old.number, code="error", replaced_by=new.number)
    )

    assert office.said()[-1] == DocumentSuperseded(
        number=old.number, code="error", at=office.clock.now()
    )
    states = {one.number: (one.status, one.replaced_by) for one in office.documents()}
    assert states == {old.number: ("superseded", new.number), new.number: ("issued", None)}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda _number: DocumentRevocationRequested(number="0000-0000-0000-0007-7", code="error"),
        lambda _number: DocumentRevocationRequested(number="mistyped", code="error"),
        lambda number: DocumentRevocationRequested(number=number, code="because"),
        lambda number: DocumentRevocationRequested(
            number=number, code="error", replaced_by="0000-0000-0000-0007-7"
        ),
        lambda number: DocumentRevocationRequested(number=number, code="error", replaced_by=number),
    ],
)
def test_an_impossible_revocation_is_a_dead_letter_and_changes_nothing(
    office: Office, wrong: Callable[[str], DocumentRevocationRequested]
) -> None:
    document, _ = office.issue()

    office.hear(wrong(document.number))

    assert len(office.dead()) == 1
    assert [one.status for one in office.documents()] == ["issued"]
