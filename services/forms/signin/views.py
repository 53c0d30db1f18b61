"""The pages of signing in: password, where the code goes, the code, the privacy notice.

Between the pages a signed cookie holds the challenge and where codes went;
the answer to every POST is a redirect, so that a reload sends nothing twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.forms.pages.frame import check_own_form, dress, local, see_other
from services.forms.parts import Parts
from services.forms.signin import challenge, devices, sessions
from services.forms.signin.current import current_person
from services.forms.signin.password_views import add_password_pages
from services.forms.signin.told import told
from services.forms.signin.university_views import Again, add_university
from shared import cookies
from shared.errors import DojangError, Permanent, TooMany, TryLater, Unauthorized
from shared.links import make_pass, read_pass

LASTING = timedelta(minutes=15)  # of what is known between the pages
SPENT = ("expired", "used", "not_sent")


@dataclass(frozen=True)
class Sent:
    """Where the last code went and until when it counts."""

    channel: str
    masked: str
    sent_at: datetime
    expires_at: datetime


def blueprint(parts: Parts) -> Blueprint:
    """All pages before somebody is at work."""
    pages = Blueprint("signin", __name__)
    dress(pages, parts)
    _add_password(pages, parts)
    _add_channel(pages, parts)
    _add_code(pages, parts)
    _add_notice(pages, parts)
    add_password_pages(pages, parts)
    if parts.provider:
        add_university(pages, parts, parts.provider, _page_again(parts))

    @pages.post("/sign-out")
    def sign_out() -> Response:
        check_own_form(parts)
        token = cookies.read(cookies.SESSION)
        with parts.database.write() as session:
            way = sessions.end(session, parts, token)
        told(parts, "session.ended", person.login_id if (person := current_person(parts)) else "")
        answer = see_other("/sign-in" + ("?left=university" if way == sessions.UNIVERSITY else ""))
        cookies.drop(answer, cookies.SESSION)
        cookies.drop(answer, cookies.DESK)
        answer.headers["Clear-Site-Data"] = '"storage"'  # cached is nothing: no-store
        return answer

    return pages


def _add_password(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/sign-in")
    def sign_in() -> str | Response:
        if current_person(parts):
            return see_other(local(request.args.get("next")))
        there = parts.provider if request.args.get("left") == "university" else None
        leaving = there.leaving() if there else ""
        return _sign_in_page(parts, request.args.get("next", ""), leaving=leaving)

    @pages.post("/sign-in")
    def check_password() -> Response | tuple[str, int]:
        check_own_form(parts)
        login_id, wanted = request.form.get("id", "").strip(), request.form.get("next", "")
        try:
            opened = challenge.open_challenge(
                parts,
                login_id,
                request.form.get("password", ""),
                request.remote_addr or "",
                devices.known(parts, login_id),
            )
        except Unauthorized:
            return _sign_in_page(
                parts, wanted, login_id, _("The ID or password is not right.")
            ), 401
        except TooMany as error:
            return _sign_in_page(parts, wanted, login_id, wait(error)), 429
        channels = [[channel.name, channel.masked] for channel in opened.channels]
        state = {"challenge": opened.challenge, "channels": channels, "next": local(wanted)}
        if opened.channels == (challenge.BY_APP,):  # nothing to send
            return _go(parts, "/sign-in/code", {**state, "sent": [challenge.APP, "", 0, 0]})
        return _go(parts, "/sign-in/channel", state)


def _sign_in_page(
    parts: Parts,
    wanted: str,
    login_id: str = "",
    wrong: str = "",
    university: str = "",
    leaving: str = "",
) -> str:
    """ID and password; `university` is what was wrong there, `leaving` where to sign out of it."""
    errors = [{"href": "#id", "words": wrong}] if wrong else []
    errors += [{"href": "#university", "words": university}] if university else []
    return render_template(
        "signin/pages/sign_in.html",
        next=local(wanted, ""),
        login_id=login_id,
        wrong=wrong,
        errors=errors,
        has_university=parts.provider is not None,
        leaving=leaving,
    )


def _page_again(parts: Parts) -> Again:
    """The page of signing in, with what was wrong at the university."""

    def again(wanted: str, words: str, status: int) -> Response:
        return make_response(_sign_in_page(parts, wanted, university=words), status)

    return again


def _add_channel(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/sign-in/channel")
    def choose_channel() -> str | Response:
        state = _state(parts)
        if not state:
            return see_other("/sign-in")
        return _channel_page(state, failed=state["sent"][0] if _came_back(parts, state) else "")

    @pages.post("/sign-in/channel")
    def send_code() -> Response | tuple[str, int]:
        check_own_form(parts)
        state = _state(parts)
        if not state:
            return see_other("/sign-in")
        channel = request.form.get("channel", "")
        if channel not in [name for name, _masked in state["channels"]]:
            return _channel_page(state, _("Choose where the code should go.")), 422
        try:
            sent = challenge.send_code(
                parts, state["challenge"], channel, request.remote_addr or ""
            )
        except TooMany as error:
            return _channel_page(state, wait(error)), 429
        except Unauthorized:
            return _start_over()
        except TryLater:
            words = _("No code can be sent there at the moment. Choose the other way.")
            return _channel_page({**state, "sent": None}, words, failed=channel), 503
        times = [sent.sent_at.timestamp(), sent.expires_at.timestamp()]
        went = {"sent": [sent.channel, sent.masked, *times], "message": sent.message}
        return _go(parts, "/sign-in/code", {**state, **went})


def _channel_page(state: dict[str, Any], wrong: str = "", failed: str = "") -> str:
    """Where the code should go; the way that failed just now is not proposed again."""
    names = {"email": _("E-mail"), "sms": _("Text message")}
    channels = [
        {"value": name, "words": names[name], "about": masked} for name, masked in state["channels"]
    ]
    last = (state.get("sent") or [""])[0]
    free = [one["value"] for one in channels if one["value"] != failed]
    return render_template(
        "signin/pages/channel.html",
        channels=channels,
        chosen=last if last in free else next(iter(free), failed),
        errors=[{"href": "#channel", "words": wrong}] if wrong else [],
    )


def _add_code(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/sign-in/code")
    def enter_code() -> str | Response:
        state = _state(parts)
        return _code_page(parts, state) if state and state.get("sent") else see_other("/sign-in")

    @pages.post("/sign-in/code")
    def check_code() -> Response | tuple[str, int]:
        check_own_form(parts)
        state = _state(parts)
        if not state or not state.get("sent"):
            return see_other("/sign-in")
        try:
            signed_in = challenge.check_code(
                parts, state["challenge"], request.form.get("code", ""), use="page"
            )
        except Unauthorized as error:
            if error.code == "challenge_over":
                return _start_over()
            return _code_page(parts, state, wrong_code(error)), 401
        except TooMany as error:
            return _code_page(parts, state, wait(error)), 429
        except TryLater:
            words = _("Codes cannot be checked at the moment. Try again in a minute.")
            return _code_page(parts, state, words), 503
        answer = see_other(local(state["next"]))
        _end_the_one_before(parts)
        sessions.set_cookie(answer, signed_in.token)
        devices.remember(answer, parts, signed_in.person.login_id)
        cookies.drop(answer, cookies.SIGN_IN)
        return answer


def _end_the_one_before(parts: Parts) -> None:
    """Of one browser there is one session: who signs in anew leaves none behind."""
    old = cookies.read(cookies.SESSION)
    if old:
        with parts.database.write() as session:
            sessions.end(session, parts, old)


def _code_page(parts: Parts, state: dict[str, Any], wrong: str = "") -> str:
    channel, masked, sent_at, expires_at = state["sent"]
    if channel == challenge.APP:
        errors = [{"href": "#code", "words": wrong}] if wrong else []
        return render_template("signin/pages/app_code.html", wrong=wrong, errors=errors)
    sent = Sent(channel, masked, _instant(sent_at), _instant(expires_at))
    errors = [{"href": "#code", "words": wrong}] if wrong else []
    return render_template(
        "signin/pages/code.html",
        sent=sent,
        others=_others(state),
        wrong=wrong,
        errors=errors,
        came_back=_came_back(parts, state),
    )


def _came_back(parts: Parts, state: dict[str, Any]) -> bool:
    """Whether the last code never arrives."""
    return challenge.has_come_back(parts, state["challenge"], state.get("message", ""))


def _others(state: dict[str, Any]) -> list[dict[str, str]]:
    """The ways that are left when a code does not arrive."""
    words = {
        "email": _("Send it by e-mail instead"),
        "sms": _("Send it by text message instead"),
    }
    ways = [name for name, _masked in state["channels"] if name != state["sent"][0]]
    return [{"value": name, "words": str(words[name])} for name in ways]


def _add_notice(pages: Blueprint, parts: Parts) -> None:
    @pages.get("/notice")
    def notice() -> str | Response:
        if not current_person(parts):
            return see_other("/sign-in")
        wanted = local(request.args.get("next"), "")
        return render_template("signin/pages/notice.html", next=wanted)

    @pages.post("/notice")
    def accept() -> Response:
        check_own_form(parts)
        person = current_person(parts)
        if not person:
            return see_other("/sign-in")
        with parts.database.write() as session:
            sessions.accept_notice(session, parts, person)
        return see_other(local(request.form.get("next")))


def wait(error: TooMany) -> str:
    """How long somebody has to wait, in words."""
    minutes = max(1, -(-int(error.facts.get("retry_after") or 60) // 60))
    return str(
        _n(
            "Too many tries. You can try again in %(num)s minute.",
            "Too many tries. You can try again in %(num)s minutes.",
            minutes,
        )
    )


def wrong_code(error: DojangError) -> str:
    """What is wrong with a code, and how often it may still be tried."""
    if error.facts.get("reason") == "no_checks_left":
        return str(_("That was tried too often. Sign in anew."))
    if error.facts.get("reason") in SPENT:
        return str(_("This code no longer counts. Ask for a new one."))
    left = error.facts.get("checks_left")
    if not left:
        return str(_("That is not the code."))
    return str(
        _n(
            "That is not the code. %(num)s try left.",
            "That is not the code. %(num)s tries left.",
            int(left),
        )
    )


def _go(parts: Parts, address: str, state: dict[str, Any]) -> Response:
    """On to the next page, the state in a signed cookie."""
    expires = parts.clock.now() + LASTING
    answer = see_other(address)
    value = make_pass("signin", state, expires, parts.keyring)
    cookies.put(answer, cookies.SIGN_IN, value, LASTING)
    return answer


def _state(parts: Parts) -> dict[str, Any] | None:
    token = cookies.read(cookies.SIGN_IN)
    try:
        return read_pass("signin", token, parts.clock.now(), parts.keyring)
    except Permanent:
        return None


def _start_over() -> Response:
    answer = see_other("/sign-in")
    cookies.drop(answer, cookies.SIGN_IN)
    return answer


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds).astimezone()
