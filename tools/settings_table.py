"""Writes the table of settings in docs/operating.md from shared/settings.py.

Usage: python tools/settings_table.py   (a test says when it is due)
"""

from dataclasses import fields
from pathlib import Path

from shared.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "operating.md"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->\n"


def table() -> str:
    """Every setting with its default and meaning, as a Markdown table."""
    rows = [
        (f"`DOJANG_{item.name.upper()}`", _cell(item.default), _text(item.metadata["meaning"]))
        for item in fields(Settings)
    ]
    head = [("variable", "default", "meaning"), ("---", "---", "---")]
    return "".join(f"| {' | '.join(row)} |\n" for row in [*head, *rows])


def with_table(page: str) -> str:
    """The page with the table as it is now."""
    before, rest = page.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


def _cell(default: object) -> str:
    return f"`{_text(str(default))}`" if default else ""


def _text(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
