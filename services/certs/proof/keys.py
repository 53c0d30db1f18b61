"""The keys that sign the facts in QR codes: P-256, the newest signs, all stay published.

They lie in `<keys>/qr.pem`, or come in `DOJANG_KEY_QR`: PEM blocks (RFC 7468)
newest first, each under lines that say since and until when it signs. The
first is a private key; of the earlier ones the public half alone is kept,
since nothing is ever signed with them again. Verifiers find all of them at
`/verify/keys` as a JWK set (RFC 7517).
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.errors import Permanent

FILE, VARIABLE = "qr.pem", "DOJANG_KEY_QR"
KEY_ID_BYTES = 2
_BLOCK = re.compile(
    r"(.*?)(-----BEGIN (PRIVATE|PUBLIC) KEY-----.*?-----END \3 KEY-----)", re.DOTALL
)
_LINE = re.compile(r"^(from|until|leaked): *(\S+) *$", re.M)
_NAMES = {"from": "since", "until": "until", "leaked": "leaked"}
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Published:
    """A public key and when it signed; `leaked`: since then its signatures say nothing."""

    key: ec.EllipticCurvePublicKey
    since: datetime | None = None
    until: datetime | None = None
    leaked: datetime | None = None

    @property
    def jwk(self) -> dict[str, Any]:
        """What is needed to check a signature (RFC 7518, 6.2.1)."""
        numbers = self.key.public_numbers()
        return {"crv": "P-256", "kty": "EC", "x": _text(numbers.x), "y": _text(numbers.y)}

    @cached_property
    def key_id(self) -> bytes:
        """Two bytes of the key's thumbprint (RFC 7638)."""
        return hashlib.sha256(rfc8785.dumps(self.jwk)).digest()[:KEY_ID_BYTES]

    @property
    def member(self) -> dict[str, Any]:
        """Its entry in the set; `from`, `until` and `revoked` are members of our own."""
        said = {"from": _instant(self.since), "until": _instant(self.until)}
        ended = {"revoked": _instant(self.leaked)} if self.leaked else {}
        return {**self.jwk, "kid": self.key_id.hex(), "use": "sig", "alg": "ES256", **said, **ended}


@dataclass(frozen=True)
class QrKeys:
    """The key that signs now, kept loaded, and all that are published, the newest first."""

    private: ec.EllipticCurvePrivateKey
    published: Sequence[Published]

    @property
    def key_id(self) -> bytes:
        """The id of the key that signs."""
        return self.published[0].key_id

    @property
    def key_set(self) -> dict[str, Any]:
        """All of them as a JWK set."""
        return {"keys": [one.member for one in self.published]}


def read(pem: str) -> QrKeys:
    """The keys of a text. Raises Permanent("bad_qr_key") with a sentence."""
    blocks = _BLOCK.findall(pem)
    if not blocks or blocks[0][2] != "PRIVATE":
        raise Permanent("bad_qr_key", f"{FILE} (or {VARIABLE}) does not begin with a private key.")
    private = _loaded(blocks[0][1])
    published = [Published(_public(_loaded(block)), **_times(lines)) for lines, block, _ in blocks]
    if not isinstance(private, ec.EllipticCurvePrivateKey):  # what a PRIVATE KEY block is
        raise Permanent("bad_qr_key", f"The first key of {FILE} is not a private one.")
    if len({one.key_id for one in published}) != len(published):
        raise Permanent("bad_qr_key", f"Two keys of {FILE} have the same id; each needs its own.")
    return QrKeys(private, published)


def write(keys: QrKeys) -> str:
    """The text that `read` reads."""
    secret = keys.private.private_bytes(
        _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    blocks = [secret, *(one.key.public_bytes(_PEM, form) for one in keys.published[1:])]
    return "".join(
        _lines(one) + block.decode() for one, block in zip(keys.published, blocks, strict=True)
    )


def made(now: datetime, earlier: Sequence[Published] = ()) -> QrKeys:
    """A new key that signs from now on, above those that signed before."""
    taken = {one.key_id for one in earlier}
    while True:
        private = ec.generate_private_key(ec.SECP256R1())
        newest = Published(private.public_key(), since=now)
        if newest.key_id not in taken:
            return QrKeys(private, [newest, *earlier])


def rotated(keys: QrKeys, now: datetime, *, leaked: bool = False) -> QrKeys:
    """A new key signs; the one until now is only published. `leaked`: as no longer trusted."""
    last = replace(keys.published[0], until=now, leaked=now if leaked else None)
    return made(now, [last, *keys.published[1:]])


class Safe:
    """Keeps the keys loaded; a file that was changed meanwhile (a rotation) is read again."""

    def __init__(self, path: Path, given: str = "") -> None:
        """The keys `given`, else those of a file. Raises Permanent("key_missing")."""
        self._path, self._given = path, given
        self._read_at, self._keys = self._mark(), read(_lines_of(given) or self._text())

    def keys(self) -> QrKeys:
        """The keys as they are now."""
        mark = self._mark()
        if mark != self._read_at:
            self._read_at, self._keys = mark, read(self._text())
        return self._keys

    def _mark(self) -> tuple[int, int]:
        if self._given:
            return 0, 0
        try:
            found = self._path.stat()
        except OSError as error:
            raise _missing(self._path) from error
        return found.st_mtime_ns, found.st_ino

    def _text(self) -> str:
        return self._path.read_text("ascii")


def make_missing(folder: Path, now: datetime) -> list[Path]:
    """Make the file where it is not there; gives what was made. Of several the first one wins."""
    path = folder / FILE
    if path.exists():
        return []
    temporary = _put_beside(path, write(made(now)))
    try:
        os.link(temporary, path)
    except FileExistsError:
        return []
    finally:
        temporary.unlink()
    return [path]


def rotate(folder: Path, now: datetime, *, leaked: bool = False) -> str:
    """Sign with a new key from now on, in every process; gives its id.

    The private half of the key until now is gone afterwards. Raises Permanent("key_missing").
    """
    path = folder / FILE
    keys = rotated(Safe(path).keys(), now, leaked=leaked)
    _put_beside(path, write(keys)).replace(path)
    return keys.key_id.hex()


def _put_beside(path: Path, text: str) -> Path:
    """The text in a new file of the owner alone, on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return temporary


def _lines_of(given: str) -> str:
    """The text of an environment variable, which may have to be one line."""
    return given.replace("\\n", "\n")


def _loaded(block: str) -> ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey:
    try:
        if "PRIVATE" in block[:30]:
            key: object = serialization.load_pem_private_key(block.encode(), None)
        else:
            key = serialization.load_pem_public_key(block.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Permanent("bad_qr_key", f"A key of {FILE} (or {VARIABLE}) cannot be read.") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey) or not (
        isinstance(key.curve, ec.SECP256R1)
    ):
        raise Permanent("bad_qr_key", f"A key of {FILE} (or {VARIABLE}) is not of the curve P-256.")
    return key


def _public(
    key: ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey,
) -> ec.EllipticCurvePublicKey:
    return key.public_key() if isinstance(key, ec.EllipticCurvePrivateKey) else key


def _times(lines: str) -> dict[str, datetime]:
    try:
        found = {name: datetime.fromisoformat(said) for name, said in _LINE.findall(lines)}
    except ValueError as error:
        raise Permanent("bad_qr_key", f"A time in {FILE} is no instant (ISO 8601).") from error
    if any(at.tzinfo is None for at in found.values()):
        raise Permanent("bad_qr_key", f"A time in {FILE} has no zone.")
    return {_NAMES[name]: at for name, at in found.items()}


def _lines(one: Published) -> str:
    said = {"kid": one.key_id.hex(), "from": one.since, "until": one.until, "leaked": one.leaked}
    return "".join(
        f"{name}: {_instant(value) if isinstance(value, datetime) else value}\n"
        for name, value in said.items()
        if value
    )


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="seconds") if at else None


def _text(coordinate: int) -> str:
    return base64.urlsafe_b64encode(coordinate.to_bytes(32, "big")).decode().rstrip("=")


def _missing(path: Path) -> Permanent:
    return Permanent(
        "key_missing", f"The key 'qr' is missing: `dojang keys` makes {path}; or set {VARIABLE}."
    )
