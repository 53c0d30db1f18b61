"""The life of an uploaded template: compiled, put in use, rolled back; documents stay pinned."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from services.certs import parts
from services.certs.handout import hand_out
from services.certs.heads.making import Log
from services.certs.library import FIRST
from services.certs.templates import versions
from services.certs.templates.compiling import Compiler, Result, Stopped
from services.certs.templates.findings import Finding
from services.certs.verify.check import verify_file
from shared.database import Database
from shared.errors import Conflict, NotFound
from shared.links import file_capability
from tests.certs.parts import Office
from tests.certs.templates import staff
from tests.certs.templates.files import form
from tests.certs.templates.staff import WAIVER, activate, compile_all, in_use, look, ready, upload

BUILT_IN = 1


def words(pdf: bytes) -> str:
    """What a paper says, lines joined."""
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(said.split())


def form_without_rules() -> bytes:
    """A waiver form that differs to the eye: it does not show the campus."""
    return form(WAIVER, "en", campus="")


def test_an_upload_waits_is_compiled_and_stays_out_of_use(either_office: Office) -> None:
    made = upload(either_office)
    assert (made.number, made.state) == (2, "waiting")
    assert in_use(either_office) == FIRST

    compile_all(either_office)

    found = look(either_office, 2)
    assert (found.state, found.claim) == ("ready", None)
    assert {"layout/", "base/", "preview/sample", "preview/hanja"} <= set(found.files)
    for one in found.files.values():
        assert either_office.files.get(one["file_id"], one["sha256"])
    assert in_use(either_office) == FIRST


def test_a_version_put_in_use_prints_new_documents_and_old_ones_stay_as_they_were(
    office: Office,
) -> None:
    before, old = office.issue(language="en")
    ready(office, form_without_rules())

    activate(office, 2, seen=1)
    after, new = office.issue(language="en")

    assert (before.template_version, after.template_version) == ("1", "2")
    assert "Nuri Institute of Science Campus" in words(old)
    assert "Nuri Institute of Science Campus" not in words(new)
    assert verify_file(office.parts, old).verdict == "authentic"
    assert verify_file(office.parts, new).verdict == "authentic"
    altered = verify_file(office.parts, old + b"\n%")
    assert (altered.verdict, altered.told and altered.told.number) == ("altered", before.number)


def test_the_working_copy_of_an_old_document_is_of_its_own_version(office: Office) -> None:
    before, _ = office.issue(language="en")
    ready(office, form_without_rules())
    activate(office, 2, seen=1)
    after, _ = office.issue(language="en")

    def copy(number: str) -> bytes:
        capability = file_capability(number, "docx", office.clock.now(), office.keyring)
        return hand_out(office.parts, capability, Log()).data

    with zipfile.ZipFile(io.BytesIO(copy(before.number))) as docx:
        assert b"Nuri Institute" in docx.read("word/document.xml")
    with pytest.raises(NotFound) as no_word_file:
        copy(after.number)
    assert no_word_file.value.code == "no_word_file"


def test_every_worker_process_turns_to_the_version_in_use_at_once(either_office: Office) -> None:
    """Another process has a library and connections of its own."""
    one, database = either_office, Database(either_office.database.url)
    there = parts.build(one.settings, one.clock, database, one.files, one.keyring)

    def elsewhere() -> str:
        return there.library.find(WAIVER, "en").version

    ready(one)
    assert (in_use(one), elsewhere()) == (FIRST, FIRST)
    activate(one, 2, seen=1)
    assert (in_use(one), elsewhere()) == ("2", "2")
    activate(one, 1, seen=2)
    assert (in_use(one), elsewhere()) == (FIRST, FIRST)
    database.close()


def test_any_earlier_version_can_be_rolled_back_to(office: Office) -> None:
    ready(office)
    ready(office, form_without_rules())
    activate(office, 3, seen=1)
    activate(office, 2, seen=3)
    assert in_use(office) == "2"
    activate(office, BUILT_IN, seen=2)
    assert in_use(office) == FIRST
    with office.database.read() as session:
        events = [(e.event, e.number, e.person) for e in versions.history(session, WAIVER, "en")]
    assert events == [
        ("rolled_back", 1, "person-7"),
        ("rolled_back", 2, "person-7"),
        ("activated", 3, "person-7"),
        ("ready", 3, "certs"),
        ("uploaded", 3, "person-7"),
        ("ready", 2, "certs"),
        ("uploaded", 2, "person-7"),
    ]


def test_what_is_not_ready_cannot_be_put_in_use(office: Office) -> None:
    upload(office)
    with pytest.raises(Conflict) as refused:
        activate(office, 2, seen=1)
    assert refused.value.code == "template_not_ready"
    with pytest.raises(NotFound):
        activate(office, 9, seen=1)


def test_of_many_who_put_a_version_in_use_at_once_one_does(either_office: Office) -> None:
    ready(either_office)
    ready(either_office)
    outcomes: list[str] = []

    def act(number: int) -> None:
        try:
            activate(either_office, number, seen=1)
            outcomes.append("done")
        except Conflict as error:
            outcomes.append(error.code)

    at_once([lambda n=n: act(n) for n in (2, 3, 2, 3, 2, 3)])

    assert sorted(outcomes) == ["done", *["template_changed"] * 5]
    with either_office.database.read() as session:
        assert versions.first_broken(session) is None
        changes = [e.event for e in versions.history(session, WAIVER, "en")]
    assert changes.count("activated") == 1


def test_uploads_at_once_get_a_number_each(either_office: Office) -> None:
    data = form(WAIVER, "en")

    def both() -> None:
        upload(either_office, data)
        upload(either_office, data)

    at_once([both, both])
    with either_office.database.read() as session:
        numbers = [one.number for one in versions.entries(session, WAIVER, "en")]
        assert versions.first_broken(session) is None
    assert numbers == [5, 4, 3, 2]


def test_two_workers_do_not_compile_the_same_upload(either_office: Office) -> None:
    upload(either_office)
    with either_office.database.write() as session:
        first = versions.claim_next(session, either_office.clock.now())
    with either_office.database.write() as session:
        second = versions.claim_next(session, either_office.clock.now())
    assert first is not None
    assert second is None


def test_what_a_dead_worker_had_in_hand_is_taken_over_after_a_minute(office: Office) -> None:
    upload(office)
    with office.database.write() as session:
        dead = versions.claim_next(session, office.clock.now())
    assert dead is not None
    assert not Compiler(office.parts, staff.here).work_once()

    office.clock.advance(timedelta(seconds=61))
    compile_all(office)

    assert look(office, 2).state == "ready"
    with office.database.write() as session:  # the dead one comes back to life: too late
        assert not versions.finish(session, dead, [], {"x": {"sha256": ""}}, office.clock.now())
    assert "x" not in look(office, 2).files


@pytest.mark.parametrize("point", ["made", "kept"])
def test_a_worker_killed_while_compiling_leaves_the_upload_to_the_next(
    open_office: Callable[..., Office], tmp_path: Path, point: str
) -> None:
    url = f"sqlite:///{tmp_path / 'certs.sqlite'}"
    before = open_office(url)
    upload(before)
    before.close()

    killed = subprocess.run(
        [sys.executable, "-m", "tests.certs.templates.dying", str(tmp_path), url, point],
        check=False,
        timeout=900,
        cwd=Path(__file__).parents[3],
    )

    assert killed.returncode == -signal.SIGKILL
    office = open_office(url)
    assert look(office, 2).state == "compiling"
    office.clock.advance(timedelta(seconds=61))
    compile_all(office)
    found = look(office, 2)
    assert (found.state, found.attempts) == ("ready", 2)
    for one in found.files.values():
        assert office.files.get(one["file_id"], one["sha256"])


def test_a_worker_that_is_told_to_stop_gives_the_upload_back(office: Office) -> None:
    upload(office)

    def stopped(*_: object) -> Result:
        raise Stopped

    Compiler(office.parts, stopped).work_once()
    assert (look(office, 2).state, look(office, 2).claim) == ("waiting", None)


def test_what_breaks_compiling_again_and_again_is_given_up_with_the_reason(
    office: Office,
) -> None:
    upload(office)

    def broken(*_: object) -> Result:
        return Result({}, [Finding("crashed")], later=True)

    compile_all(office, broken)

    found = look(office, 2)
    assert (found.state, found.attempts) == ("refused", 3)
    assert [one.code for one in found.found if one.severity == "block"] == ["crashed"]


def test_a_hostile_upload_is_written_down_and_its_file_is_not_kept(office: Office) -> None:
    made = upload(office, b"%PDF-1.7 nothing")
    assert (made.state, made.file_id) == ("refused", None)
    assert [one.code for one in made.found] == ["broken_pdf"]
    assert not list(office.settings.folder("files").rglob("*/*"))
    compile_all(office)
    assert look(office, 2).state == "refused"


def test_the_history_of_templates_cannot_be_changed(either_office: Office) -> None:
    upload(either_office)
    for deed in ("UPDATE template_event SET person = 'x'", "DELETE FROM template_event"):
        with pytest.raises(DatabaseError), either_office.database.write() as session:
            session.execute(text(deed))


def at_once(acts: list[Callable[[], None]]) -> None:
    """Everything at the same moment."""
    gate = threading.Barrier(len(acts))

    def go(act: Callable[[], None]) -> None:
        gate.wait()
        act()

    threads = [threading.Thread(target=go, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
