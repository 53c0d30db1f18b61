"""Writing a letter behind a link: typed or taken from a file, looked at as paper, signed (REC-01).

Two pages: one to write, one to look and sign. Every button keeps what was typed
first, and what cannot be kept is shown again with what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext as _n

from services.forms.applications import approvals, writing
from services.forms.applications.answers import as_json, said
from services.forms.applications.telling import changed_texts
from services.forms.applications.values import ApprovalView, LetterView
from services.forms.approver.page import drawn_again
from services.forms.catalog import printed
from services.forms.catalog.letter_paper import LINES
from services.forms.letters.taking import BYTES_MOST, take
from services.forms.pages import files
from services.forms.pages.errors import text_of
from services.forms.pages.frame import see_other
from services.forms.parts import Parts
from services.forms.rules.letter import PAGES_MOST
from services.forms.student.form import Count
from services.forms.student.home import about_me
from shared import say
from shared.errors import Refused, TryLater
from shared.web import check_form
from shared.words import in_language

Page = Response | str | tuple[str, int]
FIELDS = ("body", "position", "department", "contact")
REASONS = {"return": "reason-return", "decline": "reason-decline", "not_mine": "reason-not-mine"}


def add(pages: Blueprint, parts: Parts) -> None:
    """`/a/<token>/letter`: GET shows it as paper, POST keeps it and does what the button says."""

    @pages.get("/letter")
    def see_letter(token: str) -> Page:
        with parts.database.read() as session:
            view = approvals.look(session, parts, token)
        if view.letter is None or view.letter.findings:
            return see_other(f"/a/{token}")
        return sign(parts, view, token)

    @pages.post("/letter")
    def keep_letter(token: str) -> Page:
        check_form(parts.keyring, token)
        do = request.form.get("do", "save")
        try:
            view = _kept(parts, token, do)
        except (Refused, TryLater) as error:
            return _refused(parts, token, error), 422 if isinstance(error, Refused) else 503
        if do != "preview":
            return see_other(f"/a/{token}?kept={do}#body")
        if view.letter and view.letter.findings:
            return write(parts, view, token, checked=True), 422
        return see_other(f"/a/{token}/letter")


def write(
    parts: Parts,
    view: ApprovalView,
    token: str,
    *,
    given: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
    checked: bool = False,
) -> str:
    """The page to write on. `given`: what was typed and could not be kept."""
    letter = view.letter
    assert letter is not None  # noqa: S101 – only a step that writes is shown here
    faults = {**_faults(letter, checked), **(wrong or {})}
    return render_template(
        "approver/pages/letter.html",
        **_shown(parts, view, token),
        facts=_facts(view),
        note=view.answers.get("note", ""),
        files=files.attached(view.attachments, f"/a/{token}"),
        letter=given if given is not None else asdict(letter.letter),
        lines=[(name, str(label)) for name, label in LINES.items()],
        count=_count(letter),
        saved_at=letter.saved_at,
        kept=request.args.get("kept", ""),
        may_put_back=letter.may_put_back,
        most=say.size(BYTES_MOST).replace(".0", ""),
        wrong=faults,
        errors=[{"href": f"#{_anchor(k)}", "words": v} for k, v in faults.items() if v],
        typed_reason={},
    )


def sign(
    parts: Parts,
    view: ApprovalView,
    token: str,
    *,
    typed: str = "",
    drawn: str = "",
    wrong: str = "",
    changed: Sequence[str] = (),
) -> str:
    """The page that shows the letter as paper and asks for the signature."""
    return render_template(
        "approver/pages/letter_sign.html",
        **_shown(parts, view, token),
        paper=_paper(parts, view),
        pages=_pages_words(view.letter),
        typed=typed,
        drawn=drawn,
        wrong=wrong,
        errors=[{"href": "#typed", "words": wrong}] if wrong else [],
        changed=changed_texts(view.kind, changed),
    )


def again(
    parts: Parts,
    view: ApprovalView,
    token: str,
    form: Mapping[str, str],
    *,
    wrong: Mapping[str, str] | None = None,
    changed: Sequence[str] = (),
) -> str:
    """The page that a decision came from, with what is wrong with it."""
    if form.get("decision") != "approve":
        return _other_again(parts, view, token, form, wrong or {})
    said_wrong = (wrong or {}).get("approve", "")
    if view.letter and view.letter.findings:
        return write(parts, view, token, checked=True)
    return sign(
        parts,
        view,
        token,
        typed=form.get("typed", ""),
        drawn=drawn_again(form),
        wrong=said_wrong,
        changed=changed,
    )


def _other_again(
    parts: Parts,
    view: ApprovalView,
    token: str,
    form: Mapping[str, str],
    wrong: Mapping[str, str],
) -> str:
    return render_template(
        "approver/pages/letter_other.html",
        **_shown(parts, view, token),
        typed_reason={form.get("decision"): form.get("reason")},
        wrong=wrong,
        errors=[{"href": f"#{REASONS.get(k, '')}", "words": v} for k, v in wrong.items()],
    )


def _kept(parts: Parts, token: str, do: str) -> ApprovalView:
    """Keep what was typed; then the file that came with it, or what a file replaced."""
    given = {name: request.form.get(name, "") for name in FIELDS}
    upload = request.files.get("file")
    if do == "file" and upload is not None and upload.filename:
        return _took(parts, token, given, upload.filename, upload.stream.read())
    with parts.database.write() as session:
        view = writing.keep(session, parts, token, given)
        if do == "file":
            raise Refused("no_file", "no file was chosen", field="file")
        return writing.put_back(session, parts, token) if do == "back" else view


def _took(
    parts: Parts, token: str, given: Mapping[str, str], name: str, data: bytes
) -> ApprovalView:
    """What was typed is kept before the file is opened: a refused one must not cost it."""
    with parts.database.write() as session:
        writing.keep(session, parts, token, given)
    taken = take(name, data)
    with parts.database.write() as session:
        return writing.take(session, parts, token, given, taken)


def _refused(parts: Parts, token: str, error: Refused | TryLater) -> str:
    """The page once more with everything that was typed, kept or not."""
    place = str(error.facts.get("field") or "")
    given = {name: request.form.get(name, "") for name in FIELDS}
    with parts.database.read() as session:
        view = approvals.look(session, parts, token)
    known = place if place in (*FIELDS, "file") else "body"
    return write(parts, view, token, given=given, wrong={known: text_of(error)})


def _shown(parts: Parts, view: ApprovalView, token: str) -> dict[str, Any]:
    """What both pages have."""
    return {
        "student": say.named(view.student),
        "number": view.number,
        "kind": view.kind.title,
        "me": say.named(view.step.who) if view.step.who else "",
        "base": f"/a/{token}",
        "by_when": view.by_when,
        "now": parts.clock.now(),
        "shown": view.shown,
    }


def _facts(view: ApprovalView) -> list[tuple[str, str]]:
    """Who asks for what: the request, and of the register what the letter's head needs."""
    student, skipped = view.student, {"professor", "note"}
    answers = {name: value for name, value in view.answers.items() if name not in skipped}
    program, major, campus = about_me(student)
    return [
        (str(_("Student")), f"{say.named(student)} · {student.student_number}"),
        (str(_("Studies")), " · ".join([program, major, campus])),
        (str(_("Admitted")), printed.long_day(student.admitted_on)),
        *said(view.kind, answers, view.people),
    ]


def _count(letter: LetterView) -> Count:
    over = any(one.figures.get("lines_over") for one in letter.findings)
    words = _("%(pages)s of %(most)s pages", pages=letter.pages, most=PAGES_MOST)
    return Count(str(words), over=over, label=str(_("As saved")))


def _pages_words(letter: LetterView | None) -> str:
    count = letter.pages if letter else 1
    return str(_n("It takes %(num)s page.", "It takes %(num)s pages.", count))


def _faults(letter: LetterView, checked: bool) -> dict[str, str]:
    """What stands against signing; what is only missing is said when somebody wants to go on."""
    found: dict[str, str] = {}
    for one in as_json(list(letter.findings)):
        if checked or one.get("figures"):
            text = " ".join(filter(None, (one["message"], one["remedy"])))
            found.setdefault(str(one.get("field") or "body"), text)
    return found


def _anchor(place: str) -> str:
    return place if place in (*FIELDS, "file") else "body"


def _paper(parts: Parts, view: ApprovalView) -> dict[str, Any]:
    """The letter in its own language, as the PDF has it but for the pages."""
    with in_language(view.language):
        letter = view.letter.letter if view.letter else None
        body = letter.body if letter else ""
        rows = [letter.position, letter.department, letter.contact] if letter else []
        me = say.named(view.step.who) if view.step.who else ""
        to = [view.answers.get(name) for name in ("recipient", "institution", "recipient_address")]
        return {
            "language": view.language,
            "title": printed.letter_title(view.student),
            "to": [one for one in to if one],
            "date": printed.long_day(parts.clock.now().date()),
            "paragraphs": [part.split("\n") for part in body.split("\n\n")],
            "close": [printed.letter_close(), me, *filter(None, rows)],
        }
