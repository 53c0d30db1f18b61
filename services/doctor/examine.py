"""The examination from the first question to the last, beside whatever runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from services.doctor import databases, keys, lines, machine
from services.doctor.finding import Finding, well, wrong
from services.doctor.machine import Machine
from services.routes import SERVICES
from shared.clock import clock_from
from shared.database import Database
from shared.errors import Permanent
from shared.settings import Settings

PACKAGES = Path(__file__).parents[1]


def examine(
    environ: Mapping[str, str], here: Machine, now: datetime | None = None
) -> Iterator[Finding]:
    """Every finding as it is found. `now` is the installation's time unless told otherwise."""
    try:
        settings = Settings.read(environ)
    except Permanent as error:
        yield wrong("configuration", error.code, error.sentence, "docs/operating.md, Settings.")
        return
    yield well("configuration", f"All settings are understood ({settings.environment}).")
    now = now or clock_from(settings.clock).now()
    yield from machine.look(settings, here)
    for name in SERVICES:
        database = Database(settings.database_url(name), pool_size=1)
        try:
            yield from databases.look(name, database, PACKAGES / name, now)
        finally:
            database.close()
    yield from lines.look(settings, environ)
    yield from keys.look(settings, environ, now)
