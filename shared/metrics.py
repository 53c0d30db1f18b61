"""What monitoring reads of a process: figures in Prometheus' text format, on a port of their own.

The applications have no such address, so no gateway can let anybody to it
(`DOJANG_METRICS` says where a process serves them; inside alone). A department
gives plain figures; only this module knows Prometheus. Labels are names of our
own (routes, queues, kinds, states), never an id or a person.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask, Response, g, request
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from shared.errors import Permanent, TryLater

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Figure:
    """One thing counted now: `values` by the values of `labels`; a total only ever grows."""

    name: str
    meaning: str
    values: Mapping[tuple[str, ...], float]
    labels: tuple[str, ...] = ()
    total: bool = False


Measure = Callable[[], Iterable[Figure]]


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "dojang_http_requests",
            "Requests answered, by route and status.",
            ["service", "method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "dojang_http_request_seconds",
            "How long requests took.",
            ["service", "route"],
            buckets=SECONDS,
            registry=self._registry,
        )

    def watch(self, service: str, app: Flask) -> Flask:
        """Count the requests of an application; gives it back."""

        @app.before_request
        def _begin() -> None:
            g.metrics_began = time.perf_counter()

        @app.after_request
        def _count(answer: Response) -> Response:
            route = request.url_rule.rule if request.url_rule else "-"
            method = request.method if request.method in METHODS else "-"
            self._requests.labels(service, method, route, str(answer.status_code)).inc()
            if began := g.pop("metrics_began", None):
                self._seconds.labels(service, route).observe(time.perf_counter() - began)
            return answer

        return app

    def ask(self, part: str, measure: Measure) -> None:
        """Have `measure` asked whenever somebody reads; while it cannot answer, that is said."""
        self._registry.register(_Asked(part, measure))

    def text(self) -> str:
        """All figures now, in the text format."""
        return generate_latest(self._registry).decode()

    @contextmanager
    def served(self, address: str) -> Iterator[None]:
        """Serve them at `host:port` while the block runs; nowhere if that is empty.

        Raises Permanent("port_taken").
        """
        if not address:
            yield
            return
        host, _, port = address.rpartition(":")
        try:
            server, thread = start_http_server(int(port), host, self._registry)
        except OSError as error:
            raise Permanent(
                "port_taken", f"Metrics cannot be served at {address} ({error.strerror})."
            ) from error
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class _Asked:
    """A measure as Prometheus' registry asks it."""

    def __init__(self, part: str, measure: Measure) -> None:
        self._part, self._measure = part, measure

    def describe(self) -> list[Metric]:
        """Nothing is asked while it is registered."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            found = [_family(figure) for figure in self._measure()]
        except TryLater as error:
            log.warning("no figures of %s (%s)", self._part, error.code)
            found = []
        yield from found
        told = Figure(
            f"dojang_answers_{self._part}",
            "Whether this part could be asked for its figures.",
            {(): float(bool(found))},
        )
        yield _family(told)


def _family(figure: Figure) -> Metric:
    family: CounterMetricFamily | GaugeMetricFamily = (
        CounterMetricFamily(figure.name, figure.meaning, labels=figure.labels)
        if figure.total
        else GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
    )
    for labels, value in figure.values.items():
        family.add_metric(labels, value)
    return family
