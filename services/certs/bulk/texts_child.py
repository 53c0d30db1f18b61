"""Read the texts of many PDFs in one go: a child, so that nobody else waits for the processor.

Standard input is PDF after PDF, each after its length (8 bytes, big-endian); standard output a
JSON line for each: its text in the order of its content, or null where it cannot be read.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Iterator
from typing import BinaryIO

from services.certs.verify.reader import answer

LENGTH_BYTES = 8
NICER = 10
TEXT = 3  # of a word: page, x, y, text


def files(stream: BinaryIO) -> Iterator[bytes]:
    """File after file."""
    while head := stream.read(LENGTH_BYTES):
        yield stream.read(int.from_bytes(head, "big"))


def text_of(data: bytes) -> str | None:
    """What stands on its pages."""
    found = answer(data)
    return None if found["problem"] else "".join(word[TEXT] for word in found["words"])


if __name__ == "__main__":
    os.nice(NICER)
    warnings.simplefilter("ignore")
    for one in files(sys.stdin.buffer):
        sys.stdout.write(json.dumps(text_of(one)) + "\n")
