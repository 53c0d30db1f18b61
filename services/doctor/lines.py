"""What carries: broker and queues, mail server, the way for SMS, file store, virus scanner."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from services.doctor.finding import Finding, note, well, wrong
from services.notify.channels.interface import HURRIED
from services.notify.channels.smtp import smtp_channel
from shared.broker import TOPOLOGY, Depth, Lane, RabbitBroker
from shared.broker.embedded_store import depth_in
from shared.errors import DojangError, TryLater
from shared.files import open_store
from shared.scanner import open_scanner
from shared.settings import Settings

QUEUE = "queue.sqlite"
PROBE = b"dojang doctor"


def look(settings: Settings, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Broker, queues, mail, SMS, files, the virus scanner."""
    yield from _broker(settings)
    yield _mail(settings)
    yield _sms(settings)
    yield _store(settings, environ)
    if settings.scanner:
        yield _scanner(settings)


def _broker(settings: Settings) -> Iterator[Finding]:
    try:
        depths = _rabbit(settings) if settings.broker else _file(settings.data_folder)
    except TryLater:
        yield wrong(
            "broker",
            "broker_unavailable",
            "RabbitMQ does not answer. What was accepted waits in the outbox; nothing is lost.",
            "Start it, look at DOJANG_BROKER and at RabbitMQ's alarms (memory, disk).",
        )
        return
    if depths is None:
        yield note("broker", "no_queue", "There is no queue yet.", "The first start makes it.")
        return
    yield well("broker", "It answers.")
    for lane, depth in depths.items():
        yield from _lane(lane, depth)


def _rabbit(settings: Settings) -> Mapping[Lane, Depth]:
    if settings.operations_broker:  # a department's own user sees no other's queues
        broker = RabbitBroker(settings.operations_broker, services=())
    else:
        broker = RabbitBroker(settings.broker)
    try:
        return {lane: broker.depth(lane) for lane in TOPOLOGY.lanes}
    finally:
        broker.close()


def _file(folder: Path) -> Mapping[Lane, Depth] | None:
    """Read beside the server that has the queue; nothing in it is touched."""
    path = folder / QUEUE
    if not path.exists():
        return None
    try:
        file = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            return {lane: depth_in(file, lane) for lane in TOPOLOGY.lanes}
        finally:
            file.close()
    except sqlite3.Error as error:
        raise TryLater("broker_unavailable", "the queue's file cannot be read") from error


def _lane(lane: Lane, depth: Depth) -> Iterator[Finding]:
    if depth.consumers == 0:
        yield wrong(
            f"queue {lane.queue}",
            "no_consumer",
            f"Nobody works on it; {depth.waiting} messages wait.",
            f"Start a worker: `dojang worker {lane.service}`.",
        )
    if depth.resting:
        yield note(
            f"queue {lane.queue}",
            "messages_rest",
            f"{depth.resting} messages failed and are tried again by themselves.",
            "The worker's log says why, by code.",
        )
    if depth.dead:
        yield note(
            f"queue {lane.queue}",
            "dead_letters",
            f"{depth.dead} dead letters wait for somebody.",
            "`dojang dead-letters list` says why; mend it, then try them again.",
        )


def _mail(settings: Settings) -> Finding:
    if settings.mail.startswith("mailbox:"):
        return well("mail", "It goes into the mailbox of the trial.")
    try:
        for address in settings.mail.split():
            smtp_channel(address, settings).greet(HURRIED)
    except DojangError as error:
        return wrong(
            "mail",
            error.code,
            f"The mail server of DOJANG_MAIL: {error.sentence}.",
            "Mails wait and are tried again; see to the server, the address and its password.",
        )
    return well("mail", "The mail server answers and lets us in.")


def _sms(settings: Settings) -> Finding:
    if settings.sms.startswith("mailbox:") and not settings.has_mailbox:
        return note(
            "SMS", "no_provider", "No provider is configured, so codes go by e-mail alone.",
            "Set DOJANG_SMS if codes shall also go by SMS.",
        )  # fmt: skip
    return well("SMS", "A way out is configured.")


def _store(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """A small file is written, read and removed again."""
    if not settings.files and not settings.folder("files").exists():
        return note("file store", "no_store", "It is not there yet.", "The first start makes it.")
    try:
        store = open_store(settings.files, settings.folder("files"), environ)
        put = store.put(PROBE)
        store.get(put.file_id, put.sha256)
        store.remove(put.file_id)
    except (DojangError, OSError) as error:
        said = error.sentence if isinstance(error, DojangError) else type(error).__name__
        return wrong(
            "file store",
            "store_unavailable",
            f"A small file could not be written and read: {said}.",
            "Look at DOJANG_FILES, at rights and room of the folder or bucket.",
        )
    return well("file store", "A small file was written, read and removed.")


def _scanner(settings: Settings) -> Finding:
    """It is shown a few harmless bytes."""
    try:
        open_scanner(settings.scanner).check(PROBE)
    except DojangError as error:
        return wrong(
            "virus scanner",
            error.code,
            "It does not look at files, so none that is sent is taken.",
            "Start clamd, look at DOJANG_SCANNER, or unset it.",
        )
    return well("virus scanner", "It answers.")
