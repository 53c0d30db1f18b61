"""Archives at certs: papers that were issued, a list as forms writes it, the archivist."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from services.certs.bulk.archive import open_archive
from services.certs.bulk.archivist import Archivist
from services.certs.ledger import Document
from shared.files import new_file_id
from shared.messages import ArchiveRequested, Message
from tests.certs.parts import Office

COLUMNS = ("row", "student_number", "document_number", "file", "result")


@dataclass
class Packing:
    """An office that packs."""

    office: Office

    def papers(self, count: int) -> list[Document]:
        """So many issued papers."""
        return [self.office.issue(reasons=f"Reason {n}")[0] for n in range(count)]

    def ask(
        self,
        documents: Sequence[Document],
        more: Sequence[Sequence[str]] = (),
        archive_id: str = "",
    ) -> str:
        """Ask for a ZIP of them; rows without a paper may follow."""
        rows = [
            (str(n), f"2025-{n:04d}", one.number, f"2025-{n:04d}_{one.kind}_{n}.pdf", "발급 완료")
            for n, one in enumerate(documents, start=2)
        ]
        made = io.StringIO(newline="")
        csv.writer(made).writerows([COLUMNS, *rows, *more])
        stored = self.office.files.put(made.getvalue().encode("utf-8-sig"))
        request = ArchiveRequested(
            archive_id=archive_id or new_file_id(),
            language="ko",
            file_id=stored.file_id,
            sha256=stored.sha256,
        )
        self.office.hear(request)
        return request.archive_id

    def archivist(self, chunk_rows: int = 100, **changes: Any) -> Archivist:
        """Somebody who packs, so many rows at a time."""
        return Archivist(replace(self.office.parts, **changes), chunk_rows)

    def said(self, kind: type[Message]) -> list[Any]:
        """The messages of a type, oldest first."""
        return [one for one in self.office.said() if isinstance(one, kind)]

    def zip(self, archive_id: str) -> zipfile.ZipFile:
        """The ZIP as it is handed out."""
        size, pieces = open_archive(self.office.parts, archive_id)
        data = b"".join(pieces)
        assert len(data) == size
        return zipfile.ZipFile(io.BytesIO(data))

    def index(self, archive_id: str) -> list[dict[str, str]]:
        """The list in it."""
        text = self.zip(archive_id).read("index.csv").decode("utf-8-sig")
        return list(csv.DictReader(io.StringIO(text)))
