"""The secrets of an installation, each with its own purpose and key id.

A secret is taken from `DOJANG_KEY_<NAME>` (at least 32 characters) or from the
file `<keys>/<name>.key`. On the embedded default and in a trial a missing one
is generated; in production it is refused. A file may hold several lines,
newest first: the first one signs, all are accepted, so that a key can be
changed without breaking what was signed before.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.errors import Permanent
from shared.settings import Settings

NAMES = ("session", "link", "codes", "service", "capability", "totp")
GIVEN = ("qr",)  # PEM, read and made by certs (services/certs/proof/keys.py)
LEAST_CHARACTERS = 32


@dataclass(frozen=True)
class Key:
    """One secret: a public 8-digit id and the bytes."""

    key_id: str
    secret: bytes

    def mac(self, *parts: bytes) -> bytes:
        """HMAC-SHA-256 over the parts, each with its length before it."""
        framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.new(self.secret, framed, hashlib.sha256).digest()


class Keyring:
    """All secrets by name; for each the one that signs and those still accepted."""

    def __init__(
        self, keys: Mapping[str, tuple[Key, ...]], given: Mapping[str, str] | None = None
    ) -> None:
        self._keys, self._given = keys, given or {}

    @classmethod
    def open(cls, settings: Settings, environ: Mapping[str, str]) -> Keyring:
        """Read (or outside production make) every secret. Raises Permanent("key_missing")."""
        folder = settings.folder("keys")
        given = {name: environ.get(f"DOJANG_KEY_{name.upper()}", "") for name in GIVEN}
        return cls({name: _read(name, folder, settings, environ) for name in NAMES}, given)

    def current(self, name: str) -> Key:
        """The key that signs now."""
        return self._keys[name][0]

    def given(self, name: str) -> str:
        """The text of `DOJANG_KEY_<NAME>` for a key that is no secret line (`GIVEN`), or ""."""
        return self._given.get(name, "")

    def by_id(self, name: str, key_id: str) -> Key | None:
        """The key of that id, if it is still accepted."""
        return next((key for key in self._keys[name] if key.key_id == key_id), None)

    def accepted(self, name: str) -> tuple[Key, ...]:
        """All keys still accepted, the signing one first."""
        return self._keys[name]


def make_missing(folder: Path) -> list[Path]:
    """Make every key that is not yet in `folder`; gives the files made."""
    missing = [path for path in (folder / f"{name}.key" for name in NAMES) if not path.exists()]
    for path in missing:
        _make(path)
    return missing


def _read(
    name: str, folder: Path, settings: Settings, environ: Mapping[str, str]
) -> tuple[Key, ...]:
    given = environ.get(f"DOJANG_KEY_{name.upper()}", "")
    path = folder / f"{name}.key"
    if not given and not path.exists():
        if settings.production:
            raise Permanent(
                "key_missing",
                f"The key {name!r} is missing: `dojang keys` makes {path}; "
                f"or set DOJANG_KEY_{name.upper()}.",
            )
        _make(path)
    lines = (given or path.read_text("ascii")).split()
    if not lines or any(len(line) < LEAST_CHARACTERS for line in lines):
        raise Permanent(
            "key_weak", f"The key {name!r} needs at least {LEAST_CHARACTERS} random characters."
        )
    return tuple(
        Key(hashlib.sha256(b"id:" + line.encode()).hexdigest()[:8], line.encode()) for line in lines
    )


def _make(path: Path) -> None:
    """A new random secret, written for the owner alone; the first writer of several wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(secrets.token_urlsafe(48) + "\n")
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
