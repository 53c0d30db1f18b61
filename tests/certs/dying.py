"""certs as a process that kills itself with -9 at a named point: `python -m tests.certs.dying …`.

Arguments: folder, database URL, point. It handles what lies in the queue.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.certs.parts import Office
from tests.parts.crashing import deadly


def main(folder: str, url: str, point: str) -> None:
    """Handle what lies in the queue and die on the way."""
    Office(Path(folder), url, deadly(point, 1)).consumer.drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
