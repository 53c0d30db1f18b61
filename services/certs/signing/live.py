"""The signature of a running installation: today's key, the level that is asked for, and what is
wrong with either. A level is reached or the paper waits; it is never silently a lower one."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from services.certs.sign import Signer
from services.certs.signing import credentials, dss
from services.certs.signing.credentials import (
    AUTHORITY_FILE,
    KEY_FILE,
    LEAF_FILE,
    Credentials,
    must_be_valid,
)
from services.certs.signing.folder import SigningFolder
from services.certs.signing.level import B_B, B_LT, LEVELS, Reached, Trust, reached, signature_in
from services.certs.signing.revocation import Revocations
from services.certs.signing.stamps import StampAuthority
from shared.clock import Clock
from shared.errors import Permanent, TryLater

WARNING = timedelta(days=30)  # how long before its end an operator is told


@dataclass(frozen=True)
class Plan:
    """The level that every paper must have, and who helps to it."""

    level: str = B_B
    stamps: StampAuthority | None = None
    revocations: Revocations | None = None


@dataclass(frozen=True)
class Trouble:
    """What an operator must look at: `signing_unusable`, `signing_ends` or `list_ends`."""

    code: str
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.code} {self.at:%Y-%m-%d}" if self.at else self.code


class Signing:
    """Signs with the key that lies in the folder now: a rotation needs no restart."""

    def __init__(self, folder: SigningFolder, clock: Clock, plan: Plan) -> None:
        """Raises Permanent("no_signing_key")."""
        self.folder, self._clock, self._plan = folder, clock, plan
        self._lock = threading.Lock()
        self._seen = self._files()
        self._held = self._load()

    def signer(self) -> Signer:
        """Today's signer. Raises TryLater("signing_unusable"): the paper waits."""
        with self._lock:
            try:
                self._look_again()
            except Permanent as wrong:
                raise TryLater("signing_unusable", wrong.sentence) from wrong
            return self._held[0]

    def completed(self, pdf: bytes) -> bytes:
        """A signed file with what its level needs behind the signature. Raises TryLater."""
        if self._plan.level != B_LT or self._plan.revocations is None:
            return pdf
        stamped = self._read(pdf)
        return dss.extended(pdf, self._plan.revocations.evidence(stamped.chains))

    def judged(self, pdf: bytes) -> Reached:
        """What a finished file has reached, read from it.

        Raises TryLater("signature_level") if that is less than is asked for.
        """
        if self._plan.level == B_B and self._is_ours(pdf):
            return Reached(B_B)
        found = self._read(pdf)
        if LEVELS.index(found.level) < LEVELS.index(self._plan.level):
            raise TryLater("signature_level", f"it reached {found.level}, not {self._plan.level}")
        return found

    def signs_now(self) -> bool:
        """Whether there is a key that may sign now."""
        try:
            self.signer()
        except TryLater:
            return False
        return True

    def troubles(self) -> list[Trouble]:
        """What is wrong now, or will be within 30 days."""
        now = self._clock.now()
        if not self.signs_now():
            return [Trouble("signing_unusable")]
        first_end = min(one.not_valid_after_utc for one in self._held[1].chain)
        ends = [Trouble("signing_ends", first_end)]
        if listed := self.folder.revocation_list(now):
            until = x509.load_der_x509_crl(listed).next_update_utc
            ends.append(Trouble("list_ends", until))
        return [one for one in ends if one.at is not None and one.at - now < WARNING]

    def authorities(self) -> bytes:
        """The certificates to be trusted, as PEM."""
        return self.folder.authorities()

    def revocation_list(self, who: str) -> bytes | None:
        """The revocation list of one of this installation's authorities, as DER."""
        return self.folder.list_of(who, self._clock.now())

    def _is_ours(self, pdf: bytes) -> bool:
        """The quick way for B-B: today's signer finds its own signature over the whole file."""
        try:
            contents, digest, end = signature_in(pdf)
        except (Permanent, ValueError):
            return False
        return end == len(pdf) and self.signer().holds(contents, digest)

    def _read(self, pdf: bytes) -> Reached:
        stamps = self._plan.stamps
        trust = Trust(self.signer().authority, stamps.roots if stamps else ())
        try:
            return reached(pdf, trust, self._clock.now())
        except Permanent as wrong:
            raise TryLater("signature_level", wrong.sentence) from wrong

    def _look_again(self) -> None:
        """Load what was changed since; refuse what is no longer or not yet valid."""
        seen = self._files()
        if seen != self._seen:
            self._held = self._load()
            self._seen = seen
        must_be_valid(self._held[1], self._clock.now())

    def _load(self) -> tuple[Signer, Credentials]:
        found = credentials.read(self.folder.path)
        return Signer(found, self._plan.stamps), found

    def _files(self) -> tuple[tuple[int, int, int] | None, ...]:
        files = (KEY_FILE, LEAF_FILE, AUTHORITY_FILE)
        return tuple(_as_it_is(self.folder.path / name) for name in files)


def _as_it_is(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ino, found.st_size
