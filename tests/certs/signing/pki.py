"""Authorities for tests: one that stamps time, one that certifies signers, each with a root, an
authority between, revocation lists and OCSP. Time stamps and OCSP answers are certomancer's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import algos, ocsp, tsp
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from certomancer.services import RevocationInfoInterface, SimpleOCSPResponder, TimeStamper
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SIGNS = {"digital_signature": True, "content_commitment": True}
ISSUES = {"key_cert_sign": True, "crl_sign": True}
NOTHING = dict.fromkeys(
    (
        *("digital_signature", "content_commitment", "key_cert_sign", "crl_sign"),
        *("key_encipherment", "data_encipherment", "key_agreement"),
        *("encipher_only", "decipher_only"),
    ),
    False,
)


@dataclass
class Bearer:
    """A key and its certificate."""

    key: Any
    certificate: x509.Certificate

    @property
    def asn1(self) -> asn1_x509.Certificate:
        return asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER))

    @property
    def asn1_key(self) -> asn1_keys.PrivateKeyInfo:
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return asn1_keys.PrivateKeyInfo.load(der)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        kept: bytes = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return kept


@dataclass
class Pki:
    """Who vouches for whom on `now`; `address` is where the tests' server answers."""

    now: datetime
    address: str
    revoked: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = self.make("Root", None, ISSUES, authority=True)
        self.between = self.make("Authority", self.root, ISSUES, authority=True, lists="/root.crl")
        self.tsa = self.make(
            "Time",
            self.between,
            SIGNS,
            key=rsa.generate_private_key(65537, 2048),
            extended=[ExtendedKeyUsageOID.TIME_STAMPING],
            responder="/ocsp",
        )
        self.responder = self.make(
            "Responder",
            self.between,
            SIGNS,
            extended=[ExtendedKeyUsageOID.OCSP_SIGNING],
            nocheck=True,
        )

    def make(
        self,
        name: str,
        above: Bearer | None,
        usage: dict[str, bool],
        *,
        key: Any = None,
        authority: bool = False,
        lists: str = "",
        responder: str = "",
        extended: list[Any] | None = None,
        nocheck: bool = False,
        begins: timedelta = timedelta(days=-30),
        ends: timedelta = timedelta(days=300),
    ) -> Bearer:
        """A certificate of `above`, or of itself."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Test {name}")])
        issuer = above.certificate.subject if above else subject
        vouching = above.key if above else key
        built = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(self.now + begins)
            .not_valid_after(self.now + ends)
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
            .add_extension(x509.KeyUsage(**{**NOTHING, **usage}), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(vouching.public_key()),
                critical=False,
            )
        )
        if extended:
            built = built.add_extension(x509.ExtendedKeyUsage(extended), critical=True)
        if nocheck:
            built = built.add_extension(x509.OCSPNoCheck(), critical=False)
        if lists:
            where = x509.UniformResourceIdentifier(self.address + lists)
            points = x509.CRLDistributionPoints([x509.DistributionPoint([where], None, None, None)])
            built = built.add_extension(points, critical=False)
        if responder:
            where = x509.UniformResourceIdentifier(self.address + responder)
            access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, where)
            built = built.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        return Bearer(key, built.sign(vouching, hashes.SHA256()))

    def revocation_list(self, by: Bearer) -> bytes:
        """What `by` has taken back, as DER."""
        built = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(by.certificate.subject)
            .last_update(self.now - timedelta(hours=1))
            .next_update(self.now + timedelta(days=7))
            .add_extension(x509.CRLNumber(1), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()),
                critical=False,
            )
        )
        for serial in sorted(self.revoked):
            taken = x509.RevokedCertificateBuilder(serial, self.now - timedelta(hours=2)).build()
            built = built.add_revoked_certificate(taken)
        return built.sign(by.key, hashes.SHA256()).public_bytes(Encoding.DER)

    def stamped(
        self, question: bytes, at: datetime, by: Bearer | None = None, more: Sequence[Bearer] = ()
    ) -> bytes:
        """certomancer's answer to a request for a time stamp, with `more` certificates in it."""
        who = by or self.tsa
        embedded = [one.asn1 for one in (self.between, *more)]
        stamper = TimeStamper(who.asn1, who.asn1_key, certs_to_embed=embedded, fixed_dt=at)
        answer: bytes = stamper.request_tsa_response(tsp.TimeStampReq.load(question)).dump()
        return answer

    def responded(self, question: bytes) -> bytes:
        """certomancer's answer to whether a certificate is good."""
        responder = SimpleOCSPResponder(
            self.responder.asn1,
            self.responder.asn1_key,
            algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            self.now,
            _Register(self),
            timedelta(days=1),
        )
        answer: bytes = responder.build_ocsp_response(ocsp.OCSPRequest.load(question)).dump()
        return answer


class _Register(RevocationInfoInterface):  # type: ignore[misc]
    """What the responder knows."""

    def __init__(self, pki: Pki) -> None:
        self._pki = pki

    def get_issuer_cert(self) -> asn1_x509.Certificate:
        return self._pki.between.asn1

    def check_revocation_status(self, cid: Any, at_time: datetime) -> tuple[Any, Any]:
        if cid["serial_number"].native not in self._pki.revoked:
            return ocsp.CertStatus("good"), []
        info = {"revocation_time": at_time - timedelta(hours=2), "revocation_reason": "unspecified"}
        return ocsp.CertStatus(name="revoked", value=ocsp.RevokedInfo(info)), []
