"""The installation's own authority: it vouches for the key that signs, and says what it takes back.

Its key (`authority.key.pem`) is needed to rotate and to sign revocation lists, not to sign
documents: an operator may keep it elsewhere.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from services.certs.signing.credentials import AUTHORITY_FILE, Key
from shared.errors import Permanent

AUTHORITY_KEY_FILE, LIST_FILE = "authority.key.pem", "authority.crl"
AUTHORITY_YEARS, LEAF_YEARS = 20, 10
LIST_DAYS = 90  # how long a revocation list is good for; it is made anew after half of that
ALGORITHMS = ("p256", "rsa2048", "rsa3072")


@dataclass(frozen=True)
class Authority:
    """A key that issues, and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def make(cls, name: str, now: datetime) -> Authority:
        """A new authority of the university `name`."""
        key = ec.generate_private_key(ec.SECP256R1())
        own = _named(name, f"{_cut(name, 50)} CA {now:%Y-%m-%d}")  # no two of one name
        end = now + timedelta(days=365 * AUTHORITY_YEARS)
        certificate = (
            _certificate(own, own, key.public_key(), now, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(issues=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        return cls(key, certificate)

    @classmethod
    def open(cls, folder: Path, key_file: Path | None = None) -> Authority:
        """The authority of a folder; its key may lie elsewhere.

        Raises Permanent("no_authority_key").
        """
        path = key_file or folder / AUTHORITY_KEY_FILE
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), None)
            certificate = x509.load_pem_x509_certificate((folder / AUTHORITY_FILE).read_bytes())
        except (OSError, ValueError, TypeError) as wrong:
            raise _no_key(f"the key of the authority is not in {path}") from wrong
        if not isinstance(key, ec.EllipticCurvePrivateKey) or (
            key.public_key() != certificate.public_key()
        ):
            raise _no_key(f"{path} is not the key of this installation's authority")
        return cls(key, certificate)

    def vouch(
        self, name: str, key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey, now: datetime, at: str
    ) -> x509.Certificate:
        """A certificate for a key that signs documents; `at`: where the revocation list is."""
        end = now + timedelta(days=365 * LEAF_YEARS)
        end = min(end, self.certificate.not_valid_after_utc)
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = (
            _certificate(_named(name, name), self.certificate.subject, key, now, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(issues=False), critical=True)
            .add_extension(above, critical=False)
        )
        if at:
            where = x509.DistributionPoint([x509.UniformResourceIdentifier(at)], None, None, None)
            made = made.add_extension(x509.CRLDistributionPoints([where]), critical=False)
        return made.sign(self.key, hashes.SHA256())

    def revocation_list(
        self, revoked: Iterable[x509.RevokedCertificate], now: datetime, until: datetime
    ) -> bytes:
        """The list (RFC 5280, 5) as DER; its number grows with time."""
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now)
            .next_update(until)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
            .add_extension(above, critical=False)
        )
        for one in revoked:
            made = made.add_revoked_certificate(one)
        signed = made.sign(self.key, hashes.SHA256())
        return signed.public_bytes(serialization.Encoding.DER)


def new_key(algorithm: str) -> Key:
    """A new key: p256, rsa2048 or rsa3072."""
    if algorithm == "p256":
        return ec.generate_private_key(ec.SECP256R1())
    if algorithm in ALGORITHMS:
        return rsa.generate_private_key(65537, int(algorithm.removeprefix("rsa")))
    raise Permanent("no_signing_key", f"no such algorithm: {algorithm}")


def identity(certificate: x509.Certificate) -> str:
    """What an authority is called in addresses and file names: 16 digits of its fingerprint."""
    return certificate.fingerprint(hashes.SHA256()).hex()[:16]


def put(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Write a file whole or not at all, in the place of the one that is there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def private(key: Key) -> bytes:
    """A key as PEM, for a file of the owner alone."""
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _named(organization: str, name: str) -> x509.Name:
    """A distinguished name; X.520 gives each part of it 64 characters (here: bytes)."""
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _cut(organization)),
            x509.NameAttribute(NameOID.COMMON_NAME, _cut(name)),
        ]
    )


def _cut(text: str, most: int = 64) -> str:
    """The beginning of a text: no more bytes of UTF-8 than that, no half character."""
    return text.encode()[:most].decode("utf-8", "ignore")


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, issues: bool) -> x509.KeyUsage:
    """What a key may do: an authority issues, a leaf signs documents (and cannot deny it)."""
    return x509.KeyUsage(
        digital_signature=not issues,
        content_commitment=not issues,
        key_cert_sign=issues,
        crl_sign=issues,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _no_key(why: str) -> Permanent:
    return Permanent("no_authority_key", why)
