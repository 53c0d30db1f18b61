"""The shelf of uploads: later versions of papers, as they lie in the database and the file store.

What is ready never changes, so it is looked up once; which version is in use is asked each time.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import OperationalError

from services.certs.layout.layout import Layout
from services.certs.library import FIRST, Version
from services.certs.templates.tables import READY, ActiveRow, TemplateRow
from shared.database import Database
from shared.errors import NotFound, Permanent, TryLater
from shared.files import FileStore

SOURCE, LAYOUT, BASE, PREVIEW = "source", "layout/", "base/", "preview/"
PDF_FORM, WORD = "pdf", "docx"
IN_USE = select(ActiveRow.number).where(
    ActiveRow.kind == bindparam("kind"), ActiveRow.language == bindparam("language")
)


class Uploads:
    """Uploaded versions that are ready (`library.Shelf`)."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files
        self._ready: dict[Version, tuple[str, Mapping[str, Any]]] = {}

    def active(self, kind: str, language: str) -> str:
        """The version in use. Asked for each document: a bare connection, a fifth of a session's
        time. Raises TryLater("database_unavailable")."""
        asked = {"kind": kind, "language": language}
        try:
            with self._database.engine.connect().execution_options(begin="BEGIN") as connection:
                number = connection.execute(IN_USE, asked).scalar()
        except OperationalError as error:
            raise TryLater("database_unavailable", "the database does not answer") from error
        return FIRST if number is None else str(number)

    def versions(self) -> Sequence[Version]:
        wanted = (
            select(TemplateRow.kind, TemplateRow.language, TemplateRow.number)
            .where(TemplateRow.state == READY)
            .order_by(TemplateRow.kind, TemplateRow.language, TemplateRow.number)
        )
        with self._database.read() as session:
            return [Version(k, language, str(n)) for k, language, n in session.execute(wanted)]

    def holds(self, version: Version) -> bool:
        return version in self._ready or self._look_up(version)

    def is_form(self, version: Version) -> bool:
        """Whether it was made from a PDF form: there is no Word file."""
        return self._found(version)[0] == PDF_FORM

    def docx(self, version: Version) -> bytes:
        """Raises NotFound("no_word_file") of a PDF form."""
        if self.is_form(version):
            raise NotFound("no_word_file", "this version was made from a PDF form")
        return self._file(version, SOURCE)

    def shapes(self, version: Version) -> Collection[str]:
        names = self._found(version)[1]
        return [name.removeprefix(LAYOUT) for name in names if name.startswith(LAYOUT)]

    def layout(self, version: Version, shape: str = "") -> Layout:
        text = self._file(version, f"{LAYOUT}{shape}").decode()
        return Layout.parse(text, self._file(version, f"{BASE}{shape}"))

    def _file(self, version: Version, name: str) -> bytes:
        found = self._found(version)[1].get(name)
        if found is None:
            raise Permanent("template_damaged", f"a part of the template is missing: {name}")
        return self._files.get(found["file_id"], found["sha256"])

    def _found(self, version: Version) -> tuple[str, Mapping[str, Any]]:
        if not self.holds(version):
            raise Permanent("unknown_template", "there is no such template")
        return self._ready[version]

    def _look_up(self, version: Version) -> bool:
        if not version.version.isdecimal() or len(version.version) > 9:
            return False
        with self._database.read() as session:
            row = session.get(TemplateRow, (version.kind, version.language, int(version.version)))
            if row is None or row.state != READY or str(row.number) != version.version:
                return False
            self._ready[version] = (row.form, dict(row.files))
        return True
