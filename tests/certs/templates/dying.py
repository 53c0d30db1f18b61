"""A worker that compiles and kills itself with -9 at a named point: folder, URL, point."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.certs.parts import Office
from tests.certs.templates.staff import compile_all
from tests.parts.crashing import deadly


def main(folder: str, url: str, point: str) -> None:
    """Compile what waits and die on the way."""
    compile_all(Office(Path(folder), url, deadly(point, 1)))


if __name__ == "__main__":
    main(*sys.argv[1:])
