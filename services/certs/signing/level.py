"""The level of PAdES (ETSI EN 319 142-1, 6) of a finished file: read from it, never guessed."""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pikepdf
from asn1crypto import cms
from cryptography import x509

from services.certs.signing import dss, signed, stamps
from services.certs.signing.chains import Certificates, chain, der
from services.certs.signing.proofs import proof_of_list, proof_of_response
from services.certs.signing.revocation import Evidence
from shared.errors import Permanent

B_B, B_T, B_LT = LEVELS = ("B-B", "B-T", "B-LT")
_RANGE = re.compile(rb"/ByteRange\[0 (\d{10}) (\d{10}) (\d{10})\]/Contents<")


@dataclass(frozen=True)
class Trust:
    """Whom a check believes: the root above our own key, and the roots of time stamps (without
    any, a time stamp is believed whose signature and certificate are in order)."""

    authority: x509.Certificate
    stamp_roots: Sequence[x509.Certificate] = ()


@dataclass(frozen=True)
class Reached:
    """The level, and the time that an authority vouches for (none on B-B).

    `chains`: from each certificate that the signature stands on to its root.
    """

    level: str
    at: datetime | None = None
    chains: tuple[Certificates, ...] = ()


def reached(pdf: bytes, trust: Trust, now: datetime) -> Reached:
    """What the signature of one of our own files has reached.

    Raises Permanent("bad_signature") where there is none that holds.
    """
    try:
        return _reached(pdf, trust, now)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
        raise Permanent("bad_signature", f"unreadable ({type(wrong).__name__})") from wrong


def _reached(pdf: bytes, trust: Trust, now: datetime) -> Reached:
    contents, digest, end = signature_in(pdf)
    content = cms.ContentInfo.load(contents)["content"]
    [signer] = content["signer_infos"]
    certificates = signed.certificates(content)
    leaf = signed.signer_of(signer, certificates)
    attributes = signed.check(signer, leaf, None, "data", digest)
    named = attributes["signing_certificate_v2"]["certs"][0]["cert_hash"].native
    if named != hashlib.sha256(der(leaf)).digest():
        raise Permanent("bad_signature", "the signature names another certificate")
    way = chain(leaf, certificates, [trust.authority], now)
    stamp = _stamp(signer, trust)
    if stamp is None:
        if end != len(pdf):
            raise Permanent("bad_signature", "the signature is not over the whole file")
        return Reached(B_B, chains=(way,))
    chains = (way, stamp.chain)
    if end == len(pdf):
        return Reached(B_T, stamp.at, chains)
    if not pdf[:end].endswith(b"%%EOF\n") or not trust.stamp_roots:
        raise Permanent("bad_signature", "the signature is not over the whole file")
    if not _proven(pdf, chains, now):
        raise Permanent("bad_signature", "what is behind the signature does not prove it")
    return Reached(B_LT, stamp.at, chains)


def signature_in(pdf: bytes) -> tuple[bytes, bytes, int]:
    """(CMS and what fills its hole up, SHA-256 of what is signed, where that ends).

    Raises Permanent("bad_signature"), ValueError.
    """
    for match in _RANGE.finditer(pdf):
        hole, after, rest = (int(number) for number in match.groups())
        if hole == match.end() - 1 and hole < after and after + rest <= len(pdf):
            digest = hashlib.sha256(memoryview(pdf)[:hole])
            digest.update(memoryview(pdf)[after : after + rest])
            contents = bytes.fromhex(pdf[hole + 1 : after - 1].decode("ascii"))
            return contents, digest.digest(), after + rest
    raise Permanent("bad_signature", "there is no signature")


def _stamp(signer: Any, trust: Trust) -> stamps.Stamp | None:
    """The time stamp over the signature value. Raises Permanent("bad_time_stamp")."""
    for attribute in signer["unsigned_attrs"]:
        if attribute["type"].native == "signature_time_stamp_token":
            token = attribute["values"][0].dump()
            return stamps.check(token, signer["signature"].native, trust.stamp_roots)
    return None


def _proven(pdf: bytes, chains: Sequence[Certificates], now: datetime) -> bool:
    """Whether the store holds each certificate, and a proof for each but the roots."""
    try:
        evidence = dss.evidence_in(pdf)
    except pikepdf.PikepdfError:
        return False
    if evidence is None:
        return False
    return all(
        der(certificate) in evidence.certificates for one in chains for certificate in one
    ) and all(
        _good(certificate, issuer, evidence, now)
        for one in chains
        for certificate, issuer in itertools.pairwise(one)
    )


def _good(
    certificate: x509.Certificate, issuer: x509.Certificate, evidence: Evidence, now: datetime
) -> bool:
    proofs = [(proof_of_list, data) for data in evidence.lists]
    proofs += [(proof_of_response, data) for data in evidence.responses]
    for proof_of, data in proofs:
        try:
            proof_of(data, certificate, issuer, now)
        except Permanent:
            continue
        return True
    return False
