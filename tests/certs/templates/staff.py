"""What staff and the worker do with templates in tests."""

from __future__ import annotations

from collections.abc import Callable

from services.certs.templates import uploading, versions
from services.certs.templates.compiling import Alive, Compiler, Result
from services.certs.templates.fields import Kind
from services.certs.templates.make_child import Nothing
from services.certs.templates.making import make
from services.certs.templates.versions import Entry, Who
from shared.settings import Settings
from tests.certs.parts import Office
from tests.certs.templates.files import form

WAIVER = "tuition_waiver"
PERSON = Who("person-7", "오은지")


def here(entry: Entry, kind: Kind, data: bytes, _alive: Alive) -> Result:
    """Make a version in this process: a PDF form takes no LibreOffice."""
    made = make(entry.form, data, kind, Settings(), Nothing())
    return Result(made.files, made.findings)


def upload(office: Office, data: bytes | None = None, name: str = "waiver.pdf") -> Entry:
    """A PDF form for the waiver in English."""
    return uploading.upload(
        office.parts,
        kind=WAIVER,
        language="en",
        name=name,
        data=form(WAIVER, "en") if data is None else data,
        who=PERSON,
        office=True,
    )


def compile_all(office: Office, maker: Callable[..., Result] = here) -> None:
    compiler = Compiler(office.parts, maker)
    while compiler.work_once():
        pass


def ready(office: Office, data: bytes | None = None) -> Entry:
    """An upload that has been compiled."""
    made = upload(office, data)
    compile_all(office)
    found = look(office, made.number)
    assert found.state == "ready", found.findings
    return found


def look(office: Office, number: int) -> Entry:
    with office.database.read() as session:
        return versions.find(session, WAIVER, "en", number)


def activate(office: Office, number: int, seen: int) -> None:
    with office.database.write() as session:
        versions.activate(
            session, WAIVER, "en", number, seen=seen, who=PERSON, at=office.clock.now()
        )


def in_use(office: Office) -> str:
    return office.parts.library.find(WAIVER, "en").version
