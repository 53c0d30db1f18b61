"""The product as processes of its own: on the embedded default, or in earnest.

`Embedded` is what `./run` starts. `InEarnest` is what the Compose file starts,
without containers: a web process and a worker for each department on RabbitMQ
and PostgreSQL, mail by SMTP into our mail catcher, and before them nginx.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import httpx

from services.routes import SERVICES
from tests.parts import nginx
from tests.parts.fixtures import need
from tests.parts.nginx import Gateway
from tests.parts.ports import free_port, wait_until

START_SECONDS = 240
STOP_SECONDS = 90


class Product(Protocol):
    """A running Dojang: its address, and the power to end and start its parts."""

    url: str

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self, part: str) -> None: ...
    def start_again(self, part: str) -> None: ...


class Server(Protocol):
    """One or several RabbitMQ or PostgreSQL that give each who asks an address of its own."""

    def url(self) -> str: ...


class Processes:
    """Named child processes with a log each."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._commands: dict[str, list[str]] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, name: str, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Start `dojang ARGUMENTS` under a name."""
        self._commands[name] = list(arguments)
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", *arguments],
                env={**self.environment, **more},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._running[name] = process
        return process

    def run(self, *arguments: str) -> str:
        """Run `dojang ARGUMENTS` to its end; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", *arguments],
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"dojang {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def start_again(self, name: str, **more: str) -> subprocess.Popen[bytes]:
        """Start the process of a name as before."""
        return self.start(name, *self._commands[name], **more)

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """The running process of a name."""
        return self._running[name]

    def end(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """Signal a process and wait for its end."""
        process = self._running.pop(name)
        if process.poll() is None:
            os.killpg(process.pid, how)
        process.wait(STOP_SECONDS)

    def end_all(self) -> None:
        """End all in order, then see that they did."""
        for process in self._running.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for name in list(self._running):
            try:
                self._running[name].wait(STOP_SECONDS)
            finally:
                self.end(name, signal.SIGKILL)

    def log(self, name: str) -> str:
        """What a process wrote."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""


class Embedded:
    """`dojang up` in a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = folder / "data"
        environment = _environment(DOJANG_DATA=str(self.data), DOJANG_BASE_URL=self.url, **settings)
        self.processes = Processes(folder, environment)

    def start(self) -> None:
        """Start; back when it is ready."""
        up = self.processes.start("up", "up", "--port", str(self.port))
        _wait_ready(self.url, up, self.processes, "up")

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        self.processes.end_all()

    def kill(self, part: str = "up") -> None:
        """kill -9; there is one part."""
        self.processes.end(part, signal.SIGKILL)

    def start_again(self, part: str = "up") -> None:
        """Start on the same data; back when ready."""
        up = self.processes.start_again(part)
        _wait_ready(self.url, up, self.processes, part)


class InEarnest:
    """Each department apart, on RabbitMQ, PostgreSQL and SMTP."""

    def __init__(
        self,
        folder: Path,
        rabbitmq: Server,
        postgres: Server,
        brokers: Mapping[str, Mapping[str, str]] | None = None,
        **settings: str,
    ) -> None:
        """`brokers` are the settings of each department that name its own user of RabbitMQ."""
        need(nginx.why_not())
        self._brokers = brokers or {service: {} for service in SERVICES}
        self.ports = {service: free_port() for service in SERVICES}
        self.ports["mailbox"] = free_port()
        self.smtp = free_port()
        addresses = {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
        self._gateway = Gateway(folder / "gateway", addresses, front="127.0.0.9")
        self.url = f"http://127.0.0.1:{self._gateway.trial_door}"
        self.databases = {service: postgres.url() for service in SERVICES}
        environment = _environment(
            DOJANG_ENVIRONMENT="trial",
            DOJANG_DATA=str(folder / "data"),
            DOJANG_BASE_URL=self.url,
            DOJANG_TRUSTED_PROXIES="1",
            **({} if brokers else {"DOJANG_BROKER": rabbitmq.url()}),
            DOJANG_NOTIFY_URL=f"http://127.0.0.1:{self.ports['notify']}",
            DOJANG_MAIL=f"smtp://127.0.0.1:{self.smtp}",
            **{f"DOJANG_{name.upper()}_DATABASE": url for name, url in self.databases.items()},
            **settings,
        )
        self.processes = Processes(folder, environment)

    def start(self) -> None:
        """Migrate, start all parts and the gateway; back when all are ready."""
        self.processes.run("migrate")
        pages = str(self.ports["mailbox"])
        self.processes.start("mailbox", "mailbox", "--port", pages, "--smtp-port", str(self.smtp))
        for service in SERVICES:
            port = str(self.ports[service])
            own = self._brokers[service]
            self.processes.start(f"{service}-web", "web", service, "--port", port, **own)
            self.processes.start(f"{service}-worker", "worker", service, **own)
        for service in SERVICES:
            self._wait_for(f"{service}-web", self.ports[service])
        self._wait_for("mailbox", self.ports["mailbox"])
        self._gateway.start()

    def stop(self) -> None:
        """Stop all parts in order."""
        self._gateway.close()
        self.processes.end_all()

    def kill(self, part: str) -> None:
        """kill -9 of one part, `forms-web`, `certs-worker`, …"""
        self.processes.end(part, signal.SIGKILL)

    def start_again(self, part: str, **more: str) -> None:
        """Start a part as before, or with other settings; back when it is ready."""
        self.processes.start_again(part, **more)
        if part.endswith("-web"):
            self._wait_for(part, self.ports[part.removesuffix("-web")])

    def _wait_for(self, name: str, port: int) -> None:
        process = self.processes.process(name)
        _wait_ready(f"http://127.0.0.1:{port}", process, self.processes, name)


def _environment(**settings: str) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return {**inherited, "DOJANG_LOG": "info", "PYTHONUNBUFFERED": "1", **settings}


def _wait_ready(
    url: str, process: subprocess.Popen[bytes], processes: Processes, name: str
) -> None:
    def ready() -> bool:
        try:
            return httpx.get(f"{url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    try:
        wait_until(ready, seconds=START_SECONDS, what=f"{name} at {url}", alive=process)
    except Exception as error:
        raise RuntimeError(f"{error}\n{processes.log(name)[-4000:]}") from error
