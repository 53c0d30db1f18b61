"""A stored file as an answer: saved, never run. Uploads are foreign bytes."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response
from werkzeug.datastructures import Headers

from services.forms.applications.values import Served


def answer(served: Served) -> Response:
    """An attachment with `nosniff`, under a CSP that lets nothing in it act (RFC 6266, 8187)."""
    headers = Headers()
    headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(served.name, safe='')}"
    headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cache-Control"] = "no-store"
    return Response(served.data, content_type=served.media_type, headers=headers)
