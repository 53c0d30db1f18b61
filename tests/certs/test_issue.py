"""Issuing: one request, one right document, whatever happens on the way."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from services.certs import ledger, number
from services.certs.issue import Printed, issue, prepare
from shared.consumer import Received
from shared.errors import TryLater
from shared.files import FolderStore, Stored
from shared.messages import DocumentFailed, DocumentIssued, DocumentRequested, Envelope
from tests.certs.parts import NOON, Office, facts, request


def test_a_request_becomes_a_signed_document_that_says_what_was_asked(
    either_office: Office, tmp_path: Path
) -> None:
    document, pdf = either_office.issue(name="한도윤")

    [said] = either_office.said()
    assert said == DocumentIssued(
        issue_id=document.issue_id,
        application_id="application-1",
        number=document.number,
        sha256=document.sha256,
        template_version="1",
        issued_at=NOON,
    )
    assert number.read(document.number) == document.number
    (tmp_path / "paper.pdf").write_bytes(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "paper.pdf", "-"], check=True, capture_output=True
    ).stdout.decode()
    for value in ("한도윤", "3분의 1 감면", document.number, "2026-09-02 10:20:31 (한국 표준시)"):
        assert value in text


def test_the_file_is_signed_over_its_whole_length(office: Office) -> None:
    _, pdf = office.issue()

    [field] = (PdfReader(BytesIO(pdf)).get_fields() or {}).values()
    start, first, second, last = field["/V"]["/ByteRange"]
    assert (start, second + last) == (0, len(pdf))
    assert first < second


def test_the_same_request_delivered_again_is_one_document(either_office: Office) -> None:
    message = request()

    either_office.put(message, times=3)
    either_office.hear(message)

    [document] = either_office.documents()
    assert {one.number for one in issues(either_office)} == {document.number}
    assert either_office.dead() == []


def issues(office: Office) -> list[DocumentIssued]:
    """What was announced; to whoever asks again the same again, for they may not have heard."""
    said = office.said()
    assert all(isinstance(one, DocumentIssued) for one in said)
    return [one for one in said if isinstance(one, DocumentIssued)]


def test_a_number_that_was_given_is_never_given_again(either_office: Office) -> None:
    office = either_office
    given, _ = office.issue()
    message = request(application_id="application-2")
    envelope = Envelope.wrap(message, at=NOON, correlation_id="case-2")
    printed = prepare(Received(message, envelope), office.parts)
    assert isinstance(printed, Printed)
    drawn_again = Received(message, envelope, prepared=replace(printed, number=given.number))

    with pytest.raises(TryLater) as later, office.database.write() as session:
        issue(session, drawn_again, office.parts)

    assert later.value.code == "number_taken"
    assert [one.issue_id for one in office.documents()] == [given.issue_id]
    assert len(office.said()) == 1


def at_once(office: Office, workers: int) -> None:
    """Let several workers handle what lies in the queue."""
    threads = [threading.Thread(target=office.consumer.drain) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    office.consumer.drain()


def test_ten_identical_requests_at_once_are_one_document(either_office: Office) -> None:
    message = request()
    for _ in range(10):
        either_office.put(message)

    at_once(either_office, 10)

    [document] = either_office.documents()
    assert either_office.files.get(document.file_id, document.sha256)
    assert {one.number for one in issues(either_office)} == {document.number}


def test_documents_issued_at_once_form_one_unbroken_chain(either_office: Office) -> None:
    for _ in range(12):
        either_office.put(request())
    at_once(either_office, 4)

    assert len(either_office.documents()) == 12
    with either_office.database.read() as session:
        assert ledger.first_broken(session) is None


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"name": "𓀀"}, "missing_glyph", "name"),
        ({"reasons": "사유 " * 2000}, "does_not_fit", "reasons"),
        ({"campus": None}, "missing_value", "campus"),
    ],
)
def test_what_cannot_be_printed_is_announced_with_its_field_and_leaves_nothing(
    office: Office, values: dict[str, str], code: str, field: str
) -> None:
    message = request(**{"name": "한도윤", **values})

    office.hear(message)

    [said] = office.said()
    assert isinstance(said, DocumentFailed)
    assert (said.issue_id, said.code, said.detail["field"]) == (message.issue_id, code, field)
    assert office.documents() == []
    assert office.dead() == []


def test_of_a_failure_whose_answer_was_lost_is_said_that_it_was(office: Office) -> None:
    message = request(reasons="사유 " * 2000)

    office.hear(message, message)

    first, second = office.said()
    assert isinstance(first, DocumentFailed)
    assert isinstance(second, DocumentFailed)
    assert [one.code for one in (first, second)] == ["does_not_fit", "reason_lost"]
    assert first.issue_id == second.issue_id
    assert office.documents() == []


@pytest.mark.parametrize("changes", [{"language": "fr"}, {"kind": "degree"}, {"version": "7"}])
def test_an_unknown_template_is_announced_as_failed(
    office: Office, changes: dict[str, str]
) -> None:
    office.hear(
        DocumentRequested(
            issue_id="issue-1",
            application_id="application-1",
            kind=changes.get("kind", "tuition_waiver"),
            language=changes.get("language", "ko"),
            template_version=changes.get("version"),
            facts=facts(),
        )
    )

    [said] = office.said()
    assert isinstance(said, DocumentFailed)
    assert said.code == "unknown_template"


def test_a_missing_signature_picture_is_announced_as_failed(office: Office) -> None:
    asked = request()
    asked.facts["pictures"] = {"signature_advisor": {"file_id": "0" * 32, "sha256": "0" * 64}}

    office.hear(asked)

    [said] = office.said()
    assert isinstance(said, DocumentFailed)
    assert said.code == "file_missing"


def test_after_a_correction_a_new_issue_leads_to_the_document(office: Office) -> None:
    office.hear(request(name="𓀀"))

    document, _ = office.issue(name="한도윤")

    assert [one.number for one in office.documents()] == [document.number]


class Unwilling(FolderStore):
    """A store that is away for a while, or gives back something else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.away, self.lying = False, False

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        if self.away:
            raise TryLater("store_unavailable", "away")
        return super().put(data[:-1] if self.lying else data, file_id)


@pytest.mark.parametrize("fault", ["away", "lying"])
def test_a_store_that_fails_leaves_nothing_and_the_request_waits(
    office: Office, tmp_path: Path, fault: str
) -> None:
    store = Unwilling(tmp_path / "files")
    office.with_files(store)
    setattr(store, fault, True)

    office.hear(request())

    assert office.documents() == []
    assert office.said() == []
    assert office.dead() == []
    setattr(store, fault, False)
    assert office.issue()


@pytest.mark.parametrize("point", ["filled", "stored", "entered", "announced"])
def test_a_fault_between_two_steps_leaves_one_live_document_in_the_end(
    open_office: Callable[..., Office], tmp_path: Path, point: str
) -> None:
    hit: list[str] = []

    def fault(reached: str) -> None:
        if reached == point and point not in hit:
            hit.append(point)
            raise TryLater("power_cut", "here")

    office = open_office(fault=fault)
    message = request()
    office.hear(message)
    assert (office.documents(), office.said()) == ([], [])

    office.hear(message)

    [document] = office.documents()
    [said] = office.said()
    assert isinstance(said, DocumentIssued)
    assert said.number == document.number
    assert office.files.get(document.file_id, document.sha256)
    files = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert len(files) == 1
