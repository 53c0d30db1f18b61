"""What people notice of the server when many of them are there."""

from __future__ import annotations

import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import httpx

from tests.parts.ports import free_port, wait_until

READERS = 300  # with a page open and a connection kept
HOUSE = """
import sys
from pathlib import Path
from services.running import serve

def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=2, when_ready=Path(sys.argv[2]).touch)
"""


def test_hundreds_who_only_read_keep_nobody_out(tmp_path: Path) -> None:
    port, ready = free_port(), tmp_path / "ready"
    command = [sys.executable, "-c", HOUSE, str(port), str(ready)]
    with subprocess.Popen(command) as process, ExitStack() as readers:
        try:
            wait_until(ready.exists, seconds=60, what="the server", alive=process)
            for _ in range(READERS):
                readers.enter_context(socket.create_connection(("127.0.0.1", port)))
            assert httpx.get(f"http://127.0.0.1:{port}", timeout=10, trust_env=False).text == "ok"
        finally:
            process.kill()
