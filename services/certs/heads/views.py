"""`/verify/heads`: what was published, and what shows that it only grew. For everybody."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from services.certs.heads.making import Log, heads
from services.certs.parts import Parts
from shared.errors import NotFound


def blueprint(parts: Parts) -> Blueprint:
    """For everybody, without sign-in, from any site."""
    views = Blueprint("heads", __name__)
    log = Log()

    @views.get("/verify/heads")
    def published() -> Response:
        with parts.database.read() as session:
            return jsonify(heads=[one.as_json() for one in heads(session)])

    @views.get("/verify/heads/consistency")
    def consistency() -> Response:
        """What shows that the head of `second` leaves only adds to that of `first`."""
        first, second = _size("first"), _size("second")
        with parts.database.read() as session:
            sizes = {one.size for one in heads(session)}
            if not {first, second} <= sizes or first > second:
                raise NotFound("no_such_head", "no heads of these sizes, or in another order")
            path = log.tree(session).consistency(first, second)
        return jsonify(first=first, second=second, path=[one.hex() for one in path])

    @views.after_request
    def _anybody(answer: Response) -> Response:
        answer.headers["Access-Control-Allow-Origin"] = "*"
        answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return answer

    return views


def _size(name: str) -> int:
    given = request.args.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else -1
