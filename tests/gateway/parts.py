"""Three departments that say who was asked, to stand behind nginx."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Department:
    """A stand-in for one department: answers every request with what reached it."""

    def __init__(self, name: str, tls: ssl.SSLContext | None = None) -> None:
        self.ready, self.notes = True, ""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler(name))
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.address = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(self, name: str) -> type[BaseHTTPRequestHandler]:
        department = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = {"name": name, "path": self.path, "headers": dict(self.headers.items())}
                data = json.dumps(body).encode()
                ready = department.ready or self.path != "/readyz"
                self.send_response(200 if ready else 503)
                self.send_header("Content-Length", str(len(data)))
                if department.notes:
                    self.send_header("Dojang-Notes", department.notes)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815  # the name that http.server looks for

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        return Handler


def addresses(departments: Mapping[str, Department]) -> dict[str, str]:
    """Where nginx finds them; the mailbox is notify's."""
    found = {name: one.address for name, one in departments.items()}
    return {**found, "mailbox": found["notify"]}
