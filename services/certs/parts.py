"""What certs is made of: handed over by the launcher, never reached for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from services.certs.layout.office_way import OfficeWay
from services.certs.layout.write import Writer
from services.certs.library import TEMPLATES, BuiltIn, Library
from services.certs.press import Press
from services.certs.printing import Printer
from services.certs.proof import keys as qr_keys
from services.certs.proof.prover import Prover
from services.certs.signing.live import Signing
from services.certs.signing.plan import open_signing
from services.certs.templates.shelf import Uploads
from shared.clock import Clock
from shared.database import Database
from shared.files import FileStore
from shared.keys import Keyring
from shared.relay import no_fault
from shared.scanner import NoScanner, Scanner, open_scanner
from shared.settings import Settings
from shared.traces import NO_TRACES, Traces

FONTS = TEMPLATES.parent / "fonts"


@dataclass(frozen=True)
class Parts:
    """The arguments of certs' applications and consumers.

    `fault` is called between the steps of an issue (`filled`, `stored`,
    `entered`, `announced`), so that a test can end the process there.
    """

    settings: Settings
    clock: Clock
    database: Database
    files: FileStore
    keyring: Keyring
    library: Library
    press: Press
    prover: Prover
    signing: Signing
    fault: Callable[[str], None] = no_fault
    traces: Traces = NO_TRACES
    scanner: Scanner = field(default_factory=NoScanner)  # asked before a template is kept


def build(
    settings: Settings,
    clock: Clock,
    database: Database,
    files: FileStore,
    keyring: Keyring,
    fault: Callable[[str], None] = no_fault,
    traces: Traces = NO_TRACES,
) -> Parts:
    """The parts of an installation: built-in templates, and the signing key of its folder of keys.

    Outside production missing keys are made. Raises Permanent("no_signing_key" | "key_missing").
    """
    uploads = Uploads(database, files)
    library = Library((BuiltIn(), uploads), active=uploads.active)
    signing = open_signing(settings, clock)
    prover = _prover(settings, clock, keyring)
    press = Printer(library, files, settings, Writer(FONTS), signing, prover, OfficeWay(FONTS))
    return Parts(
        settings, clock, database, files, keyring, library, press, prover, signing, fault, traces,
        open_scanner(settings.scanner),
    )  # fmt: skip


def _prover(settings: Settings, clock: Clock, keyring: Keyring) -> Prover:
    """What signs the facts in QR codes; outside production a missing key is made."""
    folder, given = settings.folder("keys"), keyring.given("qr")
    if not given and not settings.production:
        qr_keys.make_missing(folder, clock.now())
    return Prover(qr_keys.Safe(folder / qr_keys.FILE, given))
