"""Ports and patience for the servers that tests start."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from collections.abc import Callable
from typing import TypeVar

# Below the ports that the kernel lends to connections (ip_local_port_range starts at 32768). While
# a server is killed and started again, those who call it again and again would otherwise now and
# then be lent its very port, connect to themselves, and keep the server from listening there.
SERVERS = range(15_000, 32_000)
# What a quiet machine needs, times this: a busy one fails nothing, and who passes waits no longer.
PATIENCE = 6


def free_port() -> int:
    """A TCP port of this machine that nobody listens on now and no connection is lent."""
    for port in random.sample(SERVERS, k=200):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("none of 200 ports is free")


Found = TypeVar("Found")


def wait_until(
    true: Callable[[], Found | None],
    *,
    seconds: float,
    what: str,
    pause: float = 0.02,
    alive: subprocess.Popen[bytes] | None = None,
) -> Found:
    """Ask again until `true()`, and give what it found; says `what` never came about in PATIENCE
    times the `seconds`."""
    seconds *= PATIENCE
    end = time.monotonic() + seconds
    while not (found := true()):
        if alive is not None and alive.poll() is not None:
            raise RuntimeError(f"{what} ended with {alive.returncode} before it was ready")
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds} s")
        time.sleep(pause)
    return found
