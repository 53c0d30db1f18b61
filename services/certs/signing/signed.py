"""Checking a CMS signature (RFC 5652, 5.6): of papers and of time stamps."""

from __future__ import annotations

import hashlib
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from services.certs.signing.chains import Certificates
from shared.errors import Permanent

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}


def certificates(content: Any) -> Certificates:
    """The certificates that a SignedData carries."""
    return tuple(
        x509.load_der_x509_certificate(choice.chosen.dump())
        for choice in content["certificates"]
        if choice.name == "certificate"
    )


def signer_of(signer: Any, among: Certificates) -> x509.Certificate:
    """The certificate of a SignerInfo. Raises Permanent("bad_signature")."""
    who = signer["sid"]
    for certificate in among:
        if who.name == "issuer_and_serial_number":
            same = who.chosen["serial_number"].native == certificate.serial_number
            if same and who.chosen["issuer"].dump() == certificate.issuer.public_bytes():
                return certificate
        elif who.chosen.native == _key_identifier(certificate):
            return certificate
    raise _bad("the certificate of the signer is missing")


def check(
    signer: Any,
    certificate: x509.Certificate,
    content: bytes | None,
    kind: str,
    digest: bytes = b"",
) -> dict[str, Any]:
    """The signed attributes by name, once they are found to be signed and to fit the content.

    `digest`: SHA-256 of the content where that lies elsewhere (`content` is None).
    Raises Permanent("bad_signature").
    """
    name = signer["digest_algorithm"]["algorithm"].native
    if name not in HASHES:
        raise _bad(f"{name} is not accepted")
    attributes = {one["type"].native: one["values"][0] for one in signer["signed_attrs"]}
    told = digest if content is None else hashlib.new(name, content).digest()
    if attributes["content_type"].native != kind or attributes["message_digest"].native != told:
        raise _bad("the signature is over something else")
    data = signer["signed_attrs"].untag().dump()
    verify(certificate.public_key(), signer, data, HASHES[name])
    return attributes


def verify(
    key: CertificatePublicKeyTypes, signer: Any, data: bytes, used: hashes.HashAlgorithm
) -> None:
    """Raises Permanent("bad_signature") unless the signature over `data` is by `key`."""
    signature, algorithm = signer["signature"].native, signer["signature_algorithm"]
    try:
        if isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, data, ec.ECDSA(used))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, data, _padding(algorithm), used)
        else:
            raise _bad("a key of this kind is not accepted")
    except InvalidSignature as wrong:
        raise _bad("the signature does not fit") from wrong


def _padding(algorithm: Any) -> padding.AsymmetricPadding:
    if algorithm.signature_algo == "rsassa_pss":
        inner = HASHES[algorithm["parameters"]["hash_algorithm"]["algorithm"].native]
        return padding.PSS(padding.MGF1(inner), algorithm["parameters"]["salt_length"].native)
    return padding.PKCS1v15()


def _key_identifier(certificate: x509.Certificate) -> bytes | None:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    except x509.ExtensionNotFound:
        return None
    return found.value.digest


def _bad(why: str) -> Permanent:
    return Permanent("bad_signature", why)
