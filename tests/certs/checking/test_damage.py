"""`dojang documents check` finds each thing that can be wrong with the store, and nothing else."""

from __future__ import annotations

import hashlib
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.certs import ledger, number
from services.certs.checking.chain import Anchor, read_anchor
from services.certs.checking.check import Asked, check_documents
from services.certs.checking.files import OUTAGES_MOST
from services.certs.checking.finding import Finding, Tally
from services.certs.ledger import Document
from shared.errors import Permanent, TryLater
from shared.files import BucketStore, FileStore, Lying, Stored
from shared.files.bucket import credentials_of
from shared.files.naming import Named
from shared.messages import DocumentRevocationRequested
from tests.certs.parts import Office, tamper
from tests.parts.s3 import CREDENTIALS, S3Server

LATER = datetime.now(UTC) + timedelta(days=1)  # when nothing is so young that it is passed over
Town = tuple[Office, list[Document]]


def check(office: Office, anchor: Anchor | None = None) -> tuple[list[Finding], Tally]:
    """A whole check, the store searched for what the tables do not name."""
    tally = Tally()
    named = Named(Path(":memory:"), [office.database])
    asked = Asked(LATER, named, anchor)
    found = list(check_documents(office.database, office.files, asked, tally))
    named.close()
    return found, tally


def codes(found: list[Finding]) -> set[tuple[str, str | None]]:
    """What was found about which document."""
    return {(one.code, one.number) for one in found}


def filled(office: Office) -> list[Document]:
    """Four documents: one that counts, one revoked, one superseded by the last."""
    made = [office.issue()[0] for _ in range(4)]
    office.hear(
        DocumentRevocationRequested(number=made[1].number, code="other", by="staff-1 staff-2"),
        DocumentRevocationRequested(
            number=made[2].number, code="error", replaced_by=made[3].number, by="staff-1"
        ),
    )
    return sorted(office.documents(), key=lambda one: [d.number for d in made].index(one.number))


@pytest.fixture
def town(office: Office) -> Town:
    return office, filled(office)


def test_a_store_as_it_was_written_has_nothing_to_find(either_office: Office) -> None:
    filled(either_office)
    found, tally = check(either_office)
    assert found == []
    assert (tally.entries, tally.documents, tally.files) == (6, 4, 4)
    assert (tally.wrong, tally.notes, tally.last_position) == (0, 0, 6)


def test_an_empty_store_has_nothing_to_find(either_office: Office) -> None:
    found, tally = check(either_office)
    assert (found, tally) == ([], Tally())


LEDGER: dict[str, tuple[str, set[str]]] = {
    "an entry's number is changed": (
        "UPDATE ledger SET number = '{other}' WHERE position = 1",
        {"chain_broken", "not_in_ledger", "entries_wrong", "differs_from_ledger"},
    ),
    "an entry's hash is changed": (
        "UPDATE ledger SET hash = 'X' WHERE position = 1",
        {"chain_broken"},
    ),
    "an entry's time is changed": (
        "UPDATE ledger SET at = '2020-01-01 00:00:00' WHERE position = 1",
        {"chain_broken", "differs_from_ledger"},
    ),
    "an issue is taken out": (
        "DELETE FROM ledger WHERE position = 1",
        {"chain_gap", "chain_broken", "not_in_ledger"},
    ),
    "the end is cut off": (
        "DELETE FROM ledger WHERE position = 6",
        {"differs_from_ledger"},
    ),
    "a revocation is made an issue": (
        "UPDATE ledger SET event = 'issued' WHERE position = 5",
        {"chain_broken", "entries_wrong", "differs_from_ledger"},
    ),
    "all of it is emptied": ("DELETE FROM ledger", {"not_in_ledger"}),
}  # fmt: skip


@pytest.mark.parametrize("what", LEDGER)
def test_damage_to_the_ledger_is_found(either_office: Office, what: str) -> None:
    first, second, *_ = filled(either_office)
    deed, expected = LEDGER[what]
    tamper(either_office, deed.format(number=first.number, other=second.number))
    found, tally = check(either_office)
    assert {one.code for one in found} == expected
    assert tally.wrong == len(found)


TABLES: dict[str, tuple[str, set[str]]] = {
    "a document is taken out of the table": (
        "DELETE FROM document WHERE number = '{number}'",
        {"not_in_documents"},
    ),
    "a document gets another number": (
        "UPDATE document SET number = '{unknown}' WHERE number = '{number}'",
        {"not_in_documents", "not_in_ledger", "facts_forgotten"},
    ),
    "a revoked document counts again": (
        "UPDATE document SET status = 'issued', status_code = NULL, status_at = NULL",
        {"differs_from_ledger"},
    ),
    "a document becomes another kind": (
        "UPDATE document SET kind = 'certificate_degree' WHERE number = '{number}'",
        {"differs_from_ledger"},
    ),
    "a document was issued earlier": (
        "UPDATE document SET issued_at = '2020-01-01 00:00:00' WHERE number = '{number}'",
        {"differs_from_ledger"},
    ),
    "a document names another file": (
        ("UPDATE document SET file_id = '00000000000000000000000000000000' "
        "WHERE number = '{number}'"),
        {"differs_from_ledger", "file_missing"},
    ),
    "a document has another file's hash": (
        "UPDATE document SET sha256 = 'X' WHERE number = '{number}'",
        {"differs_from_ledger", "file_damaged"},
    ),
    "what a number shows is changed": (
        "UPDATE document SET shows = '[]' WHERE number = '{number}'",
        {"differs_from_facts"},
    ),
    "a document gets another holder": (
        "UPDATE document SET holder = 'somebody' WHERE number = '{number}'",
        {"differs_from_facts"},
    ),
    "facts are changed": (
        "UPDATE document_facts SET facts = '{{\"values\": {{}}}}' WHERE number = '{number}'",
        {"facts_changed"},
    ),
    "facts and their hash are changed": (
        "UPDATE document SET facts_hash = 'X' WHERE number = '{number}'",
        {"facts_changed", "differs_from_ledger"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", TABLES)
def test_damage_to_the_tables_is_found(town: Town, what: str) -> None:
    office, (first, *_) = town
    deed, expected = TABLES[what]
    tamper(office, deed.format(number=first.number, unknown=number.write(7)))
    found, tally = check(office)
    assert {one.code for one in found} == expected
    assert tally.wrong > 0


def test_forgotten_facts_are_a_note_and_nothing_wrong(town: Town) -> None:
    office, (first, *_) = town
    tamper(office, f"DELETE FROM document_facts WHERE number = '{first.number}'")
    found, tally = check(office)
    assert codes(found) == {("facts_forgotten", first.number)}
    assert (tally.wrong, tally.notes) == (0, 1)


def test_a_second_end_of_one_document_is_found_though_the_chain_is_whole(town: Town) -> None:
    office, (_, revoked, *_) = town
    with office.database.write() as session:
        ledger._append(session, revoked.number, "revoked", office.clock.now(), {"code": "other"})
    found, _tally = check(office)
    assert ("entries_wrong", revoked.number) in codes(found)
    assert not {"chain_broken", "chain_gap"} & {one.code for one in found}


@pytest.mark.parametrize("store", ["folder", "bucket"])
def test_damage_to_files_is_found_in_either_store(
    office: Office, request: pytest.FixtureRequest, store: str
) -> None:
    if store == "bucket":
        server: S3Server = request.getfixturevalue("s3")
        bucket = server.bucket()
        office.with_files(BucketStore(bucket, credentials_of(CREDENTIALS, bucket)))
    missing, cut, swapped, whole = filled(office)
    files = office.files
    files.remove(missing.file_id)
    files.put(files.get(cut.file_id)[:-1], cut.file_id)
    files.put(files.get(whole.file_id), swapped.file_id)
    stray = files.put(b"nobody's")
    found, tally = check(office)
    assert codes(found) == {
        ("file_missing", missing.number),
        ("file_damaged", cut.number),
        ("file_damaged", swapped.number),
        ("file_unreferenced", None),
    }
    assert [one.file for one in found if one.code == "file_unreferenced"] == [stray.file_id]
    assert (tally.wrong, tally.notes, tally.files) == (3, 1, 4)


def test_what_is_no_file_of_ours_is_noted_by_its_name(town: Town, tmp_path: Path) -> None:
    office, _ = town
    (tmp_path / "files" / "ab").mkdir(exist_ok=True)
    (tmp_path / "files" / "ab" / "x.12345678.part").write_bytes(b"half")
    found, tally = check(office)
    assert [(one.code, one.file) for one in found] == [("file_strange", "ab/x.12345678.part")]
    assert tally.wrong == 0


def test_a_file_that_was_just_written_is_not_called_unnamed(town: Town) -> None:
    office, _ = town
    office.files.put(b"its transaction has not ended")
    named = Named(Path(":memory:"), [office.database])
    asked = Asked(datetime.now(UTC), named)
    assert list(check_documents(office.database, office.files, asked, Tally())) == []


class Away:
    """A store that is away."""

    asked = 0

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        raise TryLater("store_unavailable")

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        self.asked += 1
        raise TryLater("store_unavailable")

    def exists(self, file_id: str) -> bool:
        raise TryLater("store_unavailable")

    def remove(self, file_id: str) -> None:
        raise TryLater("store_unavailable")

    def everything(self) -> Iterator[Lying]:
        raise TryLater("store_unavailable")

    def ready(self) -> bool:
        return False


def test_a_store_that_is_away_is_said_and_never_taken_for_a_whole_one(town: Town) -> None:
    office, documents = town
    office.files = Away()
    found, tally = check(office)
    assert {one.code for one in found} == {"store_unavailable"}
    assert tally.wrong == len(documents) + 1


def test_a_store_that_is_away_is_not_asked_for_every_file(
    open_office: Callable[..., Office],
) -> None:
    office, away = open_office(), Away()
    enter_many(office, 1000)
    office.files = away
    found, _tally = check(office)
    assert "files_not_read" in {one.code for one in found}
    assert away.asked <= 200 + OUTAGES_MOST  # no more than one page of papers


def test_the_end_of_the_ledger_cut_off_is_seen_by_whoever_noted_it_down(town: Town) -> None:
    office, documents = town
    _found, before = check(office)
    anchor = Anchor(before.last_position, before.last_hash)
    assert check(office, anchor)[0] == []
    last = documents[2].number
    tamper(
        office,
        "DELETE FROM ledger WHERE position = 6",
        "UPDATE document SET status = 'issued', status_code = NULL, status_at = NULL, "
        f"replaced_by = NULL WHERE number = '{last}'",
    )
    assert check(office)[0] == []  # nothing else tells
    assert codes(check(office, anchor)[0]) == {("chain_cut", None)}


def test_a_ledger_written_anew_is_seen_by_whoever_noted_its_end_down(town: Town) -> None:
    office, documents = town
    _found, before = check(office)
    anchor = read_anchor(f"{before.last_position}:{before.last_hash.upper()}")
    tamper(office, "DELETE FROM ledger")
    with office.database.write() as session:
        for one in documents:
            entry = {"issue_id": one.issue_id, "kind": one.kind}
            ledger._append(session, one.number, "issued", one.issued_at, entry)
        for one in documents[:2]:
            ledger._append(session, one.number, "revoked", office.clock.now(), {"code": "other"})
    assert ("chain_rewritten", None) in codes(check(office, anchor)[0])
    assert "chain_broken" not in {one.code for one in check(office)[0]}


@pytest.mark.parametrize("text", ["", "6", "6:abc", "x:" + "a" * 64, "６:" + "a" * 64])
def test_a_mistyped_anchor_is_refused(text: str) -> None:
    with pytest.raises(Permanent, match="POSITION:HASH"):
        read_anchor(text)


def test_the_memory_it_takes_does_not_grow_with_the_ledger(
    open_office: Callable[..., Office],
) -> None:
    office = open_office()
    peaks = []
    for count in (1000, 3000):
        enter_many(office, count)
        office.files = Same()
        tracemalloc.start()
        found, tally = check(office)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == []
    assert tally.documents == 4000
    assert peaks[1] < peaks[0] * 1.5, peaks


class Same(Away):
    """A store that has every file."""

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        return b"%PDF-"

    def everything(self) -> Iterator[Lying]:
        return iter(())


def enter_many(office: Office, count: int) -> None:
    """Many issues, without papers."""
    document, _ = office.issue()
    with office.database.write() as session:
        facts = ledger.facts_of(session, document.number)
        for _ in range(count - 1):
            drawn = number.draw()
            sha256 = hashlib.sha256(drawn.encode()).hexdigest()
            ledger.enter(
                session,
                replace(ISSUE, number=drawn, issue_id=drawn, facts=facts, sha256=sha256),
            )


ISSUE = ledger.Issue(
    number="", issue_id="", application_id="a", kind="tuition_waiver", language="ko",
    template_version="1", facts={}, file_id="0" * 32, sha256="",
    issued_at=datetime(2026, 9, 2, tzinfo=UTC),
)  # fmt: skip
_: type[FileStore] = Away  # it is a store in every respect
