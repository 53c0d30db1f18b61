"""A backup of one moment, beside a running server, and its restoration.

Embedded, the write locks of all databases and of the queue are held while they
are copied, so that no message is between two of them. PostgreSQL's are dumped
one after another, before the files: docs/operating.md says what to stop. Files
are written once and never changed; those that are there already are passed over.
Keys are never part of it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import update

from services.forms.applications.tables import CounterRow
from services.routes import SERVICES
from shared.database import Database
from shared.errors import Conflict, Permanent
from shared.settings import Settings

MANIFEST, QUEUE, FILES = "backup.json", "queue", "files"
LAST = "last-backup.json"
NUMBERS_LEFT_OUT = 1000  # of applications, for those of the time that is lost


def back_up(settings: Settings, into: Path, now: datetime) -> dict[str, Any]:
    """Write a backup; its manifest. Raises Conflict("not_empty"), Permanent("dump_failed")."""
    if into.exists() and any(into.iterdir()):
        raise Conflict("not_empty", f"{into} is not empty: give each backup a folder of its own.")
    into.mkdir(mode=0o700, parents=True, exist_ok=True)
    dumps = _dump_all(settings, into)
    count = _copy_files(settings.folder("files"), into / FILES) if not settings.files else None
    manifest = {
        "at": now.isoformat(timespec="seconds"),
        "version": version("dojang"),
        "dumps": {path.name: _sha256(path) for path in dumps},
        "files": count,
    }
    _write(into / MANIFEST, manifest)
    _write(settings.data_folder / LAST, {"at": manifest["at"], "folder": str(into.absolute())})
    return manifest


def restore(settings: Settings, from_: Path, *, replace: bool) -> dict[str, Any]:
    """Bring a backup back into an installation that is stopped; its manifest.

    Files of the store that are newer than the backup stay: `dojang documents check` names them.
    Raises Permanent("bad_backup" | "dump_failed"), Conflict("not_empty").
    """
    manifest = _read_manifest(from_)
    _make_room(settings, replace=replace)
    for service in SERVICES:
        _restore(settings.database_url(service), from_, service)
    queue = from_ / f"{QUEUE}.sqlite"
    if not settings.broker and queue.exists():
        shutil.copyfile(queue, settings.data_folder / f"{QUEUE}.sqlite")
    if not settings.files and (from_ / FILES).exists():
        _copy_files(from_ / FILES, settings.folder("files"))
    _leave_numbers_out(settings)
    return manifest


def _dump_all(settings: Settings, into: Path) -> list[Path]:
    made, here = [], {}
    for service in SERVICES:
        url = settings.database_url(service)
        if url.startswith("sqlite"):
            here[service] = _path_of(url)
        else:
            made.append(_pg_dump(url, into / f"{service}.dump"))
    if not settings.broker:
        here[QUEUE] = settings.data_folder / f"{QUEUE}.sqlite"
    there = {name: path for name, path in here.items() if path.exists()}
    with _held(there.values()):
        return made + [_copy_sqlite(path, into / f"{n}.sqlite") for n, path in there.items()]


@contextmanager
def _held(paths: Any) -> Iterator[None]:
    """Nobody writes in any of these while the block runs; whoever wants to waits."""
    with ExitStack() as held:
        for path in paths:
            file = sqlite3.connect(path, isolation_level=None, timeout=15)
            held.callback(file.close)
            file.execute("BEGIN IMMEDIATE")
        yield


def _copy_sqlite(path: Path, to: Path) -> Path:
    source, target = sqlite3.connect(path), sqlite3.connect(to)
    try:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, whole by itself
    finally:
        source.close()
        target.close()
    to.chmod(0o600)
    return to


def _copy_files(store: Path, to: Path) -> int:
    """Copy what is not there yet; how many files there are then."""
    count = 0
    for path in sorted(store.glob("??/*")):
        if path.suffix == ".part":
            continue
        target = to / path.parent.name / path.name
        count += 1
        if target.exists():
            continue
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = target.with_suffix(".part")
        shutil.copyfile(path, part)
        os.replace(part, target)
    return count


def _read_manifest(from_: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((from_ / MANIFEST).read_text("utf-8"))
        changed = [name for name, one in manifest["dumps"].items() if _sha256(from_ / name) != one]
    except (OSError, ValueError, KeyError) as error:
        raise Permanent("bad_backup", f"{from_} holds no whole backup of ours.") from error
    if changed:
        raise Permanent("bad_backup", f"These were changed since: {', '.join(changed)}.")
    return manifest


def _make_room(settings: Settings, *, replace: bool) -> None:
    """Lay databases and queue aside that are there, if that is wished."""
    urls = [settings.database_url(one) for one in SERVICES]
    paths = [_path_of(url) for url in urls if url.startswith("sqlite")]
    paths.append(settings.data_folder / f"{QUEUE}.sqlite")
    there = [path for path in paths if path.exists()]
    if there and not replace:
        raise Conflict(
            "not_empty", "There are databases here already: --replace lays them aside first."
        )
    for path in there:
        for one in path.parent.glob(f"{path.name}*"):
            if not one.name.endswith((".lock", ".before-restore")):
                one.rename(one.with_name(f"{one.name}.before-restore"))


def _restore(url: str, from_: Path, service: str) -> None:
    if url.startswith("sqlite"):
        path = _path_of(url)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(from_ / f"{service}.sqlite", path)
        path.chmod(0o600)
        return
    dump = str(from_ / f"{service}.dump")
    _run(url, "pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error", dump)


def _leave_numbers_out(settings: Settings) -> None:
    """Applications of the time that is lost have numbers that people hold: none is given twice."""
    database = Database(settings.database_url("forms"))
    try:
        with database.write() as session:
            session.execute(update(CounterRow).values(last=CounterRow.last + NUMBERS_LEFT_OUT))
    finally:
        database.close()


def _pg_dump(url: str, to: Path) -> Path:
    _run(url, "pg_dump", "--format=custom", "--no-owner", f"--file={to}")
    to.chmod(0o600)
    return to


def _run(url: str, program: str, *arguments: str) -> None:
    """A program of PostgreSQL; the password goes by its environment, never by its arguments.

    All else that the URL says counts: several hosts, TLS.
    """
    parts = urlsplit(url)
    name = parts.path.lstrip("/")
    environ: Mapping[str, str] = {**os.environ, "PGPASSWORD": unquote(parts.password or "")}
    who, at, where = parts.netloc.rpartition("@")
    address = f"postgresql://{who.partition(':')[0]}{at}{where}{parts.path}?{parts.query}"
    command = [program, "--no-password", f"--dbname={address}", *arguments]
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603 – our own words and settings
    except OSError as error:
        raise Permanent(
            "dump_failed", f"{program} is not here: install PostgreSQL's client programs."
        ) from error
    if done.returncode:
        raise Permanent("dump_failed", f"{program} of {name} failed: {done.stderr.strip()[:300]}")


def _path_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, data: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    path.chmod(0o600)
