"""What each language says in every mail, and how it writes days and hours.

Read from `templates/messages/<language>/words.json`: a language is added by
adding its folder. Patterns are those of CLDR (Unicode TR 35).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_time

from shared.clock import SEOUL


@dataclass(frozen=True)
class Phrases:
    """The words of one language."""

    language: str
    words: dict[str, Any]

    def day(self, at: datetime) -> str:
        """8월 28일(금), Fri 28 August."""
        return self._date(at, "day")

    def long_day(self, at: datetime) -> str:
        """2026년 8월 28일(금), Friday 28 August 2026."""
        return self._date(at, "long_day")

    def moment(self, at: datetime) -> str:
        """8월 28일(금) 18시; Fri 28 August, 18:00."""
        return self._moment("moment", self.day(at), at)

    def long_moment(self, at: datetime) -> str:
        """The same with the year, and the zone where the reader may be abroad."""
        return self._moment("long_moment", self.long_day(at), at)

    def greeting(self, reader: str, name: str) -> str:
        """How a letter to this reader begins."""
        return str(self.words["greeting"][reader]).replace("{name}", name)

    def why(self, reader: str, number: str) -> str:
        """Why this reader gets mail about that application."""
        return str(self.words["why"][reader]).replace("{number}", number)

    def _moment(self, pattern: str, day: str, at: datetime) -> str:
        local = at.astimezone(SEOUL)
        clock = self.words["minute" if local.minute else "hour"]
        time = format_time(local, clock, tzinfo=SEOUL, locale=self.language)
        return str(self.words[pattern]).replace("{day}", day).replace("{time}", time)

    def _date(self, at: datetime, pattern: str) -> str:
        return format_date(at.astimezone(SEOUL), self.words[pattern], locale=self.language)


def read_phrases(folder: Path) -> dict[str, Phrases]:
    """The phrases of every language that has a folder with `words.json`."""
    found = sorted(folder.glob("*/words.json"))
    return {
        path.parent.name: Phrases(path.parent.name, json.loads(path.read_text("utf-8")))
        for path in found
    }
