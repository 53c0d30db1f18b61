"""Files of strangers before they are kept: a virus scanner is asked, where an installation has one.

clamd's protocol (clamd(8)): `zINSTREAM` and a NUL, the file in chunks that each have their length
before them (four bytes, network order), a chunk of none; the answer ends with a NUL.
"""

from __future__ import annotations

import logging
import socket
import struct
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from shared.errors import Refused, TryLater

log = logging.getLogger("dojang.scanner")

CLAMD_PORT = 3310
TIMEOUT_S = 30.0
CHUNK_BYTES = 1 << 16
ANSWER_BYTES_MOST = 4096
LENGTH = struct.Struct("!I")
CLEAN, FOUND = "OK", " FOUND"


class Scanner(Protocol):
    """Whatever knows harmful files."""

    def check(self, data: bytes) -> None:
        """Raises Refused("upload_infected"), TryLater("scanner_away"): then nothing is kept."""
        ...


class NoScanner:
    """An installation without one takes every file."""

    def check(self, data: bytes) -> None:
        pass


@dataclass(frozen=True)
class Clamd:
    """clamd at `host` and `port`, or behind the socket `path` where it is not empty."""

    host: str
    port: int
    path: str = ""

    def check(self, data: bytes) -> None:
        try:
            answer = self._ask(data)
        except OSError as error:
            log.warning("the scanner does not answer: %s", type(error).__name__)
            raise TryLater("scanner_away", "the scanner does not answer") from error
        if answer.endswith(FOUND):
            log.warning("a file of %d bytes was refused: %s", len(data), answer)
            raise Refused("upload_infected", "the scanner knows it", field="file")
        if answer.rpartition(": ")[2] != CLEAN:
            log.warning("the scanner could not look at a file: %s", answer)
            raise TryLater("scanner_away", "the scanner did not look at it")

    def _ask(self, data: bytes) -> str:
        with self._connect() as line:
            line.settimeout(TIMEOUT_S)
            try:
                line.sendall(b"zINSTREAM\0")
                for start in range(0, len(data), CHUNK_BYTES):
                    chunk = data[start : start + CHUNK_BYTES]
                    line.sendall(LENGTH.pack(len(chunk)) + chunk)
                line.sendall(LENGTH.pack(0))
            except BrokenPipeError:
                pass  # it had enough before the end and says why
            return _answer(line)

    def _connect(self) -> socket.socket:
        if not self.path:
            return socket.create_connection((self.host, self.port), TIMEOUT_S)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(TIMEOUT_S)
        try:
            line.connect(self.path)
        except OSError:
            line.close()
            raise
        return line


def open_scanner(address: str) -> Scanner:
    """The scanner of `DOJANG_SCANNER`: `clamd://host:3310`, `clamd:///run/clamav/clamd.ctl`, or
    none where it is empty."""
    if not address:
        return NoScanner()
    found = urlsplit(address)
    return Clamd(
        found.hostname or "", found.port or CLAMD_PORT, found.path if not found.hostname else ""
    )


def _answer(line: socket.socket) -> str:
    """What it says, without the NUL; nothing if it hangs up before."""
    said = b""
    while not said.endswith(b"\0") and len(said) < ANSWER_BYTES_MOST:
        more = line.recv(ANSWER_BYTES_MOST)
        if not more:
            break
        said += more
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()
