"""All routes of the API, and the blueprint that serves them."""

from __future__ import annotations

from flask import Blueprint, Response, request

from services.forms.api import (
    access,
    account,
    applications,
    approvals,
    bars,
    bulk,
    desk,
    documents,
    evidence,
    lists,
    lost,
    operations,
    paper,
    payments,
    semesters,
    session,
    sitting,
    tuition,
)
from services.forms.api.route import Route, add
from services.forms.approver.reader import speak_their_language
from services.forms.parts import Parts

PREFIX = "/api/v1"
ROUTES: tuple[Route, ...] = (
    *session.ROUTES,
    *account.ROUTES,
    *applications.ROUTES,
    *approvals.ROUTES,
    *sitting.ROUTES,
    *desk.ROUTES,
    *bulk.ROUTES,
    *payments.ROUTES,
    *tuition.ROUTES,
    *lists.ROUTES,
    *paper.ROUTES,
    *semesters.ROUTES,
    *bars.ROUTES,
    *lost.ROUTES,
    *documents.ROUTES,
    *access.ROUTES,
    *evidence.ROUTES,
    *operations.ROUTES,
)


def blueprint(parts: Parts) -> Blueprint:
    """`/api/v1`."""
    api = Blueprint("api", __name__, url_prefix=PREFIX)
    for route in ROUTES:
        add(api, parts, route)

    @api.before_request
    def _listen() -> None:
        speak_their_language(parts, str((request.view_args or {}).get("token", "")))

    @api.after_request
    def _say_how(answer: Response) -> Response:
        if answer.status_code == 401:  # RFC 9110, 11.6.1
            answer.headers.setdefault("WWW-Authenticate", "Bearer")
        return answer

    return api
