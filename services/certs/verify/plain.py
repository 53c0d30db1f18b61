"""Text without what readers of PDF disagree about."""

from __future__ import annotations

import re
import unicodedata

MASKS = "○●•*＊"  # what forms puts in place of a letter of a name


def plain(text: str) -> str:
    """Without spaces, invisible characters and compatibility forms (Unicode NFKC)."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if not c.isspace() and unicodedata.category(c) != "Cf")


def pattern(expected: str) -> str:
    """The expected text as a pattern: one mask for one letter."""
    return "".join("." if c in MASKS else re.escape(c) for c in plain(expected))


def same(expected: str, text: str) -> bool:
    """Whether a text says what is expected."""
    return re.fullmatch(pattern(expected), plain(text)) is not None
