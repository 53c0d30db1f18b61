"""A program for a limited child that does what its file tells it to (`test_limited.py`)."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

seen: list[int] = []


def answer(data: bytes, *arguments: str) -> Any:
    """What the first argument asks for."""
    seen.append(len(data))
    return DEEDS[arguments[0]](data, *arguments[1:])


def _write(_data: bytes, path: str) -> None:
    Path(path).write_bytes(b"x" * 10)


def _handles(_data: bytes) -> list[str]:
    folder = Path("/proc/self/fd")
    return sorted({str(os.readlink(one)).split(":")[0] for one in folder.iterdir() if one.exists()})


DEEDS: dict[str, Any] = {
    "echo": lambda data, *more: {"text": data.decode(), "arguments": more},
    "seen": lambda _data: seen,
    "environment": lambda _data: sorted(os.environ),
    "handles": _handles,
    "eat": lambda _data: len(b"x" * 2_000_000_000),
    "sleep": lambda _data: time.sleep(60),
    "spin": lambda _data: [None for _ in iter(int, 1)],
    "die": lambda _data: os.kill(os.getpid(), signal.SIGKILL),
    "fail": lambda _data: {}["nothing"],
    "exit": lambda _data: sys.exit(0),
    "write": _write,
    "pid": lambda _data: [os.getppid(), os.getpid()],
}
