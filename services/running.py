"""Running what never ends by itself: threads of work, and the web server before them."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from waitress.server import create_server

from shared.errors import Permanent

log = logging.getLogger("dojang.running")

RESTART_SECONDS = (1, 2, 5, 10, 30)
CHANNEL_TIMEOUT_SECONDS = 60  # a slow client loses its connection after this silence
JOIN_SECONDS = 20.0


class Endless(Protocol):
    """Work that goes on until told to stop: a relay, a consumer, a timer."""

    def run(self, stop: threading.Event) -> None:
        """Work; return soon after `stop` is set, with nothing half done."""
        ...


class Threads:
    """Runs work in threads and starts again what fell over."""

    def __init__(self, work: Sequence[tuple[str, Endless]]) -> None:
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._keep_running, args=one, name=one[0], daemon=True)
            for one in work
        ]

    def __enter__(self) -> Threads:
        """Start all of them."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        """Tell all to stop and wait until what they had in hand is done."""
        self._stop.set()
        for thread in self._threads:
            thread.join(JOIN_SECONDS)

    def wait(self) -> None:
        """Wait until the process is told to end."""
        while True:
            self._stop.wait(3600)

    def _keep_running(self, name: str, work: Endless) -> None:
        fallen = 0
        while not self._stop.is_set():
            try:
                work.run(self._stop)
            except Exception:
                delay = RESTART_SECONDS[min(fallen, len(RESTART_SECONDS) - 1)]
                fallen += 1
                log.exception("%s fell over; it starts again in %d s", name, delay)
                self._stop.wait(delay)


def end_on_signals() -> None:
    """Let SIGTERM and Ctrl-C end the process in order, by SystemExit."""

    def end(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def serve(app: Any, *, host: str, port: int, threads: int, when_ready: Callable[[], None]) -> None:
    """Serve a WSGI application until told to end. Raises Permanent("port_taken")."""
    try:
        server = _listen(app, host, port, threads)
    except OSError as error:
        raise Permanent(
            "port_taken", f"Port {port} of {host} cannot be used ({error.strerror}): try --port."
        ) from error
    when_ready()
    try:
        server.run()
    finally:
        server.close()


def _listen(app: Any, host: str, port: int, threads: int) -> Any:
    return create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        channel_timeout=CHANNEL_TIMEOUT_SECONDS,
        clear_untrusted_proxy_headers=False,  # shared.web trusts as many as are configured
        max_request_header_size=32 * 1024,
        asyncore_use_poll=True,
    )
