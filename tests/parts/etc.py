"""`/etc/dojang` as docs/operating.md has it, in a folder of a test's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from services.routes import SERVICES
from tests.parts.ports import free_port
from tests.parts.product import Server


@dataclass
class Etc:
    """The files that the units of systemd name, and what the operator's commands need."""

    folder: Path
    rabbitmq: Server
    postgres: Server
    data: str
    shared: dict[str, str] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=lambda: {one: free_port() for one in SERVICES})

    def __post_init__(self) -> None:
        everybody = {
            "DOJANG_ENVIRONMENT": "trial",
            "DOJANG_DATA": self.data,
            "DOJANG_BASE_URL": "http://127.0.0.1:8000",
            "DOJANG_NOTIFY_URL": self.url("notify"),
            "DOJANG_BROKER": self.rabbitmq.url(),
            **self.shared,
        }
        own = {f"DOJANG_{one.upper()}_DATABASE": self.postgres.url() for one in SERVICES}
        self.operator = everybody | own
        self.folder.mkdir(exist_ok=True)
        self._write("env", everybody)
        self._write("operator.env", self.operator)
        for one in SERVICES:
            key = f"DOJANG_{one.upper()}_DATABASE"
            self._write(f"{one}.env", {key: own[key]})
            self._write(f"web-{one}.env", {"PORT": str(self.ports[one])})

    def url(self, service: str) -> str:
        """Where the pages of a department are."""
        return f"http://127.0.0.1:{self.ports[service]}"

    def _write(self, name: str, settings: dict[str, str]) -> None:
        text = "".join(f"{key}={value}\n" for key, value in settings.items())
        (self.folder / name).write_text(text)
