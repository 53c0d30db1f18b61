"""A route of the API: one value from which the Flask rule and its OpenAPI text are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from flask import Blueprint, Response, jsonify
from marshmallow import Schema

from services.forms.api import repeat
from services.forms.api.guard import need_person
from services.forms.api.reading import read_body
from services.forms.parts import Parts
from services.forms.signin.person import Person
from shared.errors import NotFound

Access = Literal["bearer", "notice", "open"]  # notice: signed in, accepted or not
Transaction = Literal["read", "write", "own"]


@dataclass(frozen=True)
class Call:
    """One request, read and checked. `person` is None on open routes."""

    parts: Parts
    path: Mapping[str, Any]
    body: Mapping[str, Any]
    _person: Person | None = None
    prepared: Any = None  # what the route's `prepare` gave

    @property
    def person(self) -> Person:
        """Who asks; a route without one has no use for it."""
        if self._person is None:
            raise NotFound("not_signed_in", "nobody is signed in")
        return self._person


@dataclass(frozen=True)
class Answer:
    """What a view answers: JSON and a status."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[..., Answer | Response]


@dataclass(frozen=True)
class Route:
    """`view(session, call)`, or `view(call)` where it opens its own transactions.

    `prepare(call)` is what takes time and needs no database: it is done before the transaction, in
    which others would wait, and its result is the call's `prepared`. `summary` and `answer` are
    for the description; `body` is loaded before the view runs. An Idempotency-Key is heeded
    where `repeatable`.
    """

    method: str
    path: str
    view: View
    summary: str
    tag: str
    access: Access = "bearer"
    transaction: Transaction = "read"
    body: type[Schema] | None = None
    upload: bool = False
    form: Mapping[str, str] = field(default_factory=dict)  # further fields beside the file
    answer: type[Schema] | None = None
    many: bool = False
    status: int = 200
    accepted: str = ""  # when it may also answer 202, and what that means
    query: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[int, str] = field(default_factory=dict)
    prepare: Callable[[Call], Any] | None = None

    @property
    def repeatable(self) -> bool:
        """Whether an Idempotency-Key counts here: on writes other than sign-in."""
        return self.transaction == "write"


def add(blueprint: Blueprint, parts: Parts, route: Route) -> None:
    """Serve a route."""

    def serve(**path: Any) -> Response:
        person = None if route.access == "open" else need_person(parts, route.access)
        body = read_body(route.body) if route.body is not None else {}
        call = Call(parts, path, body, person)
        if route.prepare:
            call = replace(call, prepared=route.prepare(call))
        return _as_response(_run(route, call, parts))

    endpoint = f"{route.method}_{route.path}".replace("/", "_").replace(".", "_")
    blueprint.add_url_rule(route.path, endpoint, serve, methods=[route.method])


def _run(route: Route, call: Call, parts: Parts) -> Answer | Response:
    if route.transaction == "own":
        return route.view(call)
    if route.transaction == "read":
        with parts.database.read() as session:
            return route.view(session, call)
    return _write(route, call, parts)


def _write(route: Route, call: Call, parts: Parts) -> Answer | Response:
    """Effect and remembered answer are one transaction, so a key's effect is had once."""
    with parts.database.write() as session:
        key = repeat.key_of(parts, call.path, call._person)
        if key is None:
            return route.view(session, call)
        known = repeat.known(session, parts, key)
        if known is not None:
            return Answer(known.body, known.status)
        answer = route.view(session, call)
        if isinstance(answer, Answer):
            repeat.remember(session, key, answer.status, answer.body)
        return answer


def _as_response(answer: Answer | Response) -> Response:
    if isinstance(answer, Response):
        return answer
    made = jsonify(answer.body) if answer.status != 204 else Response()
    made.status_code = answer.status
    if answer.status >= 400:
        made.content_type = "application/problem+json"
    made.headers.extend(answer.headers)
    return made
