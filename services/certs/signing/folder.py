"""The folder of the signing key: what makes it, changes its key, and takes a certificate back.

Files are replaced one by one, each whole, so that a worker beside a rotation reads the old key, the
new one, or a pair that does not fit and is read again (`credentials.read`).
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from services.certs.signing.authority import (
    AUTHORITY_KEY_FILE,
    LIST_DAYS,
    LIST_FILE,
    Authority,
    identity,
    new_key,
    private,
    put,
)
from services.certs.signing.chains import said
from services.certs.signing.credentials import AUTHORITY_FILE, KEY_FILE, LEAF_FILE, read
from shared.errors import Permanent

FORMER = "former"  # certificates (never keys) of what signed before
OWNER_ALONE = 0o600


@dataclass(frozen=True)
class SigningFolder:
    """`<keys>/pdf` of an installation. `address`: its base URL, for revocation lists."""

    path: Path
    name: str
    address: str = ""

    def make(self, now: datetime, algorithm: str = "p256") -> bool:
        """A new authority and a key that it vouches for, unless there is a key; True if made."""
        with self._alone():
            if (self.path / KEY_FILE).exists():
                return False
            self._install(Authority.make(self.name, now), now, algorithm, founding=True)
            return True

    def rotate(
        self,
        now: datetime,
        algorithm: str = "p256",
        *,
        authority_key: Path | None = None,
        new_authority: bool = False,
        leaked: bool = False,
    ) -> x509.Certificate:
        """Sign with a new key from now on, under the same authority or a new one.

        The key before is gone after it, its certificate is kept among the former ones; `leaked`
        takes it back. Raises Permanent("no_signing_key" | "no_authority_key").
        """
        with self._alone():
            before, *_ = self._certificates(LEAF_FILE)
            if leaked:
                self._take_back(before, now, authority_key)
            if new_authority:
                self._retire_authority(now, authority_key)
                authority = Authority.make(self.name, now)
            else:
                authority = Authority.open(self.path, authority_key)
            self._keep(f"{before.serial_number:x}", before)
            return self._install(authority, now, algorithm, founding=new_authority)

    def renew_list(self, now: datetime, authority_key: Path | None = None) -> None:
        """Sign the revocation list anew. Raises Permanent("no_authority_key")."""
        with self._alone():
            authority = Authority.open(self.path, authority_key)
            self._publish(authority, self._revoked(), now)

    def revocation_list(self, now: datetime) -> bytes | None:
        """The list as DER, renewed if it is time and the authority's key is here."""
        path = self.path / LIST_FILE
        if not path.exists():
            return None
        found = x509.load_der_x509_crl(path.read_bytes())
        half = timedelta(days=LIST_DAYS / 2)
        end = found.next_update_utc
        due = end is None or now > end - half
        if due and (self.path / AUTHORITY_KEY_FILE).exists():
            with suppress(OSError):  # a folder that this process may only read
                self.renew_list(now)
        return path.read_bytes()

    def list_of(self, who: str, now: datetime) -> bytes | None:
        """The list of the authority of that identity, today's or a former one."""
        today = x509.load_pem_x509_certificate((self.path / AUTHORITY_FILE).read_bytes())
        if who == identity(today):
            return self.revocation_list(now)
        path = self.path / FORMER / f"authority-{who}.crl"
        return path.read_bytes() if who.isalnum() and path.exists() else None

    def list_by(self, issuer: x509.Certificate, now: datetime) -> bytes | None:
        """The list, if `issuer` is this installation's authority and has one."""
        data = self.revocation_list(now)
        if data is None or x509.load_der_x509_crl(data).issuer != issuer.subject:
            return None
        return data

    def authorities(self) -> bytes:
        """The certificates to be trusted, as PEM: today's authority, then the former ones."""
        former = sorted((self.path / FORMER).glob("authority-*.crt.pem"))
        return b"".join(
            b"".join(one.public_bytes(Encoding.PEM) for one in _loaded(path))
            for path in (self.path / AUTHORITY_FILE, *former)
        )

    def told(self) -> list[str]:
        """What an operator reads of the folder: what signs, under whom, and what is taken back."""
        found = read(self.path)
        listed = self.path / LIST_FILE
        lines = [_told("signs", found.leaf), _told("authority", found.authority)]
        if listed.exists():
            until = x509.load_der_x509_crl(listed.read_bytes()).next_update_utc
            lines.append(f"revocation list, good until {until:%Y-%m-%d}")
        lines += [f"revoked {one.serial_number:x}" for one in self._revoked()]
        return lines

    def _install(
        self, authority: Authority, now: datetime, algorithm: str, *, founding: bool
    ) -> x509.Certificate:
        """Certificates first, the key last and for the owner alone: half a key is none."""
        key, pem = new_key(algorithm), Encoding.PEM
        leaf = authority.vouch(self.name, key.public_key(), now, self._list_at(authority))
        if founding:
            put(self.path / AUTHORITY_KEY_FILE, private(authority.key), OWNER_ALONE)
            put(self.path / AUTHORITY_FILE, authority.certificate.public_bytes(pem))
            self._publish(authority, (), now)
        put(self.path / LEAF_FILE, leaf.public_bytes(pem))
        put(self.path / KEY_FILE, private(key), OWNER_ALONE)
        return leaf

    def _list_at(self, authority: Authority) -> str:
        if not self.address:
            return ""
        who = identity(authority.certificate)
        return f"{self.address.rstrip('/')}/verify/ca/{who}.crl"

    def _publish(
        self, authority: Authority, revoked: Iterable[x509.RevokedCertificate], now: datetime
    ) -> None:
        until = now + timedelta(days=LIST_DAYS)
        put(self.path / LIST_FILE, authority.revocation_list(revoked, now, until))

    def _take_back(
        self, certificate: x509.Certificate, now: datetime, authority_key: Path | None
    ) -> None:
        """Put a certificate of this authority on its list. Raises Permanent("no_authority_key")."""
        authority = Authority.open(self.path, authority_key)
        serial = certificate.serial_number
        others = [one for one in self._revoked() if one.serial_number != serial]
        taken = x509.RevokedCertificateBuilder(serial, now).build()
        self._publish(authority, [*others, taken], now)

    def _retire_authority(self, now: datetime, authority_key: Path | None) -> None:
        """Keep the certificate of an authority that is given up, and its last list.

        Where its key is lost, which may be why it is given up, the list stays as it is.
        """
        before, *_ = self._certificates(AUTHORITY_FILE)
        kept = f"authority-{identity(before)}"
        self._keep(kept, before)
        listed = self.path / LIST_FILE
        last = listed.read_bytes() if listed.exists() else None
        with suppress(Permanent):
            authority = Authority.open(self.path, authority_key)
            last = authority.revocation_list(self._revoked(), now, before.not_valid_after_utc)
        if last is not None:
            put(self.path / FORMER / f"{kept}.crl", last)

    def _keep(self, name: str, certificate: x509.Certificate) -> None:
        data = certificate.public_bytes(Encoding.PEM)
        put(self.path / FORMER / f"{name}.crt.pem", data)

    def _certificates(self, name: str) -> list[x509.Certificate]:
        """Of a file that may be half of a rotation that was cut short."""
        try:
            return _loaded(self.path / name)
        except (OSError, ValueError) as wrong:
            raise Permanent("no_signing_key", f"no certificate in {self.path / name}") from wrong

    def _revoked(self) -> list[x509.RevokedCertificate]:
        path = self.path / LIST_FILE
        return list(x509.load_der_x509_crl(path.read_bytes())) if path.exists() else []

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One change at a time, whichever process makes it."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self.path / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _loaded(path: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(path.read_bytes())


def _told(role: str, certificate: x509.Certificate) -> str:
    until = certificate.not_valid_after_utc
    print_of = certificate.fingerprint(hashes.SHA256()).hex(":")
    return f"{role}: {said(certificate)}, valid until {until:%Y-%m-%d}, SHA-256 {print_of}"
