"""The embedded default's gateway: what it says of readiness."""

from __future__ import annotations

from flask import Flask
from werkzeug.test import Client

from services.gateway import Gateway


def department(status: int = 200, notes: str = "") -> Flask:
    app = Flask("department")
    headers = {"Dojang-Notes": notes} if notes else {}
    app.add_url_rule("/readyz", view_func=lambda: ("", status, headers))
    return app


def asked(**apps: Flask) -> tuple[int, object]:
    all_three = {name: department() for name in ("forms", "certs", "notify")} | apps
    answer = Client(Gateway(all_three, lambda: True)).get("/readyz")
    return answer.status_code, answer.get_json()


def test_it_is_ready_when_all_three_are() -> None:
    assert asked() == (200, {"status": "ready"})
    assert asked(certs=department(503)) == (503, {"status": "not ready"})


def test_it_hands_on_what_a_department_notes() -> None:
    found = asked(certs=department(notes="signing_ends 2026-12-01, list_ends 2026-11-20"))
    assert found == (
        200,
        {"status": "ready", "notes": ["signing_ends 2026-12-01", "list_ends 2026-11-20"]},
    )
