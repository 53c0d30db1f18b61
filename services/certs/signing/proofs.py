"""One proof that one certificate was not taken back, checked: a list or an OCSP response."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from services.certs.signing.chains import said
from shared.errors import Permanent

WITHOUT_END = timedelta(hours=12)  # a response may name no next update; then it is fresh so long


@dataclass(frozen=True)
class Proof:
    """`data` (DER) proves from `since` until `until` that a certificate is good."""

    data: bytes
    is_list: bool
    since: datetime
    until: datetime

    @property
    def renewed_after(self) -> datetime:
        """When half of its time is over."""
        return self.since + (self.until - self.since) / 2


def proof_of_list(
    data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> Proof:
    """Raises Permanent("no_proof"), Permanent("certificate_revoked")."""
    try:
        found = x509.load_der_x509_crl(data)
        key = issuer.public_key()
        signed = isinstance(key, ec.EllipticCurvePublicKey | rsa.RSAPublicKey) and (
            found.is_signature_valid(key)
        )
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise _none("it is no revocation list") from wrong
    if found.issuer != certificate.issuer or not signed or not _issues_lists(issuer):
        raise _none("the list is not its issuer's")
    if not _covers(found, certificate):
        raise _none("the list is about other certificates")
    if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise _revoked(certificate)
    return _in_time(data, True, found.last_update_utc, found.next_update_utc, at)


def proof_of_response(
    data: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> Proof:
    """Raises Permanent("no_proof"), Permanent("certificate_revoked")."""
    try:
        found = ocsp.load_der_ocsp_response(data)
        if found.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise _none(f"the responder says {found.response_status.name}")
        _must_be_about(found, certificate, issuer)
        _must_be_signed(found, issuer, at)
        status = found.certificate_status
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise _none("it is no OCSP response") from wrong
    if status is ocsp.OCSPCertStatus.REVOKED:
        raise _revoked(certificate)
    if status is not ocsp.OCSPCertStatus.GOOD:
        raise _none("the responder does not know it")
    return _in_time(data, False, found.this_update_utc, found.next_update_utc, at)


def distribution_points(certificate: x509.Certificate) -> list[str]:
    """Where its revocation list is (RFC 5280, 4.2.1.13); http and https alone."""
    try:
        found = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    names = [name for point in found for name in point.full_name or ()]
    return [url for name in names if (url := _url(name))]


def responders(certificate: x509.Certificate) -> list[str]:
    """Where OCSP answers for it (RFC 5280, 4.2.2.1)."""
    kind = x509.AuthorityInformationAccess
    try:
        found = certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return []
    asked = AuthorityInformationAccessOID.OCSP
    names = [one.access_location for one in found if one.access_method == asked]
    return [url for name in names if (url := _url(name))]


def _url(name: x509.GeneralName) -> str:
    value = name.value if isinstance(name, x509.UniformResourceIdentifier) else ""
    return value if value.startswith(("http://", "https://")) else ""


def _in_time(
    data: bytes, is_list: bool, since: datetime, until: datetime | None, at: datetime
) -> Proof:
    end = until or since + WITHOUT_END
    if not since - timedelta(minutes=5) <= at <= end:
        raise _none(f"it was good from {since} to {end}")
    return Proof(data, is_list, since, end)


def _issues_lists(issuer: x509.Certificate) -> bool:
    try:
        return issuer.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign
    except x509.ExtensionNotFound:
        return True


def _covers(found: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether a list speaks of all reasons and of this certificate (RFC 5280, 5.2.5)."""
    for extension in found.extensions:
        limits = extension.value
        if isinstance(limits, x509.IssuingDistributionPoint):
            if limits.indirect_crl or limits.only_some_reasons:
                return False
            if limits.only_contains_attribute_certs:
                return False
            if limits.only_contains_ca_certs and not _is_authority(certificate):
                return False
            if limits.only_contains_user_certs and _is_authority(certificate):
                return False
            names = [url for name in limits.full_name or () if (url := _url(name))]
            if names and not set(names) & set(distribution_points(certificate)):
                return False
        elif isinstance(limits, x509.DeltaCRLIndicator) or (
            extension.critical and isinstance(limits, x509.UnrecognizedExtension)
        ):
            return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _must_be_about(
    found: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> None:
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, found.hash_algorithm)
    asked = builder.build()
    mine = (asked.serial_number, asked.issuer_name_hash, asked.issuer_key_hash)
    if mine != (found.serial_number, found.issuer_name_hash, found.issuer_key_hash):
        raise _none("the response is about another certificate")


def _must_be_signed(found: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> None:
    """By the issuer, or by whom the issuer has appointed for good (RFC 6960, 4.2.2.2)."""
    appointed = [one for one in found.certificates if _may_respond(one, issuer, at)]
    for signer in (issuer, *appointed):
        key, used = signer.public_key(), found.signature_hash_algorithm
        if used is None or isinstance(used, hashes.SHA1):
            continue
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(found.signature, found.tbs_response_bytes, padding.PKCS1v15(), used)
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(found.signature, found.tbs_response_bytes, ec.ECDSA(used))
            else:
                continue
        except InvalidSignature:
            continue
        return
    raise _none("the response is signed by nobody who may")


def _may_respond(one: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
    """With `ocsp-nocheck`: else the responder's own certificate would need a proof again."""
    try:
        one.verify_directly_issued_by(issuer)
        usage = one.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        one.extensions.get_extension_for_class(x509.OCSPNoCheck)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    in_time = one.not_valid_before_utc <= at <= one.not_valid_after_utc
    return in_time and ExtendedKeyUsageOID.OCSP_SIGNING in usage


def _none(why: str) -> Permanent:
    return Permanent("no_proof", why)


def _revoked(certificate: x509.Certificate) -> Permanent:
    return Permanent("certificate_revoked", f"{said(certificate)} was taken back")
