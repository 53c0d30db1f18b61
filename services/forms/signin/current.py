"""Who is at the page now, and pages that want somebody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import quote

from flask import current_app, g, redirect, request

from services.forms.parts import Parts
from services.forms.signin import sessions
from services.forms.signin.person import Person
from services.forms.signin.told import told_who
from shared import cookies
from shared.errors import Forbidden

P = ParamSpec("P")
T = TypeVar("T")
EXTENSION = "dojang.parts"


def install(app: Any, parts: Parts) -> None:
    """Let decorators find the parts of the app that serves the request."""
    app.extensions[EXTENSION] = parts

    @app.before_request  # type: ignore[untyped-decorator]  # `app` is any Flask app
    def _speak_their_language() -> None:
        person = current_person(parts)
        if person is not None:
            g.person_language = person.language


def current_person(parts: Parts) -> Person | None:
    """Who the session cookie belongs to; looked up once a request."""
    if "person" not in g:
        token = cookies.read(cookies.SESSION)
        g.person = None
        if token:
            with parts.database.read() as session:
                g.person = sessions.find(session, parts, token, "page")
            if g.person is not None:
                sessions.seen(parts, token)
                told_who(parts, g.person.login_id)
    return cast("Person | None", g.person)


def signed_in() -> Person:
    """The person of a page that is behind `page_login`."""
    return cast(Person, g.person)


def page_login(*roles: str) -> Callable[[Callable[P, T]], Callable[P, Any]]:
    """Only for people signed in, who accepted the notice, of one of the roles (any if none)."""

    def declare(view: Callable[P, T]) -> Callable[P, Any]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> Any:
            person = current_person(current_app.extensions[EXTENSION])
            if person is None:
                return redirect(f"/sign-in?next={_here()}", 303)
            if not person.notice_accepted:
                return redirect(f"/notice?next={_here()}", 303)
            if roles and person.role not in roles:
                raise Forbidden("other_role", "this page is for others")
            return view(*args, **kwargs)

        return guarded

    return declare


def _here() -> str:
    """Where to go on afterwards; a form that was posted is opened anew."""
    return quote(request.full_path.rstrip("?") if request.method == "GET" else request.path)
