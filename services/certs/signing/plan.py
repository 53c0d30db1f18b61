"""From settings to the level that every paper must have. Raises Permanent("bad_setting")."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography import x509

from services.certs.signing.chains import Certificates, read_certificates
from services.certs.signing.folder import SigningFolder
from services.certs.signing.level import B_B, B_LT, B_T
from services.certs.signing.live import Plan, Signing
from services.certs.signing.revocation import Revocations
from services.certs.signing.stamps import StampAuthority
from shared.clock import Clock
from shared.errors import Permanent
from shared.settings import Settings


def folder_of(settings: Settings) -> SigningFolder:
    """Where the key and certificates lie that documents are signed with."""
    path = settings.folder("keys") / "pdf"
    return SigningFolder(path, settings.university_en, settings.base_url)


def open_signing(settings: Settings, clock: Clock) -> Signing:
    """The signature of an installation; outside production a missing key is made.

    Raises Permanent("no_signing_key" | "bad_setting").
    """
    folder = folder_of(settings)
    if not settings.production:
        folder.make(clock.now())
    return Signing(folder, clock, plan_of(settings, clock, folder))


def plan_of(settings: Settings, clock: Clock, folder: SigningFolder) -> Plan:
    """B-B; with a time-stamp authority B-T, or B-LT where that is asked for."""
    level = settings.signature or (B_T if settings.tsa else B_B)
    if level == B_B:
        return Plan()
    keys = settings.folder("keys")  # where files of the settings are, unless they say otherwise
    roots = _certificates(keys / settings.tsa_roots) if settings.tsa_roots else ()
    seconds = float(settings.tsa_seconds)
    stamps = StampAuthority(_client(settings), settings.tsa, roots, clock, seconds)
    if level == B_T:
        return Plan(level, stamps)

    def own_list(issuer: x509.Certificate) -> bytes | None:
        return folder.list_by(issuer, clock.now())

    plain = httpx.Client(limits=ONE_CALL)
    return Plan(B_LT, stamps, Revocations(plain, clock, seconds, own_list))


# A call a document needs no connection kept open, and leaves none behind.
ONE_CALL = httpx.Limits(max_keepalive_connections=0)


def _client(settings: Settings) -> httpx.Client:
    """With the user and password of the address, or the certificate of the settings."""
    context = ssl.create_default_context()
    if settings.tsa_certificate:
        try:
            context.load_cert_chain(settings.folder("keys") / settings.tsa_certificate)
        except (OSError, ssl.SSLError) as wrong:
            raise _bad("DOJANG_TSA_CERTIFICATE", "no usable certificate and key") from wrong
    named = urlsplit(settings.tsa)
    auth = httpx.BasicAuth(named.username, named.password or "") if named.username else None
    return httpx.Client(verify=context, auth=auth, limits=ONE_CALL)


def _certificates(path: Path) -> Certificates:
    try:
        return read_certificates(path)
    except (OSError, ValueError) as wrong:
        raise _bad("DOJANG_TSA_ROOTS", "no PEM file of certificates") from wrong


def _bad(variable: str, why: str) -> Permanent:
    return Permanent("bad_setting", f"{variable}: {why}.")
