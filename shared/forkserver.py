"""The process behind `limited.py`: it has a program ready and forks a child for each file.

`python -I forkserver.py PROGRAM SECONDS` imports the module PROGRAM, which has `answer(data,
*arguments)`, and takes requests from the Unix socket that is its standard input: a JSON list of
arguments, with it a socket on which the file comes and the answer goes back as JSON. It never reads
a file itself; the child that does gives up first what reading does not need, and tells nobody what
is odd about the file.
It ends with whoever started it, or when nobody asked for a while.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import resource
import select
import signal
import socket
import sys
import warnings
from pathlib import Path
from typing import Any

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 6
REST_SECONDS = 300.0  # then its memory is given back
REQUEST_BYTES_MOST = 4096
TAKEN = b"+"


def main() -> None:
    """Take requests until there is nobody to ask, or nobody does."""
    sys.path.insert(0, str(Path(__file__).parents[1]))  # -I leaves nothing of ours on the path
    program, seconds = importlib.import_module(sys.argv[1]), float(sys.argv[2])
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are gone when they end
    gc.freeze()  # what is here stays shared with the children
    asker = socket.socket(fileno=0)
    while select.select([asker], [], [], REST_SECONDS)[0]:
        request, handles, _flags, _sender = socket.recv_fds(asker, REQUEST_BYTES_MOST, 1)
        if not request:
            return
        if os.fork() == 0:
            asker.close()
            serve(program, json.loads(request), socket.socket(fileno=handles[0]), seconds)
        os.close(handles[0])
        asker.sendall(TAKEN)


def serve(program: Any, arguments: list[str], line: socket.socket, seconds: float) -> None:
    """The whole life of a child. Whatever goes wrong ends it without an answer."""
    try:
        limit(seconds)
        with line.makefile("rb") as file:
            answer = program.answer(file.read(), *arguments)
        line.sendall(json.dumps(answer).encode())
    finally:
        os._exit(0)  # nothing of the process that it came from is to be tidied


def limit(seconds: float) -> None:
    """Set the limits; there is no way back."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))
    signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main()
