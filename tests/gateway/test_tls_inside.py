"""The gateway speaks TLS to the departments where it is told to, and to nobody else then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.gateway.parts import Department, addresses
from tests.parts.fixtures import need
from tests.parts.nginx import Gateway, why_not
from tests.parts.tls import certificate, served_with


@contextmanager
def gateway(folder: Path, served: Path | None, root: Path) -> Iterator[httpx.Client]:
    """nginx that trusts `root`, before departments with the certificate `served`, or none."""
    need(why_not())
    tls = served_with(served) if served else None
    departments = {name: Department(name, tls) for name in ("forms", "certs", "notify")}
    (folder / "nginx").mkdir()
    server = Gateway(folder / "nginx", addresses(departments), front="127.0.0.9", root=root)
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.door}") as client:
            yield client
    finally:
        server.close()
        for one in departments.values():
            one.close()


def folder(path: Path, name: str) -> Path:
    made = path / name
    made.mkdir()
    return made


def test_every_department_is_reached_by_tls(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    with gateway(tmp_path, pem, pem) as world:
        found = [world.get(path).json()["name"] for path in ("/", "/verify", "/desk/post")]
        assert found == ["forms", "certs", "notify"]
        assert world.get("/readyz").status_code == 200


@pytest.mark.parametrize("who", ["a stranger", "another name", "without TLS"])
def test_who_shows_no_certificate_of_that_name_under_our_root_is_away(
    tmp_path: Path, who: str
) -> None:
    ours = certificate(folder(tmp_path, "ours"))
    stranger = certificate(folder(tmp_path, "stranger"))
    elsewhere = certificate(folder(tmp_path, "elsewhere"), "127.0.0.2")
    served, root = {
        "a stranger": (stranger, ours),
        "another name": (elsewhere, elsewhere),
        "without TLS": (None, ours),
    }[who]
    with gateway(tmp_path, served, root) as world:
        assert world.get("/").status_code == 503
        assert world.get("/readyz").status_code == 503
