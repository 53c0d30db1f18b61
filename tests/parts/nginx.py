"""A real nginx with our configuration."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.parts.ports import free_port, wait_until

GATEWAY = Path(__file__).parents[2] / "gateway"


class Gateway:
    """nginx on free ports, before departments by their addresses (`host:port`, the mailbox too).

    `front` is the address whose X-Forwarded-* it believes, `root` the PEM file that certificates of
    the departments lead to where they speak TLS.
    """

    def __init__(
        self, folder: Path, addresses: Mapping[str, str], front: str, root: Path | None = None
    ) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
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
            **{f"GATEWAY_{name.upper()}": address for name, address in addresses.items()},
        }
        template = (GATEWAY / "dojang.conf.template").read_text("utf-8")
        filled = re.sub(r"\$\{(GATEWAY_\w+)\}", lambda name: values[name[1]], template)
        (folder / "dojang.conf").write_text(filled, "utf-8")
        (folder / "nginx.conf").write_text(_main(folder), "utf-8")

    def start(self) -> None:
        """Start; back when it takes connections."""
        with open(self.folder / "output.log", "ab") as out:
            self.process = subprocess.Popen(
                [_program(), "-c", str(self.folder / "nginx.conf"), "-p", str(self.folder)],
                stdout=out,
                stderr=out,
            )
        wait_until(self._answers, seconds=10, what="nginx", alive=self.process)

    def close(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    @property
    def output(self) -> str:
        """What it wrote."""
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
