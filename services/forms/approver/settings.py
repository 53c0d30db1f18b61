"""`/queue/<token>/settings`: how a professor is told."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _

from services.forms.account.views import hours, read_hours
from services.forms.applications import wishes
from services.forms.pages.errors import text_of
from services.forms.pages.frame import see_other
from services.forms.parts import Parts
from services.forms.people.values import Quiet, Wishes
from shared import say
from shared.errors import Refused
from shared.frame import NAMES
from shared.web import check_form
from shared.words import LANGUAGES

Page = Response | str | tuple[str, int]


def add(pages: Blueprint, parts: Parts) -> None:
    """GET shows what is chosen, POST keeps it."""

    @pages.get("/settings")
    def look_at_settings(token: str) -> Page:
        return _page(parts, token)

    @pages.post("/settings")
    def keep_settings(token: str) -> Page:
        check_form(parts.keyring, token)
        form = request.form
        chosen = Wishes(form.get("digest", ""), read_hours(form) or Quiet())
        try:
            with parts.database.write() as session:
                wishes.choose(session, parts, token, form.get("language", ""), chosen)
        except Refused as error:
            return _page(parts, token, {str(error.facts["field"]): text_of(error)}), 422
        answer = see_other(f"/queue/{token}/settings?done=saved")
        answer.delete_cookie("language")  # what they choose here counts before what a page was in
        return answer


def _page(parts: Parts, token: str, wrong: dict[str, str] | None = None) -> str:
    with parts.database.read() as session:
        professor, chosen = wishes.look(session, parts, token)
    faults = wrong or {}
    return render_template(
        "approver/pages/settings.html",
        me=say.named(professor),
        base=f"/queue/{token}",
        spoken=professor.language,
        languages=[{"value": code, "words": NAMES[code]} for code in LANGUAGES],
        chosen=chosen,
        digests=_digests(),
        hours=hours(),
        done=request.args.get("done", ""),
        wrong=faults,
        errors=[{"href": f"#{field}", "words": words} for field, words in faults.items()],
    )


def _digests() -> list[dict[str, str]]:
    return [
        {"value": "never", "words": _("Each reminder by itself")},
        {"value": "many", "words": _("Together where there are three or more")},
        {"value": "always", "words": _("Always together")},
    ]
