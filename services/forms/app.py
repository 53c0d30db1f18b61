"""forms' web application: the API, and the pages of student, approver and desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, jsonify

from services.forms import door
from services.forms.about import views as about
from services.forms.access import views as access
from services.forms.access import watching
from services.forms.account import views as account
from services.forms.api import openapi, routes
from services.forms.api.texts import TEXTS
from services.forms.approver import sitting
from services.forms.approver import views as approver
from services.forms.bars import views as bars
from services.forms.bulk import views as bulk
from services.forms.desk import views as desk
from services.forms.evidence import views as evidence
from services.forms.lists import views as lists
from services.forms.lost import views as lost
from services.forms.operations import views as operations
from services.forms.paper import views as paper
from services.forms.parts import Parts
from services.forms.payments import views as payments
from services.forms.semesters import views as semesters
from services.forms.signin import current, desk_pass
from services.forms.signin import views as signin
from services.forms.student import views as student
from shared import frame, web

INTERNAL_HOSTS = ("forms",)
PAGES = (
    signin, account, student, approver, sitting, desk, bulk, payments, lists, semesters, paper,
    bars, lost, about, access, evidence, operations,
)  # fmt: skip


def create_app(parts: Parts, describe: Callable[[], dict[str, Any]] = openapi.spec) -> Flask:
    """Everything that forms serves; `describe` is the whole product's OpenAPI document."""
    app = web.build(
        __name__,
        settings=parts.settings,
        ready=lambda: parts.database.ready() and parts.files.ready(),
        texts=TEXTS,
        internal_hosts=INTERNAL_HOSTS,
    )
    frame.serve(app)
    door.install(app)
    current.install(app, parts)
    watching.install(app, parts)
    app.register_blueprint(routes.blueprint(parts))
    for pages in PAGES:
        app.register_blueprint(pages.blueprint(parts))
    app.register_blueprint(desk_pass.blueprint(parts))

    @app.get("/api/openapi.json")
    def _described() -> Response:
        return jsonify(describe())

    return app
