"""The way from a certificate up to one that is trusted (RFC 5280, 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from shared.errors import Permanent

Certificates = tuple[x509.Certificate, ...]


def chain(
    leaf: x509.Certificate,
    others: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    at: datetime,
    *,
    stamps: bool = False,
) -> Certificates:
    """From `leaf` to one of `roots`, by way of `others`, all valid at `at`.

    `stamps`: the leaf must be one that may do nothing but stamp time (RFC 3161, 2.3).
    Raises Permanent("bad_chain").
    """
    # Web PKI's rules for authorities, but an authority may be limited to what it is for.
    above = ExtensionPolicy.webpki_defaults_ca().may_be_present(
        x509.ExtendedKeyUsage, Criticality.AGNOSTIC, None
    )
    below = ExtensionPolicy.permit_all()
    if stamps:
        below = below.require_present(x509.ExtendedKeyUsage, Criticality.CRITICAL, _only_stamps)
    policy = PolicyBuilder().store(Store(list(roots))).time(at)
    policy = policy.extension_policies(ca_policy=above, ee_policy=below)
    try:
        return tuple(policy.build_client_verifier().verify(leaf, list(others)).chain)
    except VerificationError as wrong:
        raise Permanent("bad_chain", f"{said(leaf)} leads to no trusted root: {wrong}") from wrong


def may_only_stamp(certificate: x509.Certificate) -> bool:
    """Whether this is the certificate of a time-stamp authority (RFC 3161, 2.3)."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except (x509.ExtensionNotFound, ValueError):
        return False
    return usage.critical and list(usage.value) == [ExtendedKeyUsageOID.TIME_STAMPING]


def read_certificates(path: Path) -> Certificates:
    """All certificates of a PEM file. Raises OSError, ValueError."""
    return tuple(x509.load_pem_x509_certificates(path.read_bytes()))


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def said(certificate: x509.Certificate) -> str:
    """A certificate as a log names it: its serial number, never whom it names."""
    return f"certificate {certificate.serial_number:x}"


def _only_stamps(policy: Any, certificate: x509.Certificate, usage: Any) -> None:
    if not may_only_stamp(certificate):
        raise ValueError("it may not stamp time, or may do other things too")
