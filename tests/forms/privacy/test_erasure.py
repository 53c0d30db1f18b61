"""Somebody asks to be forgotten: nothing of them is left, and everything still verifies."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services import launcher, people
from services.certs.checking.check import Asked, check_documents
from services.certs.checking.finding import Finding, Tally
from services.certs.ledger import DocumentRow, LedgerEntry
from services.forms.applications import trail
from services.forms.applications.tables import ApplicationRow, TrailRow
from services.forms.people import register
from services.forms.people.values import Student
from shared import audit
from shared.errors import Conflict, NotFound
from tests.parts.ports import wait_until
from tests.security.house import DESK, House, open_house

SECONDS = 20.0
REASONS = "My parents' greenhouse was flooded in the first week of September."
PASSED_OVER = ("mailbox", "access")  # a trial's own mailbox; accesses hold ids


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@pytest.fixture(scope="module")
def owners(house: House) -> Iterator[str]:
    """Students who may apply, one after the other: those who were erased no longer can."""
    return iter(list(house.applicants()))


@dataclass
class Life:
    """A student with an issued waiver, who asked for a copy first and was then erased."""

    house: House
    student: Student
    application: str
    number: str
    document: str
    open_document: bytes
    copy: Path
    chain_before: str


@pytest.fixture(scope="module")
def life(house: House, owners: Iterator[str], tmp_path_factory: pytest.TempPathFactory) -> Life:
    owner = next(owners)
    known = house.mail_ids()
    made = house.apply(owner, REASONS, file=True)
    for _ in range(2):
        assert house.sign(house.link(known, made["number"])).status_code == 200
    path = f"/api/v1/desk/applications/{made['id']}/decision"
    assert house.program(DESK).post(path, json={"decision": "approve"}).status_code == 200
    document = house.document(owner, made["id"])
    with house.forms.database.read() as session:
        row = session.get_one(ApplicationRow, made["id"])
        student = register.find_student(session, row.student_id)
    with house.ground.databases["certs"].read() as session:
        file_id = session.get_one(DocumentRow, document).file_id
        head = session.scalars(select(LedgerEntry.hash).order_by(LedgerEntry.position)).all()[-1]
    pdf = house.ground.files.get(file_id)
    copy = tmp_path_factory.mktemp("copy") / "copy.zip"
    people.write_copy(house.ground, student.student_number, copy)
    people.forget(house.ground, student.student_number)
    wait_until(lambda: _erased(house, document), seconds=SECONDS, what="an erased document")
    return Life(house, student, made["id"], made["number"], document, pdf, copy, head)


def _erased(house: House, document: str) -> bool:
    with house.ground.databases["certs"].read() as session:
        return session.get_one(DocumentRow, document).erased_at is not None


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Each row of each table of the installation, as text."""
    for path in folder.glob("*.sqlite"):
        file = sqlite3.connect(path)
        tables = [
            name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        for table in tables:
            if table not in PASSED_OVER:
                for row in file.execute(f'SELECT * FROM "{table}"'):
                    yield f"{path.name} {table}", " ".join(str(one) for one in row)
        file.close()


def check(house: House) -> tuple[list[Finding], Tally]:
    tally = Tally()
    asked = Asked(datetime.now(UTC) + timedelta(hours=2))
    found = list(check_documents(house.ground.databases["certs"], house.ground.files, asked, tally))
    return found, tally


def test_the_copy_holds_register_application_trail_files_paper_and_mails(life: Life) -> None:
    with zipfile.ZipFile(life.copy) as copy:
        data = json.loads(copy.read("data.json"))
        names = copy.namelist()
        assert copy.read(f"documents/{life.document}.pdf") == life.open_document
    assert data["register"]["name_ko"] == life.student.name_ko
    [application] = data["applications"]
    assert application["submissions"][0]["answers"]["reasons"] == REASONS
    assert [one["what"] for one in application["trail"]][:2] == ["created", "attached"]
    assert application["trail"][0]["who"] == life.student.id
    assert data["documents"][0]["facts"]["values"]
    assert {one["message"] for one in data["mails"]} >= {"receipt", "issued"}
    assert any(name.startswith(f"files/{life.number}/") for name in names)
    assert "password_hash" not in json.dumps(data)


def test_nothing_of_the_person_is_left_in_any_table_or_file(life: Life) -> None:
    folder = life.house.ground.settings.data_folder
    words = {
        life.student.name_ko, life.student.name_en, life.student.student_number,
        life.student.email, life.student.phone, REASONS, life.student.birth_date.isoformat(),
    }  # fmt: skip
    wait_until(lambda: not _waiting(folder), seconds=SECONDS, what="an empty outbox")
    others = _birth_dates(folder)
    for where, row in everything(folder):
        for word in words - others:
            assert word not in row, where
    with life.house.ground.databases["certs"].read() as session:
        file_id = session.get_one(DocumentRow, life.document).file_id
    assert not life.house.ground.files.exists(file_id)


def _birth_dates(folder: Path) -> set[str]:
    file = sqlite3.connect(folder / "forms.sqlite")
    found = {day for (day,) in file.execute("SELECT birth_date FROM student")}
    file.close()
    return found


def _waiting(folder: Path) -> bool:
    """Whether something that was said is not yet heard."""
    for name in ("forms", "certs", "notify"):
        file = sqlite3.connect(folder / f"{name}.sqlite")
        left = file.execute("SELECT count(*) FROM outbox WHERE payload IS NOT NULL").fetchone()[0]
        file.close()
        if left:
            return True
    queue = sqlite3.connect(folder / "queue.sqlite")
    left = queue.execute("SELECT count(*) FROM message").fetchone()[0]
    queue.close()
    return bool(left)


def test_the_number_still_says_that_it_existed_and_was_withdrawn(life: Life) -> None:
    answer = life.house.caller().get(f"/api/v1/verify/{life.document}").json
    assert (answer["status"], answer["code"]) == ("revoked", "withdrawn")
    assert answer["facts"] == []
    assert life.house.caller().get(f"/verify/{life.document}").status_code == 200


def test_chains_and_counts_verify_after_it(life: Life) -> None:
    with life.house.forms.database.read() as session:
        assert trail.first_broken(session, life.application) is None
        assert trail.history(session, life.application)[-1].what == "erased"
        row = session.get_one(ApplicationRow, life.application)
        assert (row.number, row.state) == (life.number, "issued")
    found, tally = check(life.house)
    assert [one for one in found if one.severity == "wrong"] == []
    assert tally.entries == 3  # issued, revoked, erased
    with life.house.ground.databases["certs"].read() as session:
        entries = session.scalars(select(LedgerEntry).order_by(LedgerEntry.position)).all()
        assert [one.event for one in entries] == ["issued", "revoked", "erased"]
        assert entries[0].hash == life.chain_before


def test_what_is_changed_after_it_is_still_found_out(life: Life) -> None:
    with life.house.forms.database.write() as session:
        row = session.get_one(TrailRow, (life.application, 2))
        whole = row.entry
        row.entry = {**whole, "what": "created"}
    with life.house.forms.database.write() as session:
        assert trail.first_broken(session, life.application) == 2
        session.get_one(TrailRow, (life.application, 2)).entry = whole
    with life.house.forms.database.read() as session:
        assert trail.first_broken(session, life.application) is None


def test_the_office_no_longer_sees_it_and_the_account_is_gone(life: Life) -> None:
    desk = life.house.program(DESK)
    assert desk.get(f"/api/v1/applications/{life.application}").status_code == 404
    assert desk.get(f"/api/v1/documents/{life.document}").status_code == 404
    found = desk.get(f"/api/v1/desk/applications?q={life.number}").json
    assert found["applications"] == []
    assert life.house.browser(DESK).get("/desk?view=all").status_code == 200
    with pytest.raises(NotFound):
        people.forget(life.house.ground, life.student.student_number)


def test_who_has_something_open_is_told_what_to_end_first(
    house: House, owners: Iterator[str]
) -> None:
    owner = next(owners)
    sent = house.apply(owner)
    with house.forms.database.read() as session:
        student_number = session.get_one(ApplicationRow, sent["id"]).student_number
    with pytest.raises(Conflict, match=sent["number"]):
        people.forget(house.ground, student_number)
    with house.forms.database.read() as session:
        assert session.get_one(ApplicationRow, sent["id"]).erased_at is None


def test_a_chain_of_before_the_commitments_verifies_and_can_be_erased(
    house: House, owners: Iterator[str]
) -> None:
    owner = next(owners)
    sent = house.apply(owner)
    with house.forms.database.write() as session:
        _as_it_was_written_before(session, sent["id"])
    with house.forms.database.write() as session:
        row = session.get_one(ApplicationRow, sent["id"])
        assert trail.first_broken(session, sent["id"]) is None
        assert trail.history(session, sent["id"])[0].who == row.student_id
        trail.forget(session, house.forms.clock, row)
    with house.forms.database.write() as session:
        assert trail.first_broken(session, sent["id"]) is None
        assert [one.what for one in trail.history(session, sent["id"])] == ["erased"]
        session.get_one(TrailRow, (sent["id"], 1)).hash = "0" * 64
    with house.forms.database.read() as session:
        assert trail.first_broken(session, sent["id"]) == 1


def _as_it_was_written_before(session: Any, application_id: str) -> None:
    row = session.get_one(ApplicationRow, application_id)
    head = audit.BEGINNING
    for one in session.scalars(
        select(TrailRow).where(TrailRow.application_id == application_id).order_by(TrailRow.seq)
    ):
        kept = ("application_id", "seq", "at", "role", "what")
        one.entry = {name: one.entry[name] for name in kept} | dict(one.private or {})
        one.private = one.salt = None
        one.hash = head = audit.link(head, one.entry)
    row.trail_head = head


def test_the_commands_say_what_they_did(
    house: House, owners: Iterator[str], tmp_path: Path
) -> None:
    owner = next(owners)
    draft = house.waiver(owner, "A draft.", submit=False)
    assert house.program(owner).post("/api/v1/applications", json=draft).status_code == 201
    with house.forms.database.read() as session:
        account = register.find_account(session, owner)
        assert account is not None
        number = register.find_student(session, account.person_id).student_number
    environ = {"DOJANG_DATA": str(house.ground.settings.data_folder)}
    settings = house.ground.settings
    launcher.copy_person(settings, environ, number, tmp_path / "copy.zip")
    assert zipfile.is_zipfile(tmp_path / "copy.zip")
    assert (tmp_path / "copy.zip").stat().st_mode & 0o077 == 0
    said = launcher.erase_person(settings, environ, number)
    assert said.startswith("Forgotten: 1 applications, 0 documents, 0 files.")
