"""What anybody needs to check a signature without us: the certificates of this installation's
authority, today's and former ones, and their revocation lists (RFC 5280)."""

from __future__ import annotations

from flask import Blueprint, Response

from services.certs.parts import Parts
from shared.errors import NotFound

AN_HOUR = "public, max-age=3600"


def blueprint(parts: Parts) -> Blueprint:
    """`/verify/ca.pem` and `/verify/ca/<authority>.crl`."""
    views = Blueprint("authorities", __name__)

    @views.get("/verify/ca.pem")
    def certificates() -> Response:
        return _file(parts.signing.authorities(), "application/x-pem-file", "dojang-ca.pem")

    @views.get("/verify/ca/<who>.crl")
    def revocation_list(who: str) -> Response:
        found = parts.signing.revocation_list(who)
        if found is None:
            raise NotFound("no_file_here", "no authority of that name")
        return _file(found, "application/pkix-crl", f"{who}.crl")

    return views


def _file(data: bytes, media_type: str, name: str) -> Response:
    answer = Response(data, content_type=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = AN_HOUR
    return answer
