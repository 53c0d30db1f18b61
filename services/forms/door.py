"""What no address or form field holds: a NUL, which PostgreSQL cannot even be asked about."""

from __future__ import annotations

from flask import Flask, request

from shared.errors import Malformed, NotFound

NUL = "\x00"
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def install(app: Flask) -> None:
    """Refuse it before anybody looks anything up."""

    @app.before_request
    def _refuse_nul() -> None:
        if NUL in request.path:
            raise NotFound("no_such_page", "a NUL in the address")
        if any(NUL in name + value for name, value in request.args.items(multi=True)):
            raise Malformed("bad_query", "a NUL in the query")
        if request.mimetype in FORMS and any(
            NUL in f"{name}{value}" for name, value in request.form.items(multi=True)
        ):  # a part without a name has none, not an empty one
            raise Malformed("bad_form", "a NUL in a form field")
