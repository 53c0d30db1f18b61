"""Contract "HTTP", the edges: what is routed, how errors look, what describes itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from services.certs.desk.template_openapi import PATHS as TEMPLATES
from services.forms.api.routes import PREFIX, ROUTES
from services.openapi import merged
from shared.errors import Permanent
from shared.settings import Settings
from tests.contract.asking import Stranger, assert_problem

PROMISED = {
    "POST /api/v1/session", "POST /api/v1/session/{challenge}/send",
    "POST /api/v1/session/{challenge}/verify", "DELETE /api/v1/session",
    "POST /api/v1/session/notice", "GET /api/v1/kinds", "POST /api/v1/applications",
    "GET /api/v1/applications/{id}", "PUT /api/v1/applications/{id}",
    "POST /api/v1/applications/{id}/attachments", "POST /api/v1/applications/{id}/submit",
    "POST /api/v1/applications/{id}/withdraw", "GET /api/v1/approvals/{token}",
    "POST /api/v1/approvals/{token}", "GET /api/v1/desk/applications",
    "POST /api/v1/desk/applications/{id}/decision", "GET /api/v1/documents/{number}",
    "GET /api/v1/documents/{number}/file", "POST /api/v1/documents/{number}/revoke",
    "GET /api/v1/verify/{number}", "POST /api/v1/verify",
}  # fmt: skip


def shape(method: str, path: str) -> str:
    """A route without the names of its variables."""
    return f"{method.upper()} " + "/".join("*" if "{" in part else part for part in path.split("/"))


def test_the_published_description_has_every_promised_route_and_every_real_one(
    stranger: Stranger,
) -> None:
    document = stranger.get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    described = {
        shape(method, path) for path, methods in document["paths"].items() for method in methods
    }
    promised = {shape(*one.split(" ")) for one in PROMISED}
    assert promised <= described
    real = {shape(r.method, (PREFIX + r.path).replace("<", "{")) for r in ROUTES}
    of_certs = ("GET /api/v1/verify/{n}", "POST /api/v1/verify", "GET /verify/keys")
    desk = {shape(method, path) for path, methods in TEMPLATES.items() for method in methods}
    assert described - real == {shape(*one.split(" ")) for one in of_certs} | desk
    assert document == json.loads(json.dumps(merged()))
    references = set(_references(document))
    for one in references:
        part = document
        for name in one.removeprefix("#/").split("/"):
            part = part[name]
    ids = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(ids) == len(set(ids))


def _references(value: object) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [one for part in value.values() for one in _references(part)]
    return [one for part in value for one in _references(part)] if isinstance(value, list) else []


def test_parts_say_that_they_live_and_can_work(stranger: Stranger) -> None:
    for path in ("/healthz", "/readyz"):
        assert stranger.get(path).status_code == 200


def test_what_is_inside_is_not_routed(stranger: Stranger) -> None:
    inside = "internal/verifications"
    for path in (
        *("/internal", f"/{inside}", f"/{inside}/x/check", f"//{inside}", f"/{inside.upper()}"),
        *("/internal%2Fverifications", f"/verify/../{inside}", f"/mailbox/../{inside}"),
    ):
        for method in ("GET", "POST"):
            assert stranger.ask(method, path).status_code in (400, 404, 405, 308), path


PATHS = ("/", "/verify", "/a/x", "/api/v1/kinds", "/files/x", "/mailbox", "/api/v1/verify/1")


@pytest.mark.parametrize("path", [*PATHS, "/mailbox.json", "/sign-in", "/nothing"])
def test_every_answer_protects_itself(stranger: Stranger, path: str) -> None:
    headers = stranger.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_a_mail_has_an_address_and_a_sandbox_of_its_own(stranger: Stranger) -> None:
    stranger.cast.applicant("en")
    for mail in stranger.cast.mailbox.all():
        page = stranger.get(f"/mailbox/{mail['id']}/html")
        if mail["channel"] == "email":
            assert page.status_code == 200
            assert "sandbox" in page.headers["Content-Security-Policy"]
            assert "allow-scripts" not in page.headers["Content-Security-Policy"]


def test_wrong_methods_and_paths_are_problems(stranger: Stranger) -> None:
    assert_problem(stranger.get("/api/v1/nothing"), 404)
    wrong = stranger.ask("PATCH", "/api/v1/applications")
    assert_problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]
    assert_problem(stranger.ask("DELETE", "/api/v1/verify"), 405)
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"id": NaN}'):
        answer = stranger.ask(
            "POST", "/api/v1/session", content=body, headers={"Content-Type": "application/json"}
        )
        assert_problem(answer, 400)
    answer = stranger.ask("POST", "/api/v1/session", content=b"id=1",
                          headers={"Content-Type": "text/plain"})  # fmt: skip
    assert_problem(answer, 415)


def test_refusals_speak_the_language_that_is_asked_for(stranger: Stranger) -> None:
    for language, word in (("ko", "로그인"), ("en", "sign in")):
        said = stranger.get("/api/v1/kinds", Accept_Language=language).json()
        assert word in said["detail"].lower()


def test_a_foreign_host_is_refused(stranger: Stranger) -> None:
    assert stranger.get("/api/v1/kinds", Host="evil.example").status_code == 400


def run(folder: Path, *arguments: str) -> str:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    return done.stdout


def test_demo_accounts_need_nothing_and_say_what_the_contract_says(tmp_path: Path) -> None:
    people = json.loads(run(tmp_path, "demo-accounts"))
    assert list(tmp_path.iterdir()) == [], "no data folder"
    members = {"id", "password", "role", "office", "name", "language"}
    assert all(person.keys() == members for person in people)
    assert {person["role"] for person in people} == {"student", "professor", "staff"}
    for person in people:
        if person["role"] == "professor":
            assert person["password"] is None
        else:
            assert len(person["password"]) >= 10
        assert (person["office"] is not None) == (person["role"] == "staff")
        assert person["language"] in ("ko", "en")
    assert people == json.loads(run(tmp_path, "demo-accounts")), "the same in every demo"


def test_the_first_of_the_accounts_can_do_what_is_promised(stranger: Stranger) -> None:
    cast = stranger.cast
    people = json.loads(run(Path.cwd(), "demo-accounts"))
    students = [one for one in people if one["role"] == "student"]
    for language in ("ko", "en"):
        first = next(one for one in students if one["language"] == language)
        waiver = cast.waiver(cast.signed_in(first["id"]))
        who = [one["who"] for one in waiver["approvers"]]
        assert waiver["open"]
        assert None not in who
        assert len(set(who)) == 2
    staff = next(one for one in people if one["role"] == "staff")
    desk = cast.signed_in(staff["id"])
    assert desk.request("GET", "/api/v1/desk/applications").status_code == 200


def test_messages_are_described_as_asyncapi_3(tmp_path: Path) -> None:
    described = json.loads(run(tmp_path, "messages"))
    assert described["asyncapi"].startswith("3.")
    assert {"info", "channels", "operations", "components"} <= described.keys()
    addresses = {channel["address"] for channel in described["channels"].values()}
    assert addresses == {
        "render.requested", "render.finished", "render.failed", "document.requested",
        "document.issued", "document.failed", "document.revocation.requested",
        "document.revoked", "document.superseded", "notification.requested",
        "notification.delivered", "notification.failed",
        "archive.requested", "archive.progressed", "archive.finished", "archive.failed",
        "document.erasure.requested", "document.erased", "recipient.forgotten", "trail.grew",
        "recipient.erased", "trail.heard",
    }  # fmt: skip
    for one in _references(described):
        part = described
        for name in one.removeprefix("#/").split("/"):
            part = part[name]
    for message in described["components"]["messages"].values():
        assert {"id", "type", "version", "occurred_at", "correlation_id", "causation_id",
                "data"} <= message["payload"]["properties"].keys()  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [
    ("DOJANG_CLOCK", "tomorrow"), ("DOJANG_NONSENSE", "1"), ("DOJANG_WEB_THREADS", "many"),
    ("DOJANG_ENVIRONMENT", "moon"), ("DOJANG_BASE_URL", "dojang"), ("DOJANG_LOG", "loud"),
])  # fmt: skip
def test_a_wrong_setting_is_refused_with_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    environment = {one: os.environ[one] for one in ("PATH", "HOME") if one in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "up", "--port", "0", "--data", str(tmp_path / "d")],
        env={**environment, name: value}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_production_refuses_what_is_for_trials() -> None:

    for more in ({"DOJANG_CLOCK": "+3d"}, {"DOJANG_MAILBOX": "on"}, {}):
        with pytest.raises(Permanent):
            Settings.read({"DOJANG_ENVIRONMENT": "production",
                           "DOJANG_BASE_URL": "https://d.example", **more})  # fmt: skip
