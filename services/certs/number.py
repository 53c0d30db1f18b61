"""Document numbers: drawn at random, told apart from mistyped ones, read forgivingly.

A number is 80 random bits as 16 characters of Crockford's base 32 and his
check symbol (modulo 37), in groups of four: `4WZN-8C0P-TE6J-YA1G-6`. Numbers
whose check symbol would be one of `*~$=U` are drawn again: those read badly on
paper, and a U like a V.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = DIGITS + "*~$=U"
BITS = 80
LENGTH = 16
LONGEST_TYPED = 80  # characters of input looked at; more is no number
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = re.compile(r"[\s\-\u2010-\u2015\u2212\u00ad\u200b]+")
_IN_TEXT = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Za-z]{4}(?:[ \u00a0]?[-\u2010-\u2015][ \u00a0]?[0-9A-Za-z]{4}){3}"
    r"[ \u00a0]?[-\u2010-\u2015][ \u00a0]?[0-9A-Za-z](?![0-9A-Za-z])"
)


def draw(random_bits: Callable[[int], int] = secrets.randbits) -> str:
    """A new number, from `random_bits(80)` (a cryptographic source)."""
    while True:
        value = random_bits(BITS)
        if CHECKS[value % 37] in DIGITS:
            return write(value)


def write(value: int) -> str:
    """The number of 80 bits, in groups of four."""
    digits = "".join(DIGITS[value >> shift & 31] for shift in range(BITS - 5, -5, -5))
    whole = digits + CHECKS[value % 37]
    return "-".join(whole[start : start + 4] for start in range(0, LENGTH + 1, 4))


def bits(number: str) -> bytes:
    """The ten bytes of a number in its one spelling."""
    value = 0
    for character in number.replace("-", "")[:LENGTH]:
        value = value << 5 | DIGITS.index(character)
    return value.to_bytes(BITS // 8, "big")


def read(typed: str) -> str | None:
    """The number that somebody typed, in its one spelling; None if it is mistyped.

    Case, spaces and hyphens do not matter; O is 0, I and L are 1.
    """
    if len(typed) > LONGEST_TYPED:
        return None
    plain = _without_what_does_not_matter(typed)
    if len(plain) != LENGTH + 1 or any(c not in DIGITS for c in plain[:LENGTH]):
        return None
    value = 0
    for character in plain[:LENGTH]:
        value = value << 5 | DIGITS.index(character)
    return write(value) if CHECKS[value % 37] == plain[LENGTH] else None


def count(typed: str) -> int:
    """How many characters of a number somebody typed, spaces and hyphens apart."""
    return len(_without_what_does_not_matter(typed))


def find_all(text: str, most: int = 5) -> list[str]:
    """The well-formed numbers standing in a text, at most `most`, each once."""
    found: dict[str, None] = {}
    for match in _IN_TEXT.finditer(text):
        number = read(match.group())
        if number:
            found[number] = None
        if len(found) == most:
            break
    return list(found)


def _without_what_does_not_matter(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED])
    return _IGNORED.sub("", plain).upper().translate(_ALIKE)
