"""The worker that compiles uploads, one after another, outside of every transaction.

An upload is claimed for a minute, and again while the work goes on. A worker that dies leaves its
claim to run out; the next one begins anew. Each claim has file ids of its own, so that a worker
that was only slow cannot write over what another has finished.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from services.certs.library import TEMPLATES
from services.certs.parts import Parts
from services.certs.templates import versions
from services.certs.templates.fields import Kind, kind_of
from services.certs.templates.findings import Finding
from services.certs.templates.versions import ATTEMPTS_MOST, Entry
from shared.errors import Permanent

log = logging.getLogger("dojang.certs.templates")

CHILD = Path(__file__).with_name("make_child.py")
REST_SECONDS = 5.0
LOOK_SECONDS = 0.5  # how soon a worker that is told to stop does so
KEEP_SECONDS = 15.0
LONGEST_SECONDS = 900.0
END_SECONDS = 10.0
SAID_ITSELF = ("rows_do_not_fit",)  # problems that have a sentence of their own


class Stopped(Exception):
    """The worker was told to stop, or another has taken the work over."""


@dataclass(frozen=True)
class Result:
    """Files by name and findings; `later` where it may work another time."""

    files: Mapping[str, bytes]
    findings: Sequence[Finding]
    later: bool = False


Alive = Callable[[], bool]
Maker = Callable[[Entry, Kind, bytes, Alive], Result]


class Compiler:
    """Compiles what waits, until told to stop."""

    def __init__(self, parts: Parts, maker: Maker | None = None) -> None:
        self._parts = parts
        self._maker = maker or (
            lambda entry, kind, data, alive: in_a_child(entry, kind, data, alive, settings(parts))
        )
        self._bell = threading.Event()
        parts.database.on_commit(self._bell.set)  # an upload in this process need not wait

    def run(self, stop: threading.Event) -> None:
        """Work until `stop`; what is in hand then is given back."""
        while not stop.is_set():
            self._bell.clear()
            if not self.work_once(stop.is_set):
                self._rest(stop)

    def _rest(self, stop: threading.Event) -> None:
        end = time.monotonic() + REST_SECONDS
        while not stop.is_set() and not self._bell.is_set() and time.monotonic() < end:
            self._bell.wait(LOOK_SECONDS)

    def work_once(self, stopping: Callable[[], bool] = lambda: False) -> bool:
        """Compile the oldest upload that waits; False where none does."""
        with self._parts.database.read() as session:
            if not versions.has_work(session, self._parts.clock.now()):
                return False
        with self._parts.database.write() as session:
            entry = versions.claim_next(session, self._parts.clock.now())
        if entry is None:
            return False
        try:
            self._finish(entry, self._made(entry, stopping))
        except Stopped:
            with self._parts.database.write() as session:
                versions.release(session, entry)
        return True

    def _made(self, entry: Entry, stopping: Callable[[], bool]) -> Result:
        """What came of it; a fault of ours is no reason to try for ever."""
        if entry.attempts > ATTEMPTS_MOST:
            return Result({}, [Finding("gave_up")])
        kind = kind_of(TEMPLATES, entry.kind, entry.language)
        if kind is None or entry.file_id is None:
            return Result({}, [Finding("gave_up")])
        try:
            data = self._parts.files.get(entry.file_id, entry.sha256)
        except Permanent:
            return Result({}, [Finding("file_lost")])
        return self._maker(entry, kind, data, self._kept_alive(entry, stopping))

    def _kept_alive(self, entry: Entry, stopping: Callable[[], bool]) -> Alive:
        """Says whether to go on, and tells the others now and then that we do."""
        last = time.monotonic()

        def alive() -> bool:
            nonlocal last
            if stopping():
                return False
            if time.monotonic() - last < KEEP_SECONDS:
                return True
            last = time.monotonic()
            with self._parts.database.write() as session:
                return versions.keep_claim(session, entry, self._parts.clock.now())

        return alive

    def _finish(self, entry: Entry, result: Result) -> None:
        """Store the files, then write down what came of it, both or neither."""
        if result.later and entry.attempts < ATTEMPTS_MOST:
            log.warning("template %s waits: %s", entry.number, result.findings[0].code)
            raise Stopped
        self._parts.fault("made")
        stored = {}
        for name, data in result.files.items():
            put = self._parts.files.put(data, file_id_of(entry, name))
            stored[name] = {"file_id": put.file_id, "sha256": put.sha256}
        self._parts.fault("kept")
        with self._parts.database.write() as session:
            versions.finish(session, entry, result.findings, stored, self._parts.clock.now())


def file_id_of(entry: Entry, name: str) -> str:
    """The file id of a part of a version, of one claim's own."""
    key = f"template:{entry.kind}:{entry.language}:{entry.number}:{entry.claim}:{name}"
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def settings(parts: Parts) -> dict[str, str]:
    """What a preview prints of the installation: names and contact lines, nothing secret."""
    shown = ("university_", "signatory_", "contact_line_", "base_url")
    return {
        item.name: getattr(parts.settings, item.name)
        for item in fields(parts.settings)
        if item.name.startswith(shown)
    }


def in_a_child(
    entry: Entry, kind: Kind, data: bytes, alive: Alive, given: Mapping[str, str]
) -> Result:
    """Have a version made by a child of its own process group. Raises Stopped."""
    asked = {"form": entry.form, "kind": kind.as_json(), "settings": dict(given)}
    stdin = json.dumps(asked, ensure_ascii=False).encode() + b"\n" + data
    with subprocess.Popen(  # noqa: S603 – our own program, by its path
        [sys.executable, "-I", "-B", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "PYTHONIOENCODING": "utf-8",
        },
        start_new_session=True,
    ) as child:
        try:
            out = _waited_for(child, stdin, alive)
        finally:
            _end(child)
    if out is None:
        return Result({}, [Finding("too_slow")], later=True)
    return _read(out)


def _waited_for(child: subprocess.Popen[bytes], stdin: bytes, alive: Alive) -> bytes | None:
    end = time.monotonic() + LONGEST_SECONDS
    given: bytes | None = stdin
    while time.monotonic() < end:
        try:
            return child.communicate(given, timeout=LOOK_SECONDS)[0]
        except subprocess.TimeoutExpired:
            given = None  # it was taken
        if not alive():
            raise Stopped
    return None


def _end(child: subprocess.Popen[bytes]) -> None:
    """First politely, so that it ends its LibreOffice; then whatever is left of its group."""
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read(out: bytes) -> Result:
    """What the child answered; nothing whole is a crash."""
    try:
        with zipfile.ZipFile(io.BytesIO(out)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except zipfile.BadZipFile:
        return Result({}, [Finding("crashed")], later=True)
    if "problem.json" in parts:
        problem: dict[str, Any] = json.loads(parts["problem.json"])
        facts = problem.get("facts", {}) | {"reason": problem["code"]}
        if problem["code"] == "office_missing":
            return Result({}, [Finding("needs_libreoffice")])
        own = problem["code"] if problem["code"] in SAID_ITSELF else "cannot_be_made"
        return Result({}, [Finding(own, facts=facts)], later=bool(problem["later"]))
    findings = [Finding.read(row) for row in json.loads(parts.pop("findings.json"))]
    return Result(parts, findings)
