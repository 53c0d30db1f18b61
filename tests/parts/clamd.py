"""A stand-in for clamd: the INSTREAM command as clamd(8) has it, and one virus that it knows.

clamd 1.4.6 of Debian 12, with a signature of these words, gave these very answers on 29 November
2026 (the name of a signature of one's own ends with `.UNOFFICIAL`).
"""

from __future__ import annotations

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"  # a part of the test file that every scanner knows
STREAM_BYTES_MOST = 1 << 20  # StreamMaxLength, which is 100 MB by default
ANSWERS = {True: b"stream: Eicar-Test-Signature FOUND\0", False: b"stream: OK\0"}
TOO_LARGE = b"INSTREAM size limit exceeded. ERROR\0"


class Talk(socketserver.StreamRequestHandler):
    """One connection: a command, a file in chunks, an answer."""

    def handle(self) -> None:
        said: bytes | None = getattr(self.server, "said", None)
        if self.rfile.read(10) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        data = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
            if len(data) > STREAM_BYTES_MOST:
                self.wfile.write(TOO_LARGE)
                return
        self.wfile.write(ANSWERS[VIRUS in data] if said is None else said)


@contextmanager
def clamd(socket: Path | None = None, said: bytes | None = None) -> Iterator[str]:
    """Its address, on a free port or at a socket; `said` is its answer to everything."""
    kind = socketserver.ThreadingUnixStreamServer if socket else socketserver.ThreadingTCPServer
    place: Any = str(socket) if socket else ("127.0.0.1", 0)
    with kind(place, Talk) as server:
        server.daemon_threads = True
        server.said = said  # type: ignore[attr-defined]  # read by each talk
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"clamd://{socket}" if socket else f"clamd://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
