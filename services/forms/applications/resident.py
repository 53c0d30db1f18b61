"""Resident registration numbers: nobody may write one anywhere.

The Personal Information Protection Act (article 24-2) forbids their processing
where no law asks for it, and no rule here does. Thirteen digits count that
begin with a date and go on with 1 to 8 (citizens and foreigners, born 1900 to
2099); numbers since October 2020 have no check digit, so none is asked for.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from flask_babel import lazy_gettext as _l

_NUMBER = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})([ ‐-―−－-]?)([1-8])(\d{6})(?!\d)")
SENTENCE = _l("This looks like a resident registration number, which nobody may collect here.")
REMEDY = _l("Take it out; nobody needs it for this.")


def found(text: str) -> bool:
    """Whether a text holds one, in digits of any script."""
    return any(_is_date(*one.groups()[:3]) for one in _NUMBER.finditer(_digits(text)))


def masked(text: str) -> str:
    """The text with `******-*******` in the place of each."""
    plain = _digits(text)
    for one in reversed(list(_NUMBER.finditer(plain))):
        if _is_date(*one.groups()[:3]):
            text = f"{text[: one.start()]}******-*******{text[one.end() :]}"
    return text


def _digits(text: str) -> str:
    """The same text, as long, with plain digits (full-width ones are read as such by people)."""
    return "".join(
        str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else char
        for char in text
    )


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        date(2000 + int(year), int(month), int(day))  # leap years of both centuries, but for 1900
    except ValueError:
        return False
    return True
