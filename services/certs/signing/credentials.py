"""The key that signs and the certificates that vouch for it, refused when they will not do.

A folder holds `signing.key.pem`, `signing.crt.pem` (the leaf, then intermediates if any) and
`authority.crt.pem` (the root). They are the installation's own, or those of a public authority.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier

from services.certs.signing.chains import Certificates, chain, read_certificates, said
from shared.errors import Permanent

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
KEY_FILE, LEAF_FILE, AUTHORITY_FILE = "signing.key.pem", "signing.crt.pem", "authority.crt.pem"
RSA_BITS_LEAST = 2048
READS, BETWEEN_READS_S = 10, 0.05  # a rotation replaces two files, one after the other

# What an extended key usage must allow, if there is one at all.
SIGNING_USAGES = (
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ObjectIdentifier("1.3.6.1.5.5.7.3.36"),  # id-kp-documentSigning, RFC 9336
    ObjectIdentifier("1.3.6.1.4.1.311.10.3.12"),  # Microsoft's document signing
    ObjectIdentifier("1.2.840.113583.1.1.5"),  # Adobe's authentic documents
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CLIENT_AUTH,  # of people's certificates, which viewers accept
)


@dataclass(frozen=True)
class Credentials:
    """A key, its certificate, and what lies between that and its root (`authority`)."""

    key: Key
    leaf: x509.Certificate
    intermediates: Certificates
    authority: x509.Certificate

    @property
    def chain(self) -> Certificates:
        """From the leaf to the root."""
        ends = () if self.leaf == self.authority else (self.authority,)
        return (self.leaf, *self.intermediates, *ends)


def read(folder: Path) -> Credentials:
    """The credentials of a folder, checked but for today's date (`must_be_valid`).

    Raises `Permanent("no_signing_key")`.
    """
    for _ in range(READS - 1):
        try:
            return _read(folder)
        except _Apart:
            time.sleep(BETWEEN_READS_S)
    return _read(folder)


def must_be_valid(credentials: Credentials, now: datetime) -> None:
    """Refuse what has ended or not begun at `now`. Raises `Permanent("no_signing_key")`."""
    for certificate in credentials.chain:
        if now >= certificate.not_valid_after_utc:
            raise _wrong(f"{said(certificate)} ended at {certificate.not_valid_after_utc}")
        if now < certificate.not_valid_before_utc:
            raise _wrong(f"{said(certificate)} begins at {certificate.not_valid_before_utc}")


class _Apart(Permanent):
    """Files that do not fit: perhaps one of them is being replaced right now."""


def _read(folder: Path) -> Credentials:
    try:
        key = serialization.load_pem_private_key((folder / KEY_FILE).read_bytes(), None)
        leaf, *between = read_certificates(folder / LEAF_FILE)
        authority, *_ = read_certificates(folder / AUTHORITY_FILE)
    except (OSError, ValueError, TypeError) as wrong:  # TypeError: the key has a password
        raise _wrong(f"no usable signing key in {folder}") from wrong
    _must_be_strong(key)
    if not isinstance(key, Key):
        raise _wrong("the signing key is neither RSA nor P-256")
    if leaf.public_key() != key.public_key():
        raise _Apart("no_signing_key", "key and certificate do not belong together")
    _must_sign(leaf)
    found = Credentials(key, leaf, tuple(one for one in between if one != authority), authority)
    _must_lead_up(found)
    return found


def _must_lead_up(found: Credentials) -> None:
    """Refuse a leaf that its intermediates do not lead from to the root, whatever the date."""
    all_begun = max(one.not_valid_before_utc for one in found.chain)
    try:
        chain(found.leaf, found.intermediates, [found.authority], all_begun)
    except Permanent as broken:
        raise _Apart("no_signing_key", broken.sentence) from broken


def _must_be_strong(key: object) -> None:
    if isinstance(key, rsa.RSAPrivateKey):
        if key.key_size < RSA_BITS_LEAST:
            raise _wrong(
                f"an RSA key of {key.key_size} bits is too short: {RSA_BITS_LEAST} or more"
            )
    elif not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
        raise _wrong("the signing key is neither RSA nor P-256")


def _must_sign(leaf: x509.Certificate) -> None:
    """Refuse a certificate that is not for signing documents (RFC 5280, 4.2.1.3 and 4.2.1.12)."""
    for extension in leaf.extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            raise _wrong("the signing certificate is that of an authority")
        if isinstance(value, x509.KeyUsage) and not (
            value.digital_signature or value.content_commitment
        ):
            raise _wrong("the key usage of the signing certificate does not allow signing")
        if isinstance(value, x509.ExtendedKeyUsage) and not set(value) & set(SIGNING_USAGES):
            raise _wrong("the extended key usage of the certificate does not allow documents")


def _wrong(why: str) -> Permanent:
    return Permanent("no_signing_key", why)
