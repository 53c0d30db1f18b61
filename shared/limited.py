"""A program of ours on a stranger's file: a child with hard limits that dies alone.

A file that strangers send may be made to eat memory or time, or to break its reader. So it is read
by a child that has nothing worth stealing: no environment, no settings, no file that it may write.
The program reads standard input and answers JSON on standard output (`limited_child.py`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from shared.errors import TryLater

CHILD = Path(__file__).with_name("limited_child.py")
WAIT_SECONDS = 4.0  # then others shall have the web server's threads


class Limited:
    """A program to be run on one file at a time, by at most `at_once` callers of this process."""

    def __init__(self, program: Path, *, at_once: int = 2, seconds: float = 10.0) -> None:
        self._command = [sys.executable, "-I", "-B", str(CHILD), str(program)]
        self._places = threading.BoundedSemaphore(at_once)
        self._seconds = seconds

    def ask(self, data: bytes, *arguments: str) -> Any | None:
        """What the program answers about a file; None: not within its limits.

        Raises TryLater("checks_busy") when too many wait already.
        """
        if not self._places.acquire(timeout=WAIT_SECONDS):
            raise TryLater("checks_busy", "too many files are being read", retry_after=30)
        try:
            return self._run(data, arguments)
        finally:
            self._places.release()

    def _run(self, data: bytes, arguments: tuple[str, ...]) -> Any | None:
        try:
            done = subprocess.run(  # noqa: S603 – our own program, by its path
                [*self._command, *arguments],
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=self._seconds,
                env={"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
                check=False,
            )
        except subprocess.TimeoutExpired:
            return None
        except OSError as error:
            raise TryLater("checks_busy", "no process can be started", retry_after=30) from error
        return json.loads(done.stdout) if done.returncode == 0 else None
