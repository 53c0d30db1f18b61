"""Running what never ends by itself: threads of work, and the web server before them."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server

from shared.errors import Permanent

log = logging.getLogger("dojang.running")

RESTART_SECONDS = (1, 2, 5, 10, 30)
CHANNEL_TIMEOUT_SECONDS = 60  # a slow client loses its connection after this silence
# waitress lets 100 in: more browsers than that keep theirs, and others would wait for a silence.
# Below the 1,024 files that a process may have open by default.
CONNECTIONS_MOST = 800
# What a stop waits for, at most: requests that have begun, then work in hand. Compose and systemd
# are told to be patient for longer than both (docs/operating.md, Stopping).
ANSWER_SECONDS = 25.0
JOIN_SECONDS = 20.0
LOOK_SECONDS = 0.5  # how long a signal may go unheard
ENDING = (signal.SIGTERM, signal.SIGINT)


class Endless(Protocol):
    """Work that goes on until told to stop: a relay, a consumer, a timer."""

    def run(self, stop: threading.Event) -> None:
        """Work; return soon after `stop` is set, with nothing half done. Whoever returns before
        it is taken to have nothing to do, and is not asked again."""
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
        end = time.monotonic() + JOIN_SECONDS
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0.0))

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
            else:
                return  # it has nothing more to do, and is not asked again


def end_on_signals() -> None:
    """Let SIGTERM and Ctrl-C end the process in order, by SystemExit."""

    def end(_number: int, _frame: Any) -> None:
        raise SystemExit(0)

    for number in ENDING:
        signal.signal(number, end)


def serve(app: Any, *, host: str, port: int, threads: int, when_ready: Callable[[], None]) -> None:
    """Serve a WSGI application until told to end, and then answer what has been asked.

    Told a second time it ends at once. Raises Permanent("port_taken").
    """
    sockets: dict[int, Any] = {}
    try:
        server = _listen(app, host, port, threads, sockets)
    except OSError as error:
        raise Permanent(
            "port_taken", f"Port {port} of {host} cannot be used ({error.strerror}): try --port."
        ) from error
    told = threading.Event()
    try:
        with _told_by_signals(told):
            when_ready()
            while not told.is_set():
                wasyncore.loop(timeout=LOOK_SECONDS, use_poll=True, map=sockets, count=1)
        _answer_the_rest(sockets)
    finally:
        server.close()


@contextmanager
def _told_by_signals(told: threading.Event) -> Iterator[None]:
    """Inside, a signal is heard between two looks at the sockets and cuts nothing off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.getsignal(number)) for number in ENDING]
    for number in ENDING:
        signal.signal(number, lambda _number, _frame: told.set())
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _answer_the_rest(sockets: dict[int, Any]) -> None:
    """Take no new connection, end the idle ones, and answer the requests that have begun.

    waitress' own `run` leaves its loop at once, so that what its threads still answer is written
    to nobody.
    """
    for _ in range(2):  # whoever has come is let in and read
        wasyncore.loop(timeout=0, use_poll=True, map=sockets, count=1)
    for door in [one for one in sockets.values() if isinstance(one, BaseWSGIServer)]:
        wasyncore.dispatcher.close(door)  # its threads' bell is still needed
    end = time.monotonic() + ANSWER_SECONDS
    while (left := _end_the_idle(sockets)) and time.monotonic() < end:
        wasyncore.loop(timeout=LOOK_SECONDS, use_poll=True, map=sockets, count=1)
    if left:
        log.warning("%d requests were not answered within %.0f s", left, ANSWER_SECONDS)


def _end_the_idle(sockets: dict[int, Any]) -> int:
    """End connections on which nothing is asked; how many are still open."""
    channels = [one for one in sockets.values() if isinstance(one, HTTPChannel)]
    for channel in channels:
        asked = channel.requests or channel.request is not None
        if not asked and not channel.total_outbufs_len:
            channel.will_close = True
    return len(channels)


def _listen(app: Any, host: str, port: int, threads: int, sockets: dict[int, Any]) -> Any:
    return create_server(
        app,
        map=sockets,
        host=host,
        port=port,
        threads=threads,
        ident=None,
        channel_timeout=CHANNEL_TIMEOUT_SECONDS,
        connection_limit=CONNECTIONS_MOST,
        clear_untrusted_proxy_headers=False,  # shared.web trusts as many as are configured
        max_request_header_size=32 * 1024,
        asyncore_use_poll=True,
    )
