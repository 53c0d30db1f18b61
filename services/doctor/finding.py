"""What the doctor finds: a sentence, how grave it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

WELL, WORTH, WRONG = "well", "note", "wrong"


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `part` is what was looked at, `code` never changes its meaning."""

    part: str
    code: str
    sentence: str
    severity: str = WELL
    remedy: str = ""

    def as_json(self) -> dict[str, str]:
        """What there is of it."""
        return {name: value for name, value in vars(self).items() if value}

    def said(self) -> str:
        """As a line for people."""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.severity:<5} {self.part}: {self.sentence}{remedy}"


def well(part: str, sentence: str) -> Finding:
    """It is as it should be."""
    return Finding(part, "well", sentence)


def note(part: str, code: str, sentence: str, remedy: str = "") -> Finding:
    """Worth knowing: it works, and somebody should look."""
    return Finding(part, code, sentence, WORTH, remedy)


def wrong(part: str, code: str, sentence: str, remedy: str) -> Finding:
    """It does not work, or soon will not."""
    return Finding(part, code, sentence, WRONG, remedy)
