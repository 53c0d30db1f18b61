"""An archivist that kills itself with -9: `python -m tests.certs.bulk.dying FOLDER URL POINT PASS`.

It packs one row at a time, so that there are several chunks.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.certs.bulk.scene import Packing
from tests.certs.parts import Office
from tests.parts.crashing import deadly


def main(folder: str, url: str, point: str, pass_number: str) -> None:
    """Pack what was asked for and die on the way."""
    office = Office(Path(folder), url)
    Packing(office).archivist(chunk_rows=1, fault=deadly(point, int(pass_number))).drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
