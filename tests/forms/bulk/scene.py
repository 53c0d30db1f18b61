"""A bulk issue at a campus: the office, a list, and certs that answers by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from services.forms.applications.tables import ApplicationRow
from services.forms.bulk import checking, life, showing
from services.forms.bulk.values import BulkView, EntryView
from services.forms.bulk.worker import Bulk
from services.forms.signin.person import Person
from shared.messages import ArchiveRequested, DocumentFailed, DocumentRequested, Message
from tests.forms.campus import Campus

KIND = "certificate_enrollment"
OFFICER, STRANGER = "sua.moon", "eunji.oh"
ENROLLED = ("2025-3107", "2024-1042", "2025-1019", "2024-3110")
ON_LEAVE, NOBODY = "2024-1068", "1999-0001"
HAN_LIST = "학번\n2025-3107\n2024-1042\n"
COMMON = {"language": "ko", "copies": 1, "purpose": "제출용"}


@dataclass
class Scene:
    """What the office does, and the messages that have come of it."""

    campus: Campus
    office: Person
    worker: Bulk
    id: str = ""
    heard: list[Message] = field(default_factory=list)

    def send(self, text: str, *, tell: bool = False, sheet: str = "", **common: Any) -> str:
        """Send in a list; its id."""
        parts = self.campus.parts
        kind, answers = parts.kinds[KIND], {**COMMON, **common}
        listed = checking.take_in(parts, kind, text.encode(), answers)
        with self.campus.write() as session:
            self.id = life.begin(
                session, parts, self.office, KIND, answers, listed, tell=tell, sheet=sheet
            ).id
        return self.id

    def do(self, deed: Any) -> Any:
        """One deed of `life` by the office."""
        with self.campus.write() as session:
            return deed(session, self.campus.parts, self.office, self.id)

    def started(self, *numbers: str, **more: Any) -> Scene:
        """A list of these students, checked and started."""
        self.send("학번\n" + "\n".join(numbers or ENROLLED), **more)
        self.worker.drain()
        self.do(life.start)
        return self

    @property
    def view(self) -> BulkView:
        """How far it is."""
        with self.campus.parts.database.read() as session:
            return showing.view(session, self.campus.parts, self.office, self.id)

    def rows(self, language: str = "en") -> list[EntryView]:
        """All rows, in a language."""
        with self.campus.parts.database.read() as session, self.campus.parts.speaking(language):
            return list(showing.all_entries(session, self.id))

    def states(self) -> list[str]:
        """The state of each row."""
        return [one.state for one in self.rows()]

    def asked(self) -> list[DocumentRequested]:
        """The documents asked for since the last look."""
        return self.said(DocumentRequested)

    def said(self, kind: type[Any]) -> list[Any]:
        """The messages of a type since the last look; others are kept in `heard`."""
        new = self.campus.said()
        self.heard += new
        return [one for one in new if isinstance(one, kind)]

    def answer(self, requests: Sequence[DocumentRequested]) -> None:
        """certs issues each."""
        for request in requests:
            self.campus.issue(request, number_of(request))

    def fail(self, request: DocumentRequested, code: str = "missing_glyph") -> None:
        """certs cannot make one."""
        self.campus.hears(
            DocumentFailed(
                issue_id=request.issue_id,
                application_id=request.application_id,
                code=code,
                detail={},
            )
        )

    def applications(self) -> list[ApplicationRow]:
        """What was applied for."""
        with self.campus.parts.database.read() as session:
            rows = select(ApplicationRow).where(ApplicationRow.bulk_id == self.id)
            found = list(session.scalars(rows.order_by(ApplicationRow.number)))
            session.expunge_all()
            return found

    def archive(self) -> ArchiveRequested:
        """The ZIP that was asked for."""
        [request] = self.said(ArchiveRequested)
        assert isinstance(request, ArchiveRequested)
        return request


def number_of(request: DocumentRequested) -> str:
    """A number of its own for each issue (forms takes them as they come)."""
    return f"{request.issue_id[:16].upper()}"
