"""What notify is made of: handed over by the launcher, never reached for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from services.notify.channels import open_channels
from services.notify.channels.interface import Channel
from services.notify.channels.mailbox import Mailbox
from services.notify.compose import Composer
from services.notify.receipts import Receipts
from shared.clock import Clock
from shared.database import Database
from shared.keys import Keyring
from shared.relay import no_fault
from shared.settings import Settings
from shared.traces import NO_TRACES, Traces

TEMPLATES = Path(__file__).parents[2] / "templates" / "messages"


@dataclass(frozen=True)
class Parts:
    """The arguments of notify's application and workers.

    `fault` is called between the steps of a delivery (`claimed`, `composed`,
    `handing over`, `accepted`, `settled`), so that a test can end the process there.
    """

    settings: Settings
    clock: Clock
    database: Database
    keyring: Keyring
    composer: Composer
    channels: Mapping[str, Channel]
    mailbox: Mailbox | None
    receipts: Receipts
    fault: Callable[[str], None] = no_fault
    traces: Traces = NO_TRACES


def open_parts(
    settings: Settings,
    clock: Clock,
    database: Database,
    keyring: Keyring,
    traces: Traces = NO_TRACES,
) -> Parts:
    """notify's parts as the settings want them. Raises Permanent("bad_setting")."""
    mailbox = Mailbox(database, clock) if settings.has_mailbox else None
    receipts = Receipts(database, clock)
    return Parts(
        settings=settings,
        clock=clock,
        database=database,
        keyring=keyring,
        composer=Composer(TEMPLATES, settings, keyring),
        channels=open_channels(settings, mailbox, receipts.hear),
        mailbox=mailbox,
        receipts=receipts,
        traces=traces,
    )
