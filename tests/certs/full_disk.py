"""certs on a disk of its own that is full: `unshare --mount … python -m tests.certs.full_disk …`.

Arguments: an empty folder, and what lies on the full disk: `files` (the file store alone) or
`everything` (the databases and the queue, too). Says as JSON what there was while the disk was
full, and after there was room again.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.certs.parts import Office, request

BLOCK = 4096
LEFT_BYTES = 24 * 1024  # less than a document takes
PATIENCE_S = 20.0  # the queue tries again after 1 s, 5 s …


def main(folder: str, what: str) -> None:
    """Ask for a document while the disk is full, then make room."""
    data = Path(folder)
    disk = data / "files" if what == "files" else data
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", disk], check=True)
    office = Office(data, f"sqlite:///{data / 'certs.sqlite'}")
    office.put(request())
    ballast = fill(disk)
    office.consumer.drain()
    full = seen(office, disk)
    ballast.unlink()
    office.consumer.drain(PATIENCE_S)
    json.dump({"full": full, "after": seen(office, disk)}, sys.stdout)
    office.close()


def fill(disk: Path) -> Path:
    """Take all room but a little."""
    ballast = disk / "ballast"
    room = os.statvfs(disk)
    with ballast.open("wb") as out:
        out.write(bytes(room.f_bavail * room.f_frsize - LEFT_BYTES))
    return ballast


def seen(office: Office, disk: Path) -> dict[str, Any]:
    """Documents, announcements, dead letters, and the files of the store."""
    documents = office.documents()
    store = [path for path in (disk if disk.name == "files" else disk / "files").rglob("*")
             if path.is_file() and path.name != "ballast"]  # fmt: skip
    return {
        "documents": len(documents),
        "whole": [bool(office.files.get(one.file_id, one.sha256)) for one in documents],
        "said": [one.type for one in office.said()],
        "dead": office.dead(),
        "files": len(store),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
