"""How a check of the documents is told: a line for each finding, the figures at the end."""

from __future__ import annotations

import json
from collections.abc import Callable

from services.certs.checking.finding import Finding, Tally


class Report:
    """Says findings as they come, for people or (`as_json`) one JSON object a line."""

    def __init__(self, say: Callable[[str], None], *, as_json: bool) -> None:
        self._say, self._as_json = say, as_json

    def finding(self, found: Finding) -> None:
        """One line."""
        if self._as_json:
            self._say(json.dumps(found.as_json(), ensure_ascii=False))
            return
        entry = f"entry {found.position}" if found.position is not None else None
        where = " ".join(filter(None, (found.number, entry, found.file)))
        self._say(f"{found.severity} {found.code} {where}: {found.sentence}".replace(" :", ":"))

    def end(self, figures: Tally) -> None:
        """The figures, and the end of the chain as `--anchor` takes it."""
        told = figures.as_json()
        if self._as_json:
            self._say(json.dumps(told, ensure_ascii=False))
            return
        self._say(
            "{entries} entries, {documents} documents, {files} files: "
            "{wrong} wrong, {notes} notes.".format(**told)
        )
        self._say("The chain ends at {last_position}:{last_hash}".format(**told))
