"""Proof that certificates were not taken back: revocation lists (RFC 5280) and OCSP (RFC 6960)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp

from services.certs.signing.chains import Certificates, der, said
from services.certs.signing.fetch import fetch
from services.certs.signing.proofs import (
    Proof,
    distribution_points,
    proof_of_list,
    proof_of_response,
    responders,
)
from shared.clock import Clock
from shared.errors import Permanent, TryLater

BYTES_MOST = 2 * 1024 * 1024  # some public lists are large; each paper would carry it


@dataclass(frozen=True)
class Evidence:
    """What a file must carry to be checked for ever: certificates, lists, responses (DER)."""

    certificates: tuple[bytes, ...]
    lists: tuple[bytes, ...]
    responses: tuple[bytes, ...]


class Revocations:
    """Fetches proofs and keeps each until half of its time is over."""

    def __init__(
        self,
        client: httpx.Client,
        clock: Clock,
        seconds: float,
        own_list: Callable[[x509.Certificate], bytes | None],
    ) -> None:
        """`own_list`: the list of an issuer that is this installation's own authority."""
        self._client, self._clock, self._seconds = client, clock, seconds
        self._own_list = own_list
        self._kept: dict[bytes, Proof] = {}

    def evidence(self, chains: Iterable[Certificates]) -> Evidence:
        """Proof for each certificate of the chains but their roots.

        Raises TryLater("revocation_unknown").
        """
        certificates, proofs = dict[bytes, None](), list[Proof]()
        for one in chains:
            certificates |= dict.fromkeys(der(certificate) for certificate in one)
            proofs += [self._proof(*pair) for pair in itertools.pairwise(one)]
        lists = dict.fromkeys(proof.data for proof in proofs if proof.is_list)
        responses = dict.fromkeys(proof.data for proof in proofs if not proof.is_list)
        return Evidence(tuple(certificates), tuple(lists), tuple(responses))

    def _proof(self, certificate: x509.Certificate, issuer: x509.Certificate) -> Proof:
        key, now = certificate.fingerprint(hashes.SHA256()), self._clock.now()
        kept = self._kept.get(key)
        if kept is None or now > kept.renewed_after:
            try:
                kept = self._kept[key] = self._fetched(certificate, issuer, now)
            except TryLater:
                if kept is None or now > kept.until:
                    raise
        return kept

    def _fetched(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> Proof:
        """By the installation's own list, by OCSP, or by the issuer's list, as they are there."""
        problems = []
        for source in (self._from_own, self._from_responders, self._from_lists):
            try:
                found = source(certificate, issuer, now)
            except (Permanent, TryLater) as problem:
                problems.append(problem.sentence)
            else:
                if found is not None:
                    return found
        why = "; ".join(problems) or "it says nowhere where to ask"
        raise TryLater("revocation_unknown", f"{said(certificate)}: {why}")

    def _from_own(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> Proof | None:
        data = self._own_list(issuer)
        return None if data is None else proof_of_list(data, certificate, issuer, now)

    def _from_responders(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> Proof | None:
        for url in responders(certificate)[:1]:
            builder = ocsp.OCSPRequestBuilder()
            # SHA-1 names the certificate (RFC 5019, 2.1.1: what responders know); no protection.
            builder = builder.add_certificate(certificate, issuer, hashes.SHA1())  # noqa: S303
            question = builder.build().public_bytes(Encoding.DER)
            data = self._fetch(url, question, {"Content-Type": "application/ocsp-request"})
            return proof_of_response(data, certificate, issuer, now)
        return None

    def _from_lists(
        self, certificate: x509.Certificate, issuer: x509.Certificate, now: datetime
    ) -> Proof | None:
        for url in distribution_points(certificate)[:1]:
            return proof_of_list(self._fetch(url, None, None), certificate, issuer, now)
        return None

    def _fetch(self, url: str, question: bytes | None, headers: Mapping[str, str] | None) -> bytes:
        return fetch(
            self._client,
            url,
            question=question,
            headers=headers,
            seconds=self._seconds,
            bytes_most=BYTES_MOST,
        )
