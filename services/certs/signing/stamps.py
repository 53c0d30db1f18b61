"""Time stamps of an authority (RFC 3161): asked for, and checked before they are believed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
from asn1crypto import cms, tsp
from cryptography import x509

from services.certs.signing import signed
from services.certs.signing.chains import Certificates, chain, der, may_only_stamp
from services.certs.signing.fetch import fetch
from shared.clock import Clock
from shared.errors import Permanent, TryLater

TOKEN_BYTES_MOST = 64 * 1024
NEAR = timedelta(minutes=5)  # how far its clock and ours may be apart
GRANTED = ("granted", "granted_with_mods")
ESS_DIGESTS = {"signing_certificate": "sha1", "signing_certificate_v2": "sha256"}


@dataclass(frozen=True)
class Stamp:
    """A time stamp that was checked. `chain`: from the authority's certificate to a root, or
    that certificate alone where no root is configured."""

    at: datetime
    chain: Certificates


class StampAuthority:
    """The time-stamp authority of this installation, over HTTP (RFC 3161, 3.4)."""

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        roots: Sequence[x509.Certificate],
        clock: Clock,
        seconds: float,
    ) -> None:
        self._client, self._url, self._clock, self._seconds = client, url, clock, seconds
        self.roots = roots

    def stamp(self, data: bytes) -> bytes:
        """A token over `data`, as DER. Raises TryLater: nothing is signed without it."""
        nonce = secrets.randbits(63)
        answer = fetch(
            self._client,
            self._url,
            question=request(data, nonce).dump(),
            headers={"Content-Type": "application/timestamp-query"},
            seconds=self._seconds,
            bytes_most=TOKEN_BYTES_MOST,
        )
        try:
            token = _granted(answer, nonce)
            stamp = check(token, data, self.roots)
        except Permanent as wrong:
            raise TryLater("time_stamp_refused", wrong.sentence) from wrong
        apart = abs(stamp.at - self._clock.now())
        if apart > NEAR:
            raise TryLater("time_stamp_refused", f"its clock and ours are {apart} apart")
        return token


def request(data: bytes, nonce: int) -> tsp.TimeStampReq:
    """The question (RFC 3161, 2.4.1): SHA-256, and the authority's certificate with it."""
    return tsp.TimeStampReq(
        {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": {"algorithm": "sha256"},
                "hashed_message": hashlib.sha256(data).digest(),
            },
            "nonce": nonce,
            "cert_req": True,
        }
    )


def check(token: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    """The time stamp in `token` over `data`. Raises Permanent("bad_time_stamp")."""
    try:
        return _check(token, data, roots)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as wrong:
        raise _bad(f"it is no time stamp ({type(wrong).__name__})") from wrong


def _granted(answer: bytes, nonce: int) -> bytes:
    """The token of an answer (RFC 3161, 2.4.2). Raises Permanent("bad_time_stamp")."""
    try:
        response = tsp.TimeStampResp.load(answer, strict=True)
        status = response["status"]["status"].native
        if status not in GRANTED:
            raise _bad(f"it says {status}")
        token = response["time_stamp_token"]
        if token["content"]["encap_content_info"]["content"].parsed["nonce"].native != nonce:
            raise _bad("it answers another question (nonce)")
        encoded: bytes = token.dump()
    except (ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise _bad(f"it is no answer ({type(wrong).__name__})") from wrong
    return encoded


def _check(token: bytes, data: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    content = cms.ContentInfo.load(token, strict=True)["content"]
    inside = content["encap_content_info"]
    if inside["content_type"].native != "tst_info":
        raise _bad("it holds no time")
    info = inside["content"].parsed
    imprint = info["message_imprint"]
    if imprint["hash_algorithm"]["algorithm"].native != "sha256" or (
        imprint["hashed_message"].native != hashlib.sha256(data).digest()
    ):
        raise _bad("it stamps something else (imprint)")
    [signer] = content["signer_infos"]
    certificates = signed.certificates(content)
    leaf = signed.signer_of(signer, certificates)
    kinds = signed.check(signer, leaf, inside["content"].contents, "tst_info")
    _must_name(leaf, kinds)
    at: datetime = info["gen_time"].native
    return Stamp(at, _chain(leaf, certificates, roots, at))


def _chain(
    leaf: x509.Certificate, others: Certificates, roots: Sequence[x509.Certificate], at: datetime
) -> Certificates:
    if not may_only_stamp(leaf):
        raise _bad("its certificate is not one for stamping time")
    if not leaf.not_valid_before_utc <= at <= leaf.not_valid_after_utc:
        raise _bad("its certificate was not valid then")
    if not roots:
        return (leaf,)
    try:
        return chain(leaf, others, roots, at, stamps=True)
    except Permanent as broken:
        raise _bad(broken.sentence) from broken


def _must_name(leaf: x509.Certificate, attributes: dict[str, Any]) -> None:
    """The signed attributes must name the certificate (RFC 3161, 2.4.2; RFC 5816)."""
    for kind, digest in ESS_DIGESTS.items():
        if kind in attributes:
            named = attributes[kind]["certs"][0]
            if kind.endswith("v2"):
                digest = named["hash_algorithm"]["algorithm"].native or digest
            if hashlib.new(digest, der(leaf)).digest() == named["cert_hash"].native:
                return
    raise _bad("it does not name the certificate that signed it")


def _bad(why: str) -> Permanent:
    return Permanent("bad_time_stamp", f"the time stamp is refused: {why}")
