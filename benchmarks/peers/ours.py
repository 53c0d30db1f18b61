"""Our own way, whole: values in; layout, QR with signed facts, PAdES signature; stored."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.peers.meter import own_seconds, store
from benchmarks.peers.papers import NOON, Kind
from services.certs import number
from services.certs.database import bring_up_to_date
from services.certs.library import Version
from services.certs.parts import build
from services.certs.press import Order
from shared.clock import StandingClock
from shared.database import Database
from shared.keys import Keyring
from shared.settings import Settings

CERTS_OWN = ("document_number", "verify_address", "issued_at", "contact_line", "issue_date",
             "signatory_name", "seal")  # fmt: skip


class Ours:
    """The press of an installation (P-256) and its folder of files."""

    name = "**Dojang, signed and stored**"

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self._settings = Settings(data=str(folder))
        self._database = Database(f"sqlite:///{folder / 'certs.sqlite'}")
        bring_up_to_date(self._database)
        self._files = store(folder / "files")
        keyring = Keyring.open(self._settings, {})
        self.parts = build(
            self._settings, StandingClock(NOON), self._database, self._files, keyring
        )
        self._chance = random.Random(seed)
        self._count = 0
        self._templates: dict[Kind, Version] = {}

    def make(self, kind: Kind, values: Mapping[str, Any]) -> bytes:
        own = {name: value for name, value in values.items() if name not in CERTS_OWN}
        drawn = number.draw(self._chance.getrandbits)
        self._count += 1
        at = NOON + timedelta(seconds=self._count)
        order = Order(self._template(kind), own, {}, kind.proves)
        pdf = self.parts.press.document(order, drawn, at)
        self._files.put(pdf)
        return pdf

    def _template(self, kind: Kind) -> Version:
        """Which version is in use is asked once: the ledger's database is not measured here."""
        if kind not in self._templates:
            self._templates[kind] = self.parts.library.find(kind.name, "ko")
        return self._templates[kind]

    def seconds(self) -> float:
        return own_seconds()

    def close(self) -> None:
        self._database.close()
