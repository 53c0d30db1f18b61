"""An installation in one thread, and one schedule of what happens to it."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from services.certs import app as certs_app
from services.certs import parts as certs_parts
from services.certs import worker as certs_worker
from services.certs.heads.making import Log, publish
from services.certs.heads.publisher import LOOK_EVERY_S
from services.forms import app as forms_app
from services.forms import parts as forms_parts
from services.forms import worker as forms_worker
from services.forms.applications import deadlines
from services.forms.applications.growth import TELL_EVERY_S, tell_growth
from services.forms.applications.states import TRANSITIONS
from services.forms.people import register
from services.forms.people.demo.fill import fill
from services.forms.signin import sessions
from services.forms.verifications import HttpVerifications
from services.gateway import Gateway
from services.ground import HERE
from services.notify import app as notify_app
from services.notify import parts as notify_parts
from services.notify import worker as notify_worker
from services.notify.channels.in_order import InOrder, Way
from services.notify.claims import Claims
from services.notify.compose import Composer
from services.notify.deliver import Deliverer
from services.notify.receipts import Receipts
from services.notify.tables import Happening, topic_of
from services.routes import SERVICES
from shared.broker import Publication
from shared.clock import SEOUL, StandingClock
from shared.database import migrate
from shared.errors import TryLater
from shared.keys import Keyring
from shared.messages import LANES
from shared.outbox import OUTBOX
from shared.relay import Relay
from shared.settings import Settings
from tests.simulator.broker import Queues, SimulatedBroker
from tests.simulator.chance import Chance, Crash
from tests.simulator.ground import SimulatedDatabase, SimulatedStore
from tests.simulator.post import Copy, Letterbox, SimulatedServer

START = datetime(2026, 9, 1, 10, tzinfo=SEOUL)  # the waiver's window is open for days to come
HOST = "http://localhost"
STUDENTS_MOST = 6
KINDS = ("tuition_waiver", "certificate_enrollment")
EDGES = {(one.state, one.leads_to) for one in TRANSITIONS}
TICKS_EACH = timedelta(seconds=deadlines.LONGEST_REST_S)
GROWTH_EACH = timedelta(seconds=TELL_EVERY_S)
HEADS_EACH = timedelta(seconds=LOOK_EVERY_S)
SETTLED = threading.Event()
SETTLED.set()


@dataclass(frozen=True)
class Applicant:
    """A student who may ask, and the answers that the form begins with."""

    login_id: str
    prefill: Mapping[str, Mapping[str, Any]]


class Installation:
    """What is the same in every schedule: made once, brought back to its first day each time."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(
            prefix="dojang-simulator-", dir=memory if memory.is_dir() else None
        )
        folder = Path(self._folder.name)
        environ = {"DOJANG_DATA": str(folder), "DOJANG_BASE_URL": HOST, "DOJANG_MAILBOX": "off"}
        self.settings = Settings.read(environ)
        self.clock = StandingClock(START)
        self.keyring = Keyring.open(self.settings, environ)
        self.files: dict[str, tuple[bytes, datetime]] = {}
        self.stores = {name: SimulatedStore(name, self.files) for name in SERVICES}
        self.databases = {
            name: SimulatedDatabase(name, self.settings.database_url(name)) for name in SERVICES
        }
        for store in self.stores.values():
            store.clock = self.clock
        for name, database in self.databases.items():
            migrate(database, HERE / name)
        self._build()
        with self.databases["forms"].write() as session:
            fill(session, self.clock)
        self.gateway = Gateway(self.apps, lambda: True)
        self._wakes = {name: list(one._after_commit) for name, one in self.databases.items()}
        self.tokens: dict[str, str] = {}
        self._kept = self._photograph()

    def _build(self) -> None:
        self.notify = notify_parts.Parts(
            settings=self.settings,
            clock=self.clock,
            database=self.databases["notify"],
            keyring=self.keyring,
            composer=Composer(notify_parts.TEMPLATES, self.settings, self.keyring),
            channels={},
            mailbox=None,
            receipts=Receipts(self.databases["notify"], self.clock),
        )
        notify = notify_app.create_app(self.notify)
        transport = httpx.WSGITransport(app=notify)
        self.forms = forms_parts.Parts.build(
            self.settings,
            clock=self.clock,
            database=self.databases["forms"],
            files=self.stores["forms"],
            keyring=self.keyring,
            verifications=HttpVerifications("http://127.0.0.1:8003", self.keyring, transport),
        )
        self.certs = certs_parts.build(
            self.settings, self.clock, self.databases["certs"], self.stores["certs"], self.keyring,
        )  # fmt: skip
        self.apps = {
            "forms": forms_app.create_app(self.forms),
            "certs": certs_app.create_app(self.certs),
            "notify": notify,
        }

    def _photograph(self) -> dict[str, bytes]:
        kept = {}
        for name, database in self.databases.items():
            with database.engine.connect() as connection:
                connection.execution_options(begin="SELECT 1")
                connection.exec_driver_sql("SELECT 1")
            database.close()
            path = Path(self.settings.data_folder / f"{name}.sqlite")
            kept[name] = path.read_bytes()
        return kept

    def begin(self, chance: Chance) -> None:
        """The first day again, under this weather."""
        self.clock.advance(START - self.clock.now())
        self.files.clear()
        for store in self.stores.values():
            store.chance = chance
        for name, database in self.databases.items():
            database.close()
            path = Path(self.settings.data_folder / f"{name}.sqlite")
            for beside in ("-wal", "-shm"):
                path.with_name(path.name + beside).unlink(missing_ok=True)
            path.write_bytes(self._kept[name])
            database.chance, database.watch = chance, None
            self.forget_wakes(name)

    def forget_wakes(self, department: str) -> None:
        """Nobody of a department that died is woken any more."""
        self.databases[department]._after_commit[:] = self._wakes[department]

    def token(self, login_id: str) -> str:
        """A new session at the API, as signing in leaves it."""
        with self.databases["forms"].write() as session:
            account = register.find_account(session, login_id)
            assert account is not None
            return sessions.open_session(session, self.forms, account, "api")[0]

    def close(self) -> None:
        """Give everything back."""
        for database in self.databases.values():
            database.close()
        self._folder.cleanup()


Step = Callable[[], object]


@dataclass
class World:
    """One schedule's installation: what lies in the queues, who is alive, who got what."""

    house: Installation
    chance: Chance
    relay_of: Callable[..., Relay] = Relay
    queues: Queues = field(default_factory=Queues)
    box: Letterbox = field(default_factory=Letterbox)
    wrong: list[str] = field(default_factory=list)  # what was seen to be wrong on the way
    poison: set[str] = field(default_factory=set)
    states: dict[str, str] = field(default_factory=dict)
    work: dict[str, list[tuple[str, Step]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.house.begin(self.chance)
        self.clock = self.house.clock
        self.databases = self.house.databases
        self.brokers = {
            name: SimulatedBroker(name, self.queues, self.clock, self.chance) for name in SERVICES
        }
        self.servers = {
            channel: [
                SimulatedServer(name, self.box, self.clock, self.chance, self._meanwhile)
                for name in names
            ]
            for channel, names in (("email", ("mx1", "mx2")), ("sms", ("sms1", "sms2")))
        }
        self.box.knew = self._knew
        self.databases["forms"].watch = self._watch
        with self.chance.calm():
            for name in SERVICES:
                self.start(name)

    def start(self, department: str) -> None:
        """A department's process begins: what its memory held is gone."""
        self.house.databases[department].engine.dispose()
        self.house.forget_wakes(department)
        made = {"forms": self._forms, "certs": self._certs, "notify": self._notify}[department]
        broker = self.brokers[department]
        relay = self.relay_of(
            self.databases[department], broker, self.clock, sweep_s=0.0,
            fault=self._dies(department),
        )  # fmt: skip
        drain = self._woken(department, relay.drain, OUTBOX.name, looked=True)
        self.work[department] = [(f"{department} relay", drain), *made(broker)]

    def _woken(self, department: str, act: Step, topic: str, looked: bool = False) -> Step:
        """What looks again only after a commit that concerns it or when time has passed, as in
        the product: what found nothing finds nothing again. `looked`: it always ends so."""
        asleep: list[datetime] = []
        self.databases[department].on_commit(asleep.clear, topic)

        def step() -> bool:
            now = self.clock.now()
            if asleep == [now]:
                return False
            done = bool(act())
            asleep[:] = [] if done and not looked else [now]
            return done

        return step

    def _each(self, rest: timedelta, act: Step) -> Step:
        """What a thread with a clock of its own does: at the start, then after each rest."""
        last: list[datetime] = []

        def step() -> bool:
            now = self.clock.now()
            if last and now - last[0] < rest:
                return False
            last[:] = [now]
            return bool(act())

        return step

    def do(self, name: str, act: Step) -> bool:
        """One step of somebody; whether something came of it. Who dies of it begins anew."""
        try:
            done = bool(act())
        except TryLater as error:
            self.chance.note(f"{name}: later, {error.code}")
        except Crash as crash:
            self.chance.note(f"{name}: {crash}")
            with self.chance.calm():
                self.start(crash.department)
        else:
            if done:
                self.chance.note(name)
            return done
        return not self.chance.healed

    def all_work(self) -> list[tuple[str, Step]]:
        """Everything that the departments do by themselves."""
        return [one for name in SERVICES for one in self.work[name]]

    def add_poison(self) -> None:
        """Somebody outside publishes what can never be understood."""
        lane = self.chance.one_of(self.brokers["forms"].topology.lanes)
        body = self.chance.one_of((b"\xff{", b"[]", b'{"id": "x"}', b"{" * 5000))
        number = len(self.poison)
        self.poison.add(f"poison-{number}")
        self.queues.add(
            lane.queue,
            Publication(f"poison-{number}", lane.types[0], lane.name, "nobody", body),
            self.clock.now(),
        )

    def _forms(self, broker: SimulatedBroker) -> list[tuple[str, Step]]:
        parts = self.house.forms
        consumer = forms_worker.consumer(parts, broker, self._dies("forms"))
        return [
            ("forms consumer", lambda: consumer.drain(most=1, stop=SETTLED)),
            ("forms timers", self._each(TICKS_EACH, self._tick)),
            ("forms growth", self._each(GROWTH_EACH, self.tell_growth)),
        ]

    def _tick(self) -> None:
        deadlines.tick(self.house.forms, self.clock.now())
        deadlines.tidy(self.house.forms, self.clock.now())

    def tell_growth(self) -> int:
        """Tell certs what the chains of applications have gained."""
        return tell_growth(self.house.forms)

    def _certs(self, broker: SimulatedBroker) -> list[tuple[str, Step]]:
        parts, log = replace(self.house.certs, fault=self._dies("certs")), Log()
        lanes = [certs_worker.consumer(parts, broker, lane) for lane in certs_worker.LANES]
        return [
            *(
                (f"certs {lane}", lambda one=one: one.drain(most=1, stop=SETTLED))
                for lane, one in zip(certs_worker.LANES, lanes, strict=True)
            ),
            ("certs head", self._each(HEADS_EACH, lambda: publish(parts, log, self.clock.now()))),
        ]

    def _notify(self, broker: SimulatedBroker) -> list[tuple[str, Step]]:
        database = self.databases["notify"]
        self.receipts = Receipts(database, self.clock)
        channels = {
            channel: InOrder([Way(one.name, one) for one in servers], self._monotonic)
            for channel, servers in self.servers.items()
        }
        parts = replace(
            self.house.notify, channels=channels, receipts=self.receipts, fault=self._dies("notify")
        )
        claims = Claims(database, self.clock)
        claims.release_all()
        consumers = notify_worker.consumers(parts, broker)
        deliverers = {lane: Deliverer(parts, claims, lane, insist_s=0.0) for lane in LANES}
        return [
            *(
                (f"notify {lane}", lambda one=one: one.drain(most=1, stop=SETTLED))
                for lane, one in zip(LANES, consumers, strict=True)
            ),
            *(
                (f"deliver {lane}", self._woken("notify", one.deliver_next, topic_of(lane)))
                for lane, one in deliverers.items()
            ),
            ("receipts", self._hear_receipt),
        ]

    def _hear_receipt(self) -> bool:
        if not self.box.bounces:
            return False
        self.receipts.hear(self.box.bounces[0])
        self.box.bounces.pop(0)
        return True

    def _meanwhile(self) -> None:
        """While a server keeps notify waiting, others go on; nobody dies of it."""
        others = [one for name in ("forms", "certs") for one in self.work[name]]
        with self.chance.calm():
            for _ in range(2):
                self.do(*self.chance.one_of(others))

    def _monotonic(self) -> float:
        return (self.clock.now() - START).total_seconds()

    def _dies(self, department: str) -> Callable[[str], None]:
        return lambda point: self.chance.may_die(department, point)

    def _knew(self, copy: Copy) -> bool:
        """Whether notify had noted that this message was accepted when a copy arrived."""
        notification_id = copy.message_id.strip("<>").partition("@")[0]
        with self.chance.calm(), self.databases["notify"].read() as session:
            return (
                session.query(Happening)
                .filter_by(notification_id=notification_id, event="accepted")
                .first()
                is not None
            )

    def _watch(self, session: Session) -> Callable[[], None]:
        """Whether every application goes from state to state as the table allows."""
        after = dict(session.execute(text("SELECT id, state FROM application")).all())

        def committed() -> None:
            for one, state in after.items():
                before = self.states.get(one, "draft")
                if before != state and (before, state) not in EDGES:
                    self.wrong.append(f"application {one} went from {before} to {state}")
            self.states = after

        return committed

    def advance(self, by: timedelta) -> None:
        """Time passes."""
        self.clock.advance(by)
        self.chance.note(f"it is {self.clock.now().astimezone(UTC).isoformat()}")
