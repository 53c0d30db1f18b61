"""How documents end, from the desk to what a stranger is told, on the embedded default."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services import demo
from services.demo import Person
from services.forms.people import demo as demo_university
from tests.parts.ports import wait_until
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_certificates import asked_for, who_may
from tests.test_journeys import words_of

FIRST, SECOND = "sua.moon", "grace.lim"
WHY = {"code": "error", "reason": "성명의 철자가 다름"}
STUDENTS = Path(demo_university.__file__).parent / "students.csv"


class Town:
    """A product, two people of Student Affairs, and strangers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.product = Embedded(folder)
        self.product.start()
        self.cast = Cast(self.product.url)
        self.first, self.second = (self.cast.signed_in(who) for who in (FIRST, SECOND))
        self.anybody = Person(self.product.url)

    def issue(self, student: Person, kind: str) -> tuple[str, bytes]:
        """A certificate: its number and its file."""
        made = asked_for(student, kind, "ko").json()
        number = demo.document_of(student, made["id"])["number"]
        return number, demo.download(student, number)

    def verify(self, number: str) -> dict[str, Any]:
        """What a stranger is told of a number."""
        return dict(self.anybody.ask("GET", f"/api/v1/verify/{number}"))

    def verify_file(self, pdf: bytes) -> dict[str, Any]:
        """What a stranger is told of a file."""
        files = {"file": ("paper.pdf", pdf)}
        return dict(self.anybody.ask("POST", "/api/v1/verify", files=files))

    def until(self, number: str, status: str) -> dict[str, Any]:
        """What a stranger is told once it has come to that."""
        wait_until(lambda: self.verify(number)["status"] == status, seconds=60, what=status)
        return self.verify(number)

    def mails(self, number: str, message: str) -> list[dict[str, Any]]:
        """The mails of one name that speak of a document."""
        found = [one for one in self.cast.mailbox.all() if one["message"] == message]
        return [one for one in found if number in one["text"]]

    def rename(self, student_number: str, name_ko: str) -> None:
        """The register is corrected, by an import beside the running server."""
        with open(STUDENTS, encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines))
        (row,) = [one for one in rows if one["student_number"] == student_number]
        folder = self.folder / "csv"
        folder.mkdir(exist_ok=True)
        with open(folder / "students.csv", "w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, row.keys())
            writer.writeheader()
            writer.writerow({**row, "name_ko": name_ko})
        said = self.product.processes.run("import", str(folder))
        assert "students: 0 new, 1 changed" in said


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("product"))
    yield made
    made.product.stop()


def test_a_degree_certificate_counts_until_a_second_person_confirms(town: Town) -> None:
    student = who_may(town.cast, "certificate_degree")
    number, pdf = town.issue(student, "certificate_degree")
    asked = town.first.request("POST", f"/api/v1/documents/{number}/revoke", json=WHY)
    assert (asked.status_code, asked.json()["state"]) == (202, "awaiting_second")
    assert town.verify(number)["status"] == "issued"
    assert town.verify_file(pdf)["verdict"] == "authentic"
    waiting = town.second.ask("GET", "/api/v1/desk/applications?view=second")
    assert len(waiting["applications"]) == 1

    town.second.ask("POST", f"/api/v1/documents/{number}/decision", json={"decision": "confirm"})
    told = town.until(number, "revoked")
    assert told["code"] == "error"
    assert told["at"] > told["issued_at"]
    assert WHY["reason"] not in str(told)
    assert town.verify_file(pdf)["verdict"] == "revoked"
    wait_until(lambda: len(town.mails(number, "revoked")) == 1, seconds=60, what="the mail")


def test_a_corrected_certificate_supersedes_the_old_one_and_is_authentic(town: Town) -> None:
    student = who_may(town.cast, "certificate_enrollment")
    number, pdf = town.issue(student, "certificate_enrollment")
    case = town.first.ask("GET", f"/api/v1/documents/{number}")
    application = case["application_id"]
    about = town.first.ask("GET", f"/api/v1/applications/{application}")["student"]
    town.rename(about["student_number"], "한서윤아")

    asked = town.first.request("POST", f"/api/v1/documents/{number}/replace", json=WHY)
    assert asked.status_code == 202
    told = town.until(number, "superseded")
    assert (told["code"], "at" in told) == ("error", True)
    documents = town.first.ask("GET", f"/api/v1/applications/{application}")["documents"]
    newer = next(one["number"] for one in documents if one["number"] != number)
    assert newer not in str(told), "a stranger is not told which"
    page = town.anybody.request("GET", f"/verify/{number}?language=en").text
    assert "replaced it by a newer one on" in page
    assert newer not in page
    assert town.verify_file(pdf)["verdict"] == "superseded"

    corrected = demo.download(student, newer)
    assert town.verify(newer)["status"] == "issued"
    assert town.verify_file(corrected)["verdict"] == "authentic"
    assert "한서윤아" in words_of(corrected)
    assert "한서윤아" not in words_of(pdf)
    wait_until(lambda: bool(town.mails(newer, "superseded")), seconds=60, what="the mail")
    (mail,) = town.mails(newer, "superseded")
    assert number in mail["text"]
    assert WHY["reason"] not in mail["text"]


def test_a_form_is_issued_again_with_the_signatures_it_has(town: Town) -> None:
    sent = town.cast.send(town.cast.applicant())
    town.cast.sign_both(sent)
    town.cast.at_desk(sent, "approve")
    number = town.cast.issued(sent)["number"]
    before = words_of(town.cast.pdf(sent, number))
    answer = town.cast.officer().request("POST", f"/api/v1/documents/{number}/replace", json=WHY)
    assert answer.status_code == 202
    town.until(number, "superseded")
    newer = next(
        one["number"] for one in town.cast.case(sent)["documents"] if one["number"] != number
    )
    after = words_of(town.cast.pdf(sent, newer))
    assert number not in after
    names = [step["who"] for step in town.cast.case(sent)["steps"]]
    assert names
    assert all(name in before and name in after for name in names)
    assert town.verify(newer)["status"] == "issued"


def test_after_all_that_the_store_checks_out(town: Town) -> None:
    said = town.product.processes.run("documents", "check")
    assert ": 0 wrong, 0 notes." in said
