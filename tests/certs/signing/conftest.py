"""A desk for signatures: authorities over HTTP, and certs offices that must reach a level."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.certs.layout.write import Writer
from tests.certs.layout.desk import FONTS
from tests.certs.parts import NOON, Office
from tests.certs.signing.server import Authorities


@pytest.fixture(scope="session")
def writer() -> Writer:
    return Writer(FONTS)


@pytest.fixture
def authorities() -> Iterator[Authorities]:
    """Time stamps, OCSP and revocation lists over HTTP."""
    made = Authorities(NOON)
    yield made
    made.go_away()


@pytest.fixture
def at_level(
    open_office: Callable[..., Office], authorities: Authorities, tmp_path: Path
) -> Callable[..., Office]:
    """Opens certs with a level that every signature must reach."""
    roots = tmp_path / "roots.pem"
    roots.write_bytes(authorities.pki.root.pem)

    def make(level: str, **more: str) -> Office:
        settings = {"tsa": authorities.tsa, "tsa_roots": str(roots), "tsa_seconds": "20", **more}
        return open_office(signature=level, **settings)

    return make
