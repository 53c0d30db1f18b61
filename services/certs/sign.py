"""How a PDF is signed: the only file that knows. PAdES (ETSI EN 319 142-1), level B-B or B-T.

One pass: the CMS (RFC 5652) with signing-certificate-v2 (RFC 5035) is a DER template made once;
per document the digest and the signature are put in. With a time-stamp authority its token
(RFC 3161) over the signature goes into the unsigned attributes. What makes B-LT of it stands
behind the signature (`signing/dss.py`).
"""

import hashlib
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Protocol

from asn1crypto import algos, tsp
from asn1crypto import cms as asn1_cms
from asn1crypto import x509 as asn1_x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from services.certs.signing import credentials as credentials_of
from services.certs.signing.chains import der
from services.certs.signing.credentials import Credentials
from services.certs.signing.folder import SigningFolder
from shared.errors import TryLater

DIGEST_MARK = b"\xaa" * 32
CURVE_SIGNATURE_BYTES = 72  # an ECDSA signature over P-256 has 68 to 72
TOKEN_BYTES = 8192  # room for a time stamp with its certificates; a longer one makes more room


class Stamps(Protocol):
    """What a signer needs of a time-stamp authority."""

    def stamp(self, data: bytes) -> bytes: ...


class Seals(Protocol):
    """What printing needs of the university's signature: who signs now, and what completes it."""

    def signer(self) -> "Signer": ...

    def completed(self, pdf: bytes) -> bytes: ...


class Signer:
    """A key kept loaded (loading an RSA key takes 40 ms), and the certificates that go with it."""

    def __init__(self, credentials: Credentials, stamps: Stamps | None = None) -> None:
        self._key, self._chain = credentials.key, credentials.chain
        self.leaf, self.authority = credentials.leaf, credentials.authority
        self._stamps, self._token_bytes = stamps, TOKEN_BYTES
        self._templates: dict[int, tuple[bytes, int, int]] = {}

    @classmethod
    def open(cls, folder: Path) -> "Signer":
        """The key and certificates of a folder. Raises `Permanent("no_signing_key")`."""
        return cls(credentials_of.read(folder))

    @classmethod
    def create(cls, folder: Path, name: str, now: datetime, algorithm: str = "p256") -> "Signer":
        """A new key with a certificate for `name` (the university) of an authority of its own.

        `algorithm`: p256, rsa2048 or rsa3072. Keys that are there already stay: then this is
        `open`.
        """
        SigningFolder(folder, name).make(now, algorithm)
        return cls.open(folder)

    def signer(self) -> "Signer":
        """Itself: where one key is enough, it is its own `Seals`."""
        return self

    def completed(self, pdf: bytes) -> bytes:
        """The file as it is: nothing stands behind this signature."""
        return pdf

    @property
    def reserve(self) -> int:
        """Bytes that the signature takes at most."""
        return self._own_bytes + (self._token_bytes if self._stamps else 0)

    def cms(self, digest: bytes) -> bytes:
        """The detached signature over a SHA-256 digest, as DER. Raises TryLater: no time stamp."""
        attributes, at = self._attributes
        signature = self._raw(_with(attributes, (at, digest)))
        if self._stamps is not None:
            return self._stamped(digest, signature, self._stamps.stamp(signature))
        template, digest_at, signature_at = self._template(len(signature))
        return _with(template, (digest_at, digest), (signature_at, signature))

    def holds(self, contents: bytes, digest: bytes) -> bool:
        """Whether a file's signature (with what fills its hole up) is this signer's over `digest`,
        without a time stamp. Compared with the template, so that nothing needs to be parsed."""
        size = 4 + int.from_bytes(contents[2:4], "big")
        for length in self._signature_lengths:
            template, digest_at, signature_at = self._template(length)
            if len(template) == size:
                signature = contents[signature_at : signature_at + length]
                told = _with(template, (digest_at, digest), (signature_at, signature))
                return contents[:size] == told and self._fits(signature, digest)
        return False

    def _fits(self, signature: bytes, digest: bytes) -> bool:
        attributes, at = self._attributes
        signed, key = _with(attributes, (at, digest)), self.leaf.public_key()
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
            elif isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True

    @cached_property
    def _signature_lengths(self) -> tuple[int, ...]:
        """Bytes that a signature of this key may have, the longest first."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return (self._key.key_size // 8,)
        return tuple(range(CURVE_SIGNATURE_BYTES, 7, -1))

    def _stamped(self, digest: bytes, signature: bytes, token: bytes) -> bytes:
        made = self._message(digest, signature, token)
        if len(made) > self.reserve:
            self._token_bytes = len(token) + TOKEN_BYTES // 8
            raise TryLater("signature_too_long", "the time stamp is longer than the room kept")
        return made

    def _raw(self, data: bytes) -> bytes:
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return self._key.sign(data, self._curve_signature)

    @cached_property
    def _curve_signature(self) -> ec.ECDSA:
        """RFC 6979 where OpenSSL can: the same document is signed to the same bytes."""
        try:
            return ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        except UnsupportedAlgorithm:
            return ec.ECDSA(hashes.SHA256())

    @cached_property
    def _own_bytes(self) -> int:
        """The CMS with the longest signature of this key, without a time stamp."""
        return len(self._message(DIGEST_MARK, bytes(self._signature_lengths[0])))

    @cached_property
    def _certificates(self) -> list[asn1_x509.Certificate]:
        return [asn1_x509.Certificate.load(der(one)) for one in self._chain]

    @cached_property
    def _attributes(self) -> tuple[bytes, int]:
        """The signed attributes with a mark for the digest, and where the mark is.

        A SET OF in DER is sorted; the digest changes nothing in the order, the tags differ before.
        """
        encoded: bytes = self._signed_attributes(DIGEST_MARK).dump()
        return encoded, encoded.index(DIGEST_MARK)

    def _signed_attributes(self, digest: bytes) -> asn1_cms.CMSAttributes:
        leaf = hashlib.sha256(der(self.leaf)).digest()
        certificate = tsp.SigningCertificateV2({"certs": [{"cert_hash": leaf}]})
        return asn1_cms.CMSAttributes(
            [
                asn1_cms.CMSAttribute({"type": "content_type", "values": ["data"]}),
                asn1_cms.CMSAttribute({"type": "signing_certificate_v2", "values": [certificate]}),
                asn1_cms.CMSAttribute({"type": "message_digest", "values": [digest]}),
            ]
        )

    def _template(self, size: int) -> tuple[bytes, int, int]:
        """The CMS for a signature of `size` bytes: each size has lengths of its own inside."""
        if size not in self._templates:
            mark = b"\xbb" * size
            encoded = self._message(DIGEST_MARK, mark)
            self._templates[size] = encoded, encoded.index(DIGEST_MARK), encoded.index(mark)
        return self._templates[size]

    def _message(self, digest: bytes, signature: bytes, token: bytes | None = None) -> bytes:
        leaf = self._certificates[0]
        signed_by = asn1_cms.SignerIdentifier(
            {
                "issuer_and_serial_number": asn1_cms.IssuerAndSerialNumber(
                    {"issuer": leaf.issuer, "serial_number": leaf.serial_number}
                )
            }
        )
        kind = "rsassa_pkcs1v15" if isinstance(self._key, rsa.RSAPrivateKey) else "sha256_ecdsa"
        hashed = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = {
            "version": "v1",
            "sid": signed_by,
            "digest_algorithm": hashed,
            "signed_attrs": self._signed_attributes(digest),
            "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": kind}),
            "signature": signature,
        }
        if token is not None:
            signer["unsigned_attrs"] = [_time_stamp(token)]
        content = asn1_cms.SignedData(
            {
                "version": "v1",
                "digest_algorithms": [hashed],
                "encap_content_info": {"content_type": "data"},
                "certificates": self._certificates,
                "signer_infos": [asn1_cms.SignerInfo(signer)],
            }
        )
        encoded: bytes = asn1_cms.ContentInfo(
            {"content_type": "signed_data", "content": content}
        ).dump()
        return encoded


def _with(template: bytes, *parts: tuple[int, bytes]) -> bytes:
    """A template with parts put at their places, the first place first."""
    pieces, end = list[bytes](), 0
    for at, part in parts:
        pieces += [template[end:at], part]
        end = at + len(part)
    return b"".join([*pieces, template[end:]])


def _time_stamp(token: bytes) -> asn1_cms.CMSAttribute:
    """signature-time-stamp (ETSI EN 319 122-1, 5.3)."""
    value = asn1_cms.ContentInfo.load(token)
    return asn1_cms.CMSAttribute({"type": "signature_time_stamp_token", "values": [value]})
