"""Keys and certificates: are they there, are they ours alone, when do they end?"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from services.certs.proof import keys as qr_keys
from services.certs.signing import credentials
from services.certs.signing.authority import AUTHORITY_KEY_FILE, LIST_FILE
from services.certs.signing.plan import folder_of
from services.doctor.finding import Finding, note, well, wrong
from shared.errors import Permanent
from shared.keys import GIVEN, LEAST_CHARACTERS, NAMES
from shared.settings import Settings

SOON = timedelta(days=30)
MAKE = "`dojang keys` makes it."


def look(settings: Settings, environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Every key and certificate; makes none."""
    folder = settings.folder("keys")
    found = [one for name in NAMES if (one := _secret(settings, environ, folder, name))]
    yield from found or [well("keys", f"All {len(NAMES)} secrets are here and long enough.")]
    yield from _open_to_others(folder)
    yield _qr(settings, environ, folder)
    yield from _signing(settings, now)
    for name in ("tsa_roots", "tsa_certificate", "inside_ca"):
        if getattr(settings, name):
            yield from _named(f"DOJANG_{name.upper()}", folder / getattr(settings, name), now)


def _secret(
    settings: Settings, environ: Mapping[str, str], folder: Path, name: str
) -> Finding | None:
    path, given = folder / f"{name}.key", environ.get(f"DOJANG_KEY_{name.upper()}", "")
    if not given and not path.exists():
        return _missing(settings, f"key {name}", str(path))
    lines = (given or path.read_text("ascii", "replace")).split()
    if not lines or any(len(line) < LEAST_CHARACTERS for line in lines):
        said = f"It needs at least {LEAST_CHARACTERS} random characters a line."
        return wrong(f"key {name}", "key_weak", said, "Replace it (docs/operating.md, Keys).")
    return None


def _missing(settings: Settings, part: str, path: str) -> Finding:
    if settings.production:
        return wrong(part, "key_missing", f"It is not at {path}.", MAKE)
    return note(part, "key_missing", f"It is not at {path}.", "The first start makes it.")


def _open_to_others(folder: Path) -> Iterator[Finding]:
    secret = [*folder.glob("*.key"), folder / qr_keys.FILE, *folder.glob("pdf/*.key.pem")]
    for path in secret:
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield wrong(
                "keys", "key_open", f"Others of this machine may read {path}.", f"chmod 600 {path}"
            )


def _qr(settings: Settings, environ: Mapping[str, str], folder: Path) -> Finding:
    given = environ.get(f"DOJANG_KEY_{GIVEN[0].upper()}", "")
    if not given and not (folder / qr_keys.FILE).exists():
        return _missing(settings, "key qr", str(folder / qr_keys.FILE))
    try:
        keys = qr_keys.Safe(folder / qr_keys.FILE, given).keys()
    except Permanent as error:
        return wrong("key qr", error.code, error.sentence, "docs/operating.md, Keys, says how.")
    return well("key qr", f"{len(keys.published)} keys of QR codes are published, one signs.")


def _signing(settings: Settings, now: datetime) -> Iterator[Finding]:
    folder = folder_of(settings).path
    if not (folder / credentials.KEY_FILE).exists():
        yield _missing(settings, "signature of papers", str(folder))
        return
    try:
        found = credentials.read(folder)
    except Permanent as error:
        yield wrong("signature of papers", error.code, error.sentence, "`dojang keys --rotate pdf`")
        return
    end = min(one.not_valid_after_utc for one in found.chain)
    yield _ends("signature of papers", end, now, "`dojang keys --rotate pdf`")
    if (folder / LIST_FILE).exists():
        listed = x509.load_der_x509_crl((folder / LIST_FILE).read_bytes()).next_update_utc
        if listed is not None and not (folder / AUTHORITY_KEY_FILE).exists():
            remedy = "`dojang keys --renew-list --authority-key FILE`"
            yield _ends("revocation list", listed, now, remedy)


def _named(variable: str, path: Path, now: datetime) -> Iterator[Finding]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError):
        yield wrong(variable, "no_certificate", f"{path} holds no certificate.", "Put it there.")
        return
    end = min(one.not_valid_after_utc for one in found)
    yield _ends(variable, end, now, "Ask the authority for a new one.")


def _ends(part: str, end: datetime, now: datetime, remedy: str) -> Finding:
    if end <= now:
        return wrong(part, "ended", f"It ended on {end:%Y-%m-%d}.", remedy)
    if end - now < SOON:
        return note(part, "ends", f"It ends on {end:%Y-%m-%d}.", remedy)
    return well(part, f"It is good until {end:%Y-%m-%d}.")
