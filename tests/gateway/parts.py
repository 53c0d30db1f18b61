"""A real nginx with our configuration, in front of three departments that say who was asked."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.parts.ports import free_port, wait_until

GATEWAY = Path(__file__).parents[2] / "gateway"


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


class Gateway:
    """nginx on free ports; `front` is the address whose X-Forwarded-* it believes, `root` the
    PEM file that certificates of the departments lead to where they speak TLS."""

    def __init__(
        self,
        folder: Path,
        departments: Mapping[str, Department],
        front: str,
        root: Path | None = None,
    ) -> None:
        self.folder = folder
        if root:
            shutil.copy(root, folder / "inside.pem")
        self.door, self.trial_door = free_port(), free_port()
        values = {
            "GATEWAY_DOOR": str(self.door),
            "GATEWAY_TRIAL_DOOR": str(self.trial_door),
            "GATEWAY_FRONT_PROXY": front,
            "GATEWAY_RESOLVER": "127.0.0.1",
            "GATEWAY_INSIDE": "https" if root else "http",
            "GATEWAY_PAGES": str(GATEWAY),
            "GATEWAY_MAILBOX": departments["notify"].address,
            **{f"GATEWAY_{name.upper()}": part.address for name, part in departments.items()},
        }
        template = (GATEWAY / "dojang.conf.template").read_text("utf-8")
        filled = re.sub(r"\$\{(GATEWAY_\w+)\}", lambda name: values[name[1]], template)
        (folder / "dojang.conf").write_text(filled, "utf-8")
        (folder / "nginx.conf").write_text(_main(folder), "utf-8")

    def start(self) -> None:
        with open(self.folder / "output.log", "ab") as out:
            self.process = subprocess.Popen(
                [_program(), "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)],
                stdout=out,
                stderr=out,
            )
        wait_until(self._answers, seconds=10, what="nginx", alive=self.process)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(10)

    @property
    def output(self) -> str:
        return (self.folder / "output.log").read_text("utf-8")

    def _answers(self) -> bool:
        with socket.socket() as asking:
            return asking.connect_ex(("127.0.0.1", self.door)) == 0


def why_not() -> str | None:
    """Why no gateway can be started here, or None if it can."""
    return None if Path(_program()).exists() else "nginx is not installed"


def _program() -> str:
    return shutil.which("nginx") or "/usr/sbin/nginx"


def _main(folder: Path) -> str:
    user = "user root;\n" if os.geteuid() == 0 else ""
    temporary = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"{user}daemon off;\nworker_processes 1;\npid {folder / 'pid'};\nerror_log stderr;\n"
        f'events {{}}\nhttp {{\n{temporary}include "{folder / "dojang.conf"}";\n}}\n'
    )
