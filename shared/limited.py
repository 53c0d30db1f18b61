"""A program of ours on a stranger's file: a child with hard limits that dies alone.

A file that strangers send may be made to eat memory or time, or to break its reader. So it is read
by a child that has nothing worth stealing: no environment, no settings, no file that it may write.
A child that had to start Python and import a reader of PDFs would take 100 ms and more for that,
so it is forked off a process that did so once and sees no file itself (`forkserver.py`).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from shared.errors import TryLater

FORKSERVER = Path(__file__).with_name("forkserver.py")
WAIT_SECONDS = 4.0  # then others shall have the web server's threads
START_SECONDS = 20.0  # of a fork server on a busy machine
GRACE_SECONDS = 2.0  # after which a child that its own clock did not end is given up


class Limited:
    """A program to be run on one file at a time, by at most `at_once` callers of this process.

    It is the name of a module that has `answer(data, *arguments)`, which gives what JSON can say.
    """

    def __init__(self, program: str, *, at_once: int = 2, seconds: float = 10.0) -> None:
        self._server = _ForkServer(program, seconds)
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
        except _NoProcess as error:
            raise TryLater("checks_busy", "no process can be started", retry_after=30) from error
        finally:
            self._places.release()

    def _run(self, data: bytes, arguments: tuple[str, ...]) -> Any | None:
        with self._server.child(arguments) as line:
            line.settimeout(self._seconds + GRACE_SECONDS)
            try:
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
                with line.makefile("rb") as answered:
                    answer = answered.read()
            except OSError:  # it died in the middle of the file, or would not end
                return None
        return json.loads(answer) if answer else None


class _NoProcess(Exception):
    """A fork server cannot be started, or does not fork."""


class _ForkServer:
    """The process that a program's children come from, started when first needed and again when
    it is gone."""

    def __init__(self, program: str, seconds: float) -> None:
        self._command = [sys.executable, "-I", "-B", str(FORKSERVER), program, str(seconds)]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        atexit.register(self.end)

    def child(self, arguments: tuple[str, ...]) -> socket.socket:
        """The line to a new child: it takes the file, and gives the answer when that has ended."""
        request = json.dumps(arguments).encode()
        with self._lock:
            for _ in range(2):  # the one that stood by may have gone to rest
                ours, theirs = socket.socketpair()
                with theirs:
                    if self._took(request, theirs):
                        return ours
                ours.close()
                self.end()
        raise _NoProcess

    def _took(self, request: bytes, theirs: socket.socket) -> bool:
        try:
            line = self._line or self._start()
            socket.send_fds(line, [request], [theirs.fileno()])
            return bool(line.recv(1))
        except OSError:
            return False

    def _start(self) -> socket.socket:
        self._line, theirs = socket.socketpair()
        self._line.settimeout(START_SECONDS)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 – our own program, by its path
                self._command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env={"LANG": "C.UTF-8"},
            )  # fmt: skip
        return self._line

    def end(self) -> None:
        """Give it back."""
        if self._line is not None:
            self._line.close()  # whereupon it ends
            self._line = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
            self._process = None
