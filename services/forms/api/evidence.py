"""The bundle of evidence over JSON."""

from __future__ import annotations

from flask import Response, redirect

from services.forms.api.route import Call, Route
from services.forms.evidence.hand import address


def fetch(call: Call) -> Response:
    """303 to the bundle: forms gathers, certs adds the proofs and hands it out."""
    answer = redirect(address(call.parts, call.person, call.path["application_id"]), 303, Response)
    assert isinstance(answer, Response)  # noqa: S101 – redirect() is typed as werkzeug's
    return answer


ROUTES = (
    Route("GET", "/applications/<application_id>/evidence", fetch,
          "Everything about it with proofs (tools/verify_evidence.py checks it)", "privacy",
          transaction="own", status=303, problems={404: "no_application"}),
)  # fmt: skip
