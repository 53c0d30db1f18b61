"""What forms is made of: the arguments of its composition root."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from services.forms.bell import Bell
from services.forms.catalog import BY_NAME
from services.forms.catalog.kind import Kind, Room
from services.forms.operations.plant import Plant
from services.forms.signin.university import Provider, open_provider
from services.forms.verifications import Verifications
from shared import words
from shared.clock import Clock
from shared.database import Database
from shared.errors import NotFound
from shared.files import FileStore
from shared.fit import Papers
from shared.keys import Keyring
from shared.scanner import NoScanner, Scanner, open_scanner
from shared.settings import Settings
from shared.traces import NO_TRACES, Traces

HOME = Path(__file__).parent
TEMPLATES = HOME.parent.parent / "templates"


def _voice() -> Flask:
    """An app that can only speak: texts outside requests need one (messages, papers)."""
    app = Flask("services.forms", static_folder=None)
    words.install(app, [HOME / "translations"])
    return app


@dataclass(frozen=True)
class Parts:
    """Handed to every use case; nothing of forms is reached for otherwise."""

    settings: Settings
    clock: Clock
    database: Database
    files: FileStore
    keyring: Keyring
    kinds: Mapping[str, Kind]
    verifications: Verifications
    room: Room | None = None  # whether a text fits a paper; without it nothing is measured
    plant: Plant | None = None  # broker and outboxes, for the operator's page
    provider: Provider | None = None  # where people sign in with their university account
    traces: Traces = NO_TRACES
    scanner: Scanner = field(default_factory=NoScanner)  # asked before an upload is kept
    bell: Bell = field(default_factory=Bell)
    voice: Flask = field(default_factory=_voice)

    @classmethod
    def build(
        cls,
        settings: Settings,
        *,
        clock: Clock,
        database: Database,
        files: FileStore,
        keyring: Keyring,
        verifications: Verifications,
        plant: Plant | None = None,
        traces: Traces = NO_TRACES,
    ) -> Parts:
        """The parts of an installation, with every kind of the catalog."""
        parts = cls(
            settings=settings,
            clock=clock,
            database=database,
            files=files,
            keyring=keyring,
            kinds=BY_NAME,
            verifications=verifications,
            room=Papers(TEMPLATES).lines,
            plant=plant,
            provider=open_provider(settings),
            traces=traces,
            scanner=open_scanner(settings.scanner),
        )
        database.on_commit(parts.bell.ring)
        return parts

    def kind(self, name: str) -> Kind:
        """The kind of that name. Raises NotFound("unknown_kind")."""
        found = self.kinds.get(name)
        if found is None:
            raise NotFound("unknown_kind", "there is no such kind")
        return found

    def speaking(self, language: str) -> AbstractContextManager[None]:
        """Make every text inside be of one language."""
        return words.in_language(language, self.voice)
