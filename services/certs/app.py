"""The web application of certs: the public check, the hand-out of files, the desk's ledger."""

from __future__ import annotations

import io
from typing import IO

from flask import Flask, Request
from flask_babel import lazy_gettext as _l

from services.certs import handout
from services.certs.desk import template_api, templates
from services.certs.desk import views as desk
from services.certs.heads import views as heads
from services.certs.parts import Parts
from services.certs.proof import views as proof
from services.certs.verify import authorities
from services.certs.verify import views as verify
from shared import web

TEXTS = {
    **verify.TEXTS,
    **templates.TEXTS,
    "no_file_here": _l("There is no file at this address. Open it again from your page."),
    "capability_expired": _l("This address was for two minutes. Open it again from your page."),
    "archive_over": _l("The time of this ZIP is over. Have it packed again on the list’s page."),
    "file_missing": _l("This file is missing. Tell the contact for faults of the system."),
    "file_damaged": _l("This file is damaged. Tell the contact for faults of the system."),
    "facts_forgotten": _l("The facts of this document are no longer kept."),
}


class InMemory(Request):
    """A request whose uploads never touch the disk: nothing is kept of a checked file."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()


def create_app(parts: Parts) -> Flask:
    """certs' pages and API; ready when its database answers."""
    app = web.build(
        "services.certs.app",
        settings=parts.settings,
        ready=lambda: parts.database.ready() and parts.files.ready() and parts.signing.signs_now(),
        texts=TEXTS,
        notes=lambda: [str(trouble) for trouble in parts.signing.troubles()],
    )
    app.request_class = InMemory
    for views in (verify, authorities, proof, heads, handout, desk, templates, template_api):
        app.register_blueprint(views.blueprint(parts))
    return app
