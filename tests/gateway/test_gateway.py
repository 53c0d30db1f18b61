"""The gateway, asked as the world asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.routes import ROUTES, department
from tests.gateway.parts import Department, addresses
from tests.parts.fixtures import need
from tests.parts.nginx import Gateway, why_not

PATHS = [
    "/",
    "/applications/1",
    "/api/v1/applications",
    "/api/openapi.json",
    "/filesystem",
    "/desk",
    "/desk/applications",
    "/static/style.css",
    "/healthz",
    *(prefix for prefix, _ in ROUTES),
    *(prefix.rstrip("/") + "/x" for prefix, _ in ROUTES),
    *(prefix.rstrip("/") + "?q=1" for prefix, _ in ROUTES),
    "/mailbox.json",
]


@pytest.fixture(scope="module")
def departments() -> Iterator[dict[str, Department]]:
    parts = {name: Department(name) for name in ("forms", "certs", "notify")}
    yield parts
    for part in parts.values():
        part.close()


@pytest.fixture(scope="module")
def gateway(
    departments: dict[str, Department], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    need(why_not())
    server = Gateway(tmp_path_factory.mktemp("gateway"), addresses(departments), front="127.0.0.9")
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="module")
def world(gateway: Gateway) -> Iterator[httpx.Client]:
    """A client at the door for the world."""
    with httpx.Client(base_url=f"http://127.0.0.1:{gateway.door}") as client:
        yield client


@pytest.fixture(scope="module")
def trial(gateway: Gateway) -> Iterator[httpx.Client]:
    """A client at the door that only this machine has."""
    with httpx.Client(base_url=f"http://127.0.0.1:{gateway.trial_door}") as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_every_address_reaches_the_department_of_the_table(trial: httpx.Client, path: str) -> None:
    answer = trial.get(path)
    who = department(path.split("?")[0])
    assert answer.status_code == (200 if who else 404)
    if who:
        assert answer.json()["name"] == who
        assert answer.json()["path"] == path


@pytest.mark.parametrize(
    "path", ["/internal/x", "/%69nternal/x", "/a/..%2finternal/x", "/mailbox/%2e%2e/internal/x"]
)
def test_inside_calls_are_not_reached_by_spelling_them_otherwise(
    trial: httpx.Client, path: str
) -> None:
    assert trial.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/mailbox", "/mailbox.json", "/mailbox/1", "/%6dailbox"])
def test_the_world_finds_no_mailbox(world: httpx.Client, path: str) -> None:
    assert world.get(path).status_code == 404


def test_what_a_client_claims_about_itself_is_not_passed_on(world: httpx.Client) -> None:
    claims = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "elsewhere.example",
        "X-Forwarded-Prefix": "/x",
        "Forwarded": "for=9.9.9.9",
    }
    heard = world.get("/", headers=claims).json()["headers"]
    assert heard["X-Forwarded-For"] == "127.0.0.1"
    assert heard["X-Forwarded-Proto"] == "http"
    assert heard["X-Forwarded-Host"] == heard["Host"] == f"127.0.0.1:{world.base_url.port}"
    assert "Forwarded" not in heard
    assert "X-Forwarded-Prefix" not in heard


def test_the_proxy_in_front_is_believed(departments: dict[str, Department], tmp_path: Path) -> None:
    need(why_not())
    server = Gateway(tmp_path, addresses(departments), front="127.0.0.1")
    server.start()
    claims = {"X-Forwarded-For": "9.9.9.9, 203.0.113.7", "X-Forwarded-Proto": "https"}
    try:
        heard = httpx.get(f"http://127.0.0.1:{server.door}/", headers=claims).json()["headers"]
    finally:
        server.close()
    assert heard["X-Forwarded-For"] == "203.0.113.7"
    assert heard["X-Forwarded-Proto"] == "https"


@pytest.mark.parametrize(
    "path",
    [
        "/a/SECRET",
        "/%61/SECRET",
        "//a/SECRET",
        "/files/SECRET",
        "/api/v1/approvals/SECRET",
        "/api/v1/session/SECRET/verify",
        "/invitation/SECRET",
        "/password/SECRET",
        "/desk?name=SECRET",
    ],
)
def test_the_log_holds_no_credential(gateway: Gateway, world: httpx.Client, path: str) -> None:
    lines = gateway.output.count("\n")
    world.get(
        f"{str(world.base_url).rstrip('/')}{path}", headers={"Referer": "http://127.0.0.1/a/SECRET"}
    )
    while gateway.output.count("\n") == lines:
        pass
    assert "SECRET" not in gateway.output


def test_a_department_that_is_away_is_told_and_its_token_is_not(
    departments: dict[str, Department], tmp_path: Path
) -> None:
    need(why_not())
    away = Department("forms")
    away.close()
    server = Gateway(tmp_path, addresses({**departments, "forms": away}), front="127.0.0.9")
    server.start()
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{server.door}") as client:
            page = client.get("/a/SECRET")
            problem = client.get("/api/v1/kinds")
            unready = client.get("/readyz")
    finally:
        server.close()
    assert page.status_code == 503
    assert "잠시 후 다시" in page.text
    assert "try again" in page.text
    assert problem.status_code == 503
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json()["status"] == 503
    assert unready.status_code == 503
    assert "SECRET" not in server.output


def test_a_body_over_the_limit_is_refused_before_a_department_sees_it(world: httpx.Client) -> None:
    over = b"x" * (65 * 1024 * 1024)
    assert "너무 큽니다" in world.post("/applications", content=over).text
    refused = world.post("/api/v1/verify", content=over)
    assert refused.status_code == refused.json()["status"] == 413


def test_ready_is_when_all_three_are(
    departments: dict[str, Department], world: httpx.Client
) -> None:
    assert world.get("/readyz").status_code == 200
    for part in departments.values():
        part.ready = False
        assert world.get("/readyz").status_code == 503
        part.ready = True
    assert world.get("/readyz").status_code == 200


def test_what_certs_notes_of_coming_ends_is_told_with_readiness(
    departments: dict[str, Department], world: httpx.Client
) -> None:
    assert "Dojang-Notes" not in world.get("/readyz").headers
    departments["certs"].notes = "signing_ends 2026-12-01"
    ready = world.get("/readyz")
    departments["certs"].notes = ""
    assert (ready.status_code, ready.headers["Dojang-Notes"]) == (200, "signing_ends 2026-12-01")
