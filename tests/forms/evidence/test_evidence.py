"""A head a day over all chains, and a bundle that anybody checks without a server."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from services import departments
from services.certs.heads.making import Log, heads, publish
from services.certs.heads.tables import LeafRow
from services.certs.ledger import LedgerEntry
from services.certs.parts import Parts as Certs
from services.forms.applications.growth import tell_growth
from services.forms.applications.tables import TrailRow
from shared.merkle import is_consistent
from tests.parts.ports import wait_until
from tests.security.house import DESK, Caller, House, open_house

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tools" / "verify_evidence.py"
DAY = timedelta(days=1)
Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("house")) as opened:
        yield opened


@dataclass
class Case:
    """An issued waiver, under the head of tomorrow; its bundle for the student and for staff."""

    house: House
    certs: Certs
    owner: str
    id: str
    number: str
    student: Bundle
    staff: Bundle
    paper: bytes
    head: dict[str, Any]


@pytest.fixture(scope="module")
def case(house: House) -> Case:
    owner = next(house.applicants())
    known = house.mail_ids()
    made = house.apply(owner, file=True)
    for _ in range(2):
        assert house.sign(house.link(known, made["number"])).status_code == 200
    path = f"/api/v1/desk/applications/{made['id']}/decision"
    assert house.program(DESK).post(path, json={"decision": "approve"}).status_code == 200
    document = house.document(owner, made["id"])
    certs = departments.open_certs(house.ground)
    _tell(house, certs)
    publish(certs, Log(), certs.clock.now() + DAY)
    student, staff = house.program(owner), house.program(DESK)
    paper = _followed(student, f"/api/v1/documents/{document}/file")
    return Case(
        house, certs, owner, made["id"], document, fetched(student, made["id"]),
        fetched(staff, made["id"]), paper, house.caller().get("/verify/heads").json["heads"][0],
    )  # fmt: skip


def _tell(house: House, certs: Certs) -> None:
    """Have certs hear of every entry of a trail."""
    tell_growth(house.forms)

    def heard() -> bool:
        with certs.database.read() as session:
            there = session.scalar(select(func.count()).where(LeafRow.source == "trails"))
        with house.forms.database.read() as session:
            told = session.scalar(select(func.count()).select_from(TrailRow).where(TrailRow.told))
        return there == told

    wait_until(heard, seconds=20, what="every entry of a trail in certs")


def _followed(caller: Caller, path: str) -> bytes:
    answer = caller.get(path)
    assert answer.status_code == 303, answer.text
    return caller.get(answer.headers["Location"]).data


def fetched(caller: Caller, application_id: str) -> Bundle:
    found: Bundle = json.loads(_followed(caller, f"/api/v1/applications/{application_id}/evidence"))
    return found


def checked(folder: Path, bundle: Bundle, *more: str) -> tuple[int, str]:
    """What the script says of a bundle, with nothing of Dojang at hand."""
    path = folder / "bundle.json"
    path.write_text(json.dumps(bundle, ensure_ascii=False), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path), *more],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_the_bundle_of_student_and_staff_verifies_to_its_published_head(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "paper.pdf").write_bytes(case.paper)
    keys = case.house.caller().get("/verify/keys").json
    (tmp_path / "keys.json").write_text(json.dumps(keys))
    (tmp_path / "head.json").write_text(json.dumps(case.head))
    for bundle in (case.student, case.staff):
        more = ("--keys", "keys.json", "--head", "head.json", "paper.pdf")
        status, said = checked(tmp_path, bundle, *more)
        entries = len(bundle["trail"]) + len(bundle["ledger"])
        number = bundle["application"]["number"]
        last = f"{number}: {entries} entries, {entries} of them under the head of "
        assert said.splitlines()[-1] == f"{last}{case.head['day']}; 0 wrong."
        assert status == 0


def test_the_bundle_tells_form_rules_signatures_mails_and_times(case: Case) -> None:
    bundle = case.student
    assert bundle["submissions"][0]["answers"]["extent"] == "two_thirds"
    rules = {one["rule"] for one in bundle["application"]["findings"]}
    assert rules == {one["rule"] for one in case.staff["application"]["findings"]}
    assert [one["decision"] for one in bundle["signatures"]] == ["approve", "approve"]
    assert {one["message"] for one in bundle["mails"]} >= {"receipt", "approval_request"}
    assert [one["number"] for one in bundle["documents"]] == [case.number]
    assert bundle["ledger"][0]["entry"]["event"] == "issued"


TAMPERED: dict[str, Callable[[Bundle], Any]] = {
    "does not say what it committed to": lambda b: b["trail"][0]["private"].update(who="other"),
    "does not follow from the one before": lambda b: b["trail"][1]["entry"].update(at="2020"),
    "does not end where it should": lambda b: b["trail"].pop(),
    "is not what was signed": lambda b: b["submissions"][0]["answers"].update(reasons="Other."),
    "no signature for what step": lambda b: b["signatures"][0].update(shown="0" * 64),
    "did not issue": lambda b: b["documents"][0].update(sha256="0" * 64),
    "of the ledger does not follow": lambda b: b["ledger"][0]["entry"].update(at="2020"),
    "is not signed by any of the keys": lambda b: b["head"].update(size=b["head"]["size"] + 1),
    "is not in the head": lambda b: b["proofs"][b["trail"][0]["hash"]].update(path=[]),
}


@pytest.mark.parametrize("says", TAMPERED)
def test_what_is_changed_in_a_bundle_is_named(case: Case, tmp_path: Path, says: str) -> None:
    bundle = copy.deepcopy(case.staff)
    TAMPERED[says](bundle)
    status, said = checked(tmp_path, bundle)
    assert status == 1
    assert says in said


def test_another_paper_and_a_strangers_key_are_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "other.pdf").write_bytes(b"%PDF-1.7 other")
    assert "none of the files" in checked(tmp_path, case.student, "other.pdf")[1]
    key = {**case.student["keys"][0], "x": case.student["keys"][0]["y"]}
    (tmp_path / "keys.json").write_text(json.dumps({"keys": []}))
    assert "not signed" in checked(tmp_path, case.student, "--keys", "keys.json")[1]
    assert key["kid"] == case.student["head"]["kid"]


def test_the_student_reads_nothing_of_what_the_office_notes_for_itself(case: Case) -> None:
    path = f"/api/v1/documents/{case.number}/revoke"
    body = {"code": "error", "reason": "The office's own words."}
    assert case.house.program(DESK).post(path, json=body).status_code == 200
    mine = fetched(case.house.program(case.owner), case.id)
    theirs = fetched(case.house.program(DESK), case.id)
    assert "own words" not in json.dumps(mine)
    assert "own words" in json.dumps(theirs)
    hidden = [one for one in mine["trail"] if one["private"] is None]
    assert hidden
    assert all(one["entry"]["commitment"] for one in hidden)


def test_a_day_has_one_head_and_every_later_one_only_adds(case: Case) -> None:
    now = case.certs.clock.now() + DAY
    assert publish(case.certs, Log(), now) is None
    case.house.apply(next(case.house.applicants()))
    _tell(case.house, case.certs)
    later = publish(case.certs, Log(), now + DAY)
    assert later is not None
    first, second = int(case.head["size"]), later.size
    assert second > first
    asked = f"/verify/heads/consistency?first={first}&second={second}"
    answer = case.house.caller().get(asked)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    path = [bytes.fromhex(one) for one in answer.json["path"]]
    roots = bytes.fromhex(case.head["root"]), bytes.fromhex(later.root)
    assert is_consistent(first, second, *roots, path)
    assert case.house.caller().get("/verify/heads/consistency?first=1&second=x").status_code == 404


def test_a_ledger_written_anew_leads_to_another_head(case: Case) -> None:
    """Who owns the database can change everything in it, but not a head that others kept."""
    with case.certs.database.read() as session:
        kept = heads(session)[0]
        entries = session.scalars(select(LedgerEntry.hash).order_by(LedgerEntry.position)).all()
        assert Log().tree(session).root(kept.size).hex() == kept.root
    with case.certs.database.write() as session:
        row = session.scalars(select(LeafRow).where(LeafRow.hash == entries[0])).one()
        row.hash = "0" * 64
    with case.certs.database.write() as session:
        assert Log().tree(session).root(kept.size).hex() != kept.root
        session.scalars(select(LeafRow).where(LeafRow.n == row.n)).one().hash = entries[0]
