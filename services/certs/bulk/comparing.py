"""Whether a stored paper says what its facts say: every value that is printed stands in its text.

The bytes have been found to be those of the ledger before; this shows that they are also the
right ones, and that a reader of PDF finds the words in them.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from services.certs.verify.plain import plain
from shared.errors import TryLater

CHILD = Path(__file__).with_name("texts_child.py")
LENGTH_BYTES = 8
SECONDS_MOST = 300.0
_INDEX = re.compile(r"\[\d+\]|\.(?:\d+|#)(?=\.|$)")


def texts_of(files: Sequence[bytes]) -> list[str | None]:
    """The text of each PDF, None where it cannot be read. Raises TryLater("checks_busy")."""
    if not files:
        return []
    framed = b"".join(len(one).to_bytes(LENGTH_BYTES, "big") + one for one in files)
    try:
        done = subprocess.run(  # noqa: S603 – our own program, by its path
            [sys.executable, "-I", "-B", str(CHILD)],
            input=framed,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS_MOST,
            env={"PYTHONIOENCODING": "utf-8", "LANG": "C.UTF-8"},
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise TryLater("checks_busy", "files cannot be read back now") from error
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if len(found) != len(files):
        raise TryLater("checks_busy", "files cannot be read back now")
    return found


def missing(values: Mapping[str, Any], printed: Iterable[str], text: str) -> Iterator[str]:
    """The fields that the paper prints and whose value does not stand in its text."""
    names = {_INDEX.sub("", name) for name in printed}
    everything = plain(text)
    for name, value in _leaves(values):
        if name in names and plain(value) not in everything:
            yield name


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """(dotted name without indices, text) of every text in the values."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, name)
