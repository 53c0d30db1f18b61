"""When a backup was written and when everything was checked last: noted by the commands.

In the data folder of whoever ran them; where they ran on another machine, nothing is known here.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from shared.settings import Settings

What = Literal["backup", "check"]


@dataclass(frozen=True)
class Note:
    """When it was done, and how much was found to be wrong."""

    at: datetime
    wrong: int


def write(settings: Settings, what: What, note: Note) -> None:
    """Note it down; where nothing can be written it is left, for it is no reason to fail."""
    path = _path(settings, what)
    with suppress(OSError):
        path.write_text(json.dumps({"at": note.at.isoformat(), "wrong": note.wrong}))


def read(settings: Settings, what: What) -> Note | None:
    """The last note; None where none can be read."""
    try:
        found = json.loads(_path(settings, what).read_text())
        return Note(datetime.fromisoformat(found["at"]), int(found["wrong"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _path(settings: Settings, what: What) -> Path:
    return settings.data_folder / f"last-{what}.json"
