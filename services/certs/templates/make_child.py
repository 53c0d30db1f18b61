"""Make a version: a program of its own, started by the worker, killed when it is not wanted.

Standard input is a line of JSON (`form`, `kind`, `settings`), then the file; standard output a ZIP
of what was made, with `findings.json`, or with `problem.json` where nothing could be. It has no
key, no database and no file store; LibreOffice is its own child, with limits of its own.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import signal
import sys
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # -I leaves nothing of ours on the path
    sys.path.insert(0, str(Path(__file__).parents[3]))

from services.certs.templates.fields import Kind
from services.certs.templates.making import make
from shared.errors import Permanent, TryLater
from shared.files import Lying, Stored
from shared.settings import Settings

CPU_SECONDS = 900
MEMORY_BYTES = 6 * 1024**3  # of address space: LibreOffice reserves far more than it uses


class Nothing:
    """A file store without files: previews have no pictures of people."""

    def put(self, data: bytes, file_id: str | None = None) -> Stored:
        raise Permanent("file_missing", "nothing is stored here")

    def get(self, file_id: str, sha256: str | None = None) -> bytes:
        raise Permanent("file_missing", "nothing lies here")

    def exists(self, file_id: str) -> bool:
        return False

    def remove(self, file_id: str) -> None:
        """There is nothing."""

    def everything(self) -> Iterator[Lying]:
        return iter(())

    def ready(self) -> bool:
        return True


def answer(given: bytes) -> dict[str, bytes]:
    """The parts of the ZIP."""
    head, _, data = given.partition(b"\n")
    asked = json.loads(head)
    try:
        made = make(
            asked["form"], data, Kind(**asked["kind"]), Settings(**asked["settings"]), Nothing()
        )
    except TryLater as problem:
        return {"problem.json": told({"code": problem.code, "later": True})}
    except Permanent as problem:
        plain = {k: v for k, v in problem.facts.items() if isinstance(v, str | int)}
        return {"problem.json": told({"code": problem.code, "later": False, "facts": plain})}
    findings = [one.as_json() for one in made.findings]
    return {**made.files, "findings.json": told(findings)}


def told(thing: Any) -> bytes:
    return json.dumps(thing, ensure_ascii=False).encode()


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def main() -> None:
    """Read, make, write; SIGTERM ends LibreOffice with us."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    sys.stdout.buffer.write(packed(answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
