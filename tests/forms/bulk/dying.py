"""Works on lists and dies by -9: `python -m tests.forms.bulk.dying FOLDER POINT PASS`."""

from __future__ import annotations

import sys
from pathlib import Path

from services.forms.bulk.worker import Bulk
from tests.forms.campus import open_campus
from tests.parts.crashing import deadly


def main(folder: str, point: str, pass_number: str) -> None:
    """Work on every list and die on the way."""
    path = Path(folder)
    campus = open_campus(path, f"sqlite:///{path / 'forms.sqlite'}")
    Bulk(campus.parts, deadly(point, int(pass_number))).drain()


if __name__ == "__main__":
    main(*sys.argv[1:])
