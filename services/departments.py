"""How each department is put together from the ground: its application and its work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import httpx
from flask import Flask

from services import openapi
from services.certs import app as certs_app
from services.certs import figures as certs_figures
from services.certs import parts as certs_parts
from services.certs import worker as certs_worker
from services.forms import app as forms_app
from services.forms import figures as forms_figures
from services.forms import parts as forms_parts
from services.forms import worker as forms_worker
from services.forms.operations.plant import Plant
from services.forms.verifications import HttpVerifications
from services.ground import Ground
from services.notify import app as notify_app
from services.notify import figures as notify_figures
from services.notify import parts as notify_parts
from services.notify import worker as notify_worker
from services.running import Endless
from shared import measures as measuring
from shared.broker import Broker
from shared.broker.dead_letters import DeadLetters
from shared.metrics import Measure
from shared.relay import Relay
from shared.traces import requests

Work = list[tuple[str, Endless]]
Measures = Mapping[str, Measure]
NOTIFY_INSIDE = "http://127.0.0.1:8003"


@dataclass(frozen=True)
class Department:
    """A department; its application and its work are put together when first asked for."""

    name: str
    app: Callable[[], Flask]
    work: Callable[[Broker], Work]
    measure: Measure  # what the department counts of its own, for monitoring


def build_all(ground: Ground, broker: Broker | None = None) -> Mapping[str, Department]:
    """The three departments in one process: forms calls notify without a network."""
    notify, app = _notify(ground, broker)
    forms = _forms(ground, httpx.WSGITransport(app=app()), broker)
    return {"forms": forms, "certs": _certs(ground), "notify": notify}


def build_one(name: str, ground: Ground, broker: Broker | None = None) -> Department:
    """One department in a process of its own; the desks show the dead letters of `broker`."""
    if name == "forms":
        return _forms(ground, None, broker)
    return _certs(ground) if name == "certs" else _notify(ground, broker)[0]


def relay(name: str, ground: Ground, broker: Broker) -> tuple[str, Endless]:
    """What publishes a department's outbox; every process that writes one runs it."""
    traces = ground.collector.of(name)
    return f"{name} relay", Relay(ground.databases[name], broker, ground.clock, traces=traces)


def measures(department: Department, ground: Ground, broker: Broker) -> Measures:
    """What monitoring asks of whoever does a department's work."""
    name = department.name
    lanes = broker.topology.lanes_of(name)
    return {
        name: department.measure,
        f"{name}_outbox": measuring.outbox(name, ground.databases[name], ground.clock),
        f"{name}_queues": measuring.queues(broker, lanes),
    }


def open_forms(
    ground: Ground, transport: httpx.BaseTransport | None = None, broker: Broker | None = None
) -> forms_parts.Parts:
    """The parts of forms, for its application, its worker and the commands."""
    settings = ground.settings
    url = settings.notify_url or NOTIFY_INSIDE
    roots = settings.folder("keys") / settings.inside_ca if settings.inside_ca else None
    return forms_parts.Parts.build(
        ground.settings,
        clock=ground.clock,
        database=ground.databases["forms"],
        files=ground.files,
        keyring=ground.keyring,
        verifications=HttpVerifications(url, ground.keyring, transport, roots),
        plant=Plant(DeadLetters(broker), ground.databases) if broker else None,
        traces=ground.collector.of("forms"),
    )


def open_certs(ground: Ground) -> certs_parts.Parts:
    """The parts of certs."""
    return certs_parts.build(
        ground.settings, ground.clock, ground.databases["certs"], ground.files, ground.keyring,
        traces=ground.collector.of("certs"),
    )  # fmt: skip


def open_notify(ground: Ground) -> notify_parts.Parts:
    """The parts of notify."""
    return notify_parts.open_parts(
        ground.settings, ground.clock, ground.databases["notify"], ground.keyring,
        ground.collector.of("notify"),
    )  # fmt: skip


def _forms(
    ground: Ground, transport: httpx.BaseTransport | None, broker: Broker | None
) -> Department:
    parts = open_forms(ground, transport, broker)

    def work(broker: Broker) -> Work:
        return [
            ("forms consumer", forms_worker.consumer(parts, broker)),
            ("forms timers", forms_worker.timers(parts)),
            ("forms keeping", forms_worker.keeping(parts)),
            ("forms trails", forms_worker.growth(parts)),
            ("forms bulk", forms_worker.bulk(parts)),
        ]

    return Department(
        "forms",
        lambda: requests.watch(parts.traces, forms_app.create_app(parts, openapi.merged)),
        work,
        lambda: forms_figures.measure(parts),
    )


def _certs(ground: Ground) -> Department:
    parts = open_certs(ground)
    return Department(
        "certs",
        lambda: requests.watch(parts.traces, certs_app.create_app(parts)),
        lambda broker: [*certs_worker.work(parts, broker)],
        lambda: certs_figures.measure(parts),
    )


def _notify(ground: Ground, broker: Broker | None) -> tuple[Department, Callable[[], Flask]]:
    parts = open_notify(ground)

    def app() -> Flask:
        made = notify_app.create_app(parts, DeadLetters(broker) if broker else None)
        return requests.watch(parts.traces, made)

    department = Department(
        "notify",
        app,
        lambda broker: notify_worker.work(parts, broker),
        lambda: notify_figures.measure(parts),
    )
    return department, app
