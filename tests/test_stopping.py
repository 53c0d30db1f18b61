"""A process that is told to stop cuts nobody off: one real process of a tiny application."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from services.running import Threads
from tests.parts.ports import free_port

WAIT_SECONDS = 60
HOUSE = """
import pathlib, sys, threading, time
from services.running import Threads, end_on_signals, serve

folder, port = pathlib.Path(sys.argv[1]), int(sys.argv[2])

def app(environ, start_response):
    body = environ["wsgi.input"].read()
    (folder / "asked").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"whole " * 100_000, body]

class Work:
    def run(self, stop):
        stop.wait()
        (folder / "work ends").write_text("in hand")
        time.sleep(0.3)
        (folder / "work ends").write_text("done")

end_on_signals()
with Threads([("work", Work())]):
    serve(app, host="127.0.0.1", port=port, threads=2, when_ready=(folder / "ready").touch)
"""


def wait_for(path: Path) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not path.exists():
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.01)


def test_what_was_asked_is_answered_whole_and_what_is_in_hand_is_done(tmp_path: Path) -> None:
    port = free_port()
    with subprocess.Popen([sys.executable, "-c", HOUSE, str(tmp_path), str(port)]) as process:
        try:
            wait_for(tmp_path / "ready")
            answers: list[httpx.Response] = []
            asking = threading.Thread(
                target=lambda: answers.append(
                    httpx.post(f"http://127.0.0.1:{port}", content=b"end", timeout=WAIT_SECONDS)
                )
            )
            with socket.create_connection(("127.0.0.1", port)) as idle:
                asking.start()
                wait_for(tmp_path / "asked")
                os.kill(process.pid, signal.SIGTERM)
                idle.settimeout(WAIT_SECONDS)
                assert idle.recv(1) == b""  # nothing was asked here: it is let go
            with pytest.raises(OSError, match="refused"):
                socket.create_connection(("127.0.0.1", port))
            (tmp_path / "go").touch()
            asking.join(WAIT_SECONDS)
            assert answers[0].text == "whole " * 100_000 + "end"
            assert process.wait(WAIT_SECONDS) == 0
            assert (tmp_path / "work ends").read_text() == "done"
        finally:
            process.kill()


class NothingToDo:
    """Work that ends by itself; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.ended = threading.Event()

    def run(self, _stop: threading.Event) -> None:
        self.asked += 1
        self.ended.set()


def test_who_has_nothing_to_do_is_not_asked_for_ever() -> None:
    idle = NothingToDo()
    with Threads([("idle", idle)]):
        assert idle.ended.wait(WAIT_SECONDS)
        time.sleep(0.05)  # a thread that asks again and again would count thousands
    assert idle.asked == 1
