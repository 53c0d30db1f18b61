"""What all departments stand on: opened once a process, handed over, closed at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from services.routes import SERVICES
from shared.broker import Broker, EmbeddedBroker, RabbitBroker
from shared.clock import Clock, clock_from
from shared.database import Database, migrate
from shared.files import FileStore, open_store
from shared.keys import Keyring
from shared.settings import Settings
from shared.traces import Collector, open_collector

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Ground:
    """Settings, clock, keys, files, a database for each department, and where spans go."""

    settings: Settings
    clock: Clock
    keyring: Keyring
    files: FileStore
    databases: Mapping[str, Database]
    collector: Collector

    @classmethod
    def open(cls, settings: Settings, environ: Mapping[str, str]) -> Ground:
        """Open everything; nothing is connected until it is used.

        Raises Permanent with a sentence for the operator (a wrong setting, a missing key).
        """
        settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # of the owner alone
        return cls(
            settings=settings,
            clock=clock_from(settings.clock),
            keyring=Keyring.open(settings, environ),
            files=open_store(settings.files, settings.folder("files"), environ),
            databases={name: Database(settings.database_url(name)) for name in SERVICES},
            collector=open_collector(environ),
        )

    def migrate(self) -> None:
        """Bring every database to the newest schema."""
        for name, database in self.databases.items():
            migrate(database, HERE / name)

    def ready(self) -> bool:
        """Whether every database and the file store answer."""
        return self.files.ready() and all(one.ready() for one in self.databases.values())

    @contextmanager
    def broker(self, service: str | None = None) -> Iterator[Broker]:
        """The broker: RabbitMQ by URL, else the embedded queue (for one process alone).

        Of a process that is one department's its user may have rights to that one's queues alone.
        """
        broker: Broker
        if self.settings.broker:
            services = None if service is None else (service,)
            broker = RabbitBroker(self.settings.broker, services=services)
        else:
            broker = EmbeddedBroker(self.settings.data_folder / "queue.sqlite")
        try:
            yield broker
        finally:
            broker.close()

    @contextmanager
    def operations(self, broker: Broker) -> Iterator[Broker]:
        """By whom the stuck messages of all departments are looked at: a user for that, or the
        same `broker`."""
        if not self.settings.operations_broker:
            yield broker
            return
        looking = RabbitBroker(self.settings.operations_broker, services=())
        try:
            yield looking
        finally:
            looking.close()

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Give back all connections, and send the last spans."""
        self.collector.close()
        for database in self.databases.values():
            database.close()
