"""What the pages of bulk issues say: how far a list is, who may not, and where the ZIP is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from services.forms.applications import answers as answered
from services.forms.applications.roles import OFFICES
from services.forms.applications.troubles import trouble_text
from services.forms.bulk.archiving import result_texts
from services.forms.bulk.tables import CHECKED, CHECKING, DONE, ISSUING
from services.forms.bulk.values import Archive, BulkView, EntryView
from services.forms.catalog.kind import Kind
from services.forms.pages.badges import Badge
from services.forms.signin.person import Person
from services.forms.student.form import FormField, Option, fields_of
from shared import say

ROWS_SHOWN = 50
BADGES: Mapping[str, Badge] = {
    CHECKING: Badge("moving", "clock", _l("Being checked")),
    CHECKED: Badge("yours", "pen", _l("To be started")),
    ISSUING: Badge("moving", "clock", _l("Being issued")),
    DONE: Badge("good", "check", _l("Issued")),
}
WITH_FAILURES = Badge("stuck", "alert", _l("Some could not be made"))
# What the ZIP's own check says; other codes are those of any paper.
TROUBLES: Mapping[str, Any] = {
    "file_missing": _l("its file is missing in the store"),
    "file_damaged": _l("its stored file is not what was issued"),
    "paper_differs": _l("its text does not say what was issued"),
    "paper_unreadable": _l("its file cannot be read"),
    "unknown_number": _l("it is not in the ledger"),
    "facts_forgotten": _l("its facts are no longer kept"),
}
TELL = "tell"


@dataclass(frozen=True)
class Line:
    """A row of the table of those who get nothing."""

    n: int
    student_number: str
    href: str
    why: str


def lists_page(views: Sequence[BulkView], kinds: Sequence[Kind], person: Person) -> dict[str, Any]:
    """The office's lists, and what it may begin."""
    return {
        "office": str(OFFICES[person.office or ""]),
        "kinds": kinds,
        "lists": [
            {
                "href": f"/desk/bulk/{one.id}",
                "title": str(one.kind.title),
                "when": say.moment(one.created_at),
                "badge": badge(one),
                "said": heading(one),
            }
            for one in views
        ],
    }


def new_page(
    kind: Kind,
    typed: Mapping[str, Any],
    sheet: str,
    errors: Mapping[str, str],
    summary: Sequence[Mapping[str, str]],
) -> dict[str, Any]:
    """The form: a list, what is asked for everybody, whether the students are told."""
    return {
        "kind": kind,
        "sheet": sheet,
        "fields": _fields(kind, typed, errors),
        "wrong_file": errors.get("file", ""),
        "errors": summary,
        "columns": ["student_number", *kind.schema().fields],
        "tell": str(typed.get(TELL) or "no"),
        "telling": [
            Option("no", str(_("No mail")), str(_("They see it in their account."))),
            Option("yes", str(_("A mail to each")), str(_("As when they ask for it themselves."))),
        ],
    }


def list_page(view: BulkView, refused: Sequence[EntryView], failed: Sequence[EntryView]) -> Any:
    """Everything that the page of one list shows."""
    counts = view.counts
    return {
        "base": f"/desk/bulk/{view.id}",
        "kind": view.kind,
        "badge": badge(view),
        "heading": heading(view),
        "lead": _lead(view),
        "state": view.state,
        "may": counts["waiting"],
        "bar": _bar(view),
        "facts": _facts(view),
        "unused": ", ".join(view.unused),
        "refused": [_line(one) for one in refused],
        "refused_said": _shown_of(len(refused), counts["refused"]),
        "failed": [_line(one) for one in failed],
        "failed_said": _shown_of(len(failed), counts["failed"]),
        "failures": counts["failed"],
        "may_cancel": view.state == ISSUING and counts["waiting"] > 0,
        "archive": view.archive,
        "zip_said": _zip_said(view.archive),
        "zip_trouble": _zip_trouble(view.archive),
        "cancelled": counts["cancelled"],
    }


def is_moving(view: BulkView) -> bool:
    """Whether the page will soon say something else."""
    packing = view.archive is not None and view.archive.state == "asked"
    return view.state in (CHECKING, ISSUING) or packing


def badge(view: BulkView) -> Badge:
    """How far a list is, in a word."""
    return WITH_FAILURES if view.state == DONE and view.counts["failed"] else BADGES[view.state]


def heading(view: BulkView) -> str:
    """The answer in one line."""
    counts = view.counts
    if view.state == CHECKING:
        done = view.total - counts["new"]
        return str(_("%(done)s of %(total)s rows checked", done=done, total=view.total))
    if view.state == CHECKED:
        if not counts["refused"]:
            return str(_n("%(num)s may have it", "All %(num)s may have it", counts["waiting"]))
        may, not_ = counts["waiting"], counts["refused"]
        return str(_("%(may)s may have it, %(not_)s may not", may=may, not_=not_))
    if view.state == ISSUING:
        asked = view.total - counts["refused"] - counts["cancelled"]
        return str(_("%(done)s of %(total)s issued", done=counts["issued"], total=asked))
    return str(
        _n("%(num)s certificate is issued", "%(num)s certificates are issued", counts["issued"])
    )


def rows_of(entries: Sequence[EntryView]) -> list[tuple[str, ...]]:
    """The rows of the CSV that tells what became of each."""
    return [
        (str(one.n), one.student_number, one.application, one.document, *_result(one))
        for one in entries
    ]


def csv_headings() -> tuple[str, ...]:
    """In the reader's language."""
    return (
        _("Line"),
        _("Student number"),
        _("Application"),
        _("Document"),
        _("Result"),
        _("Reason"),
    )


def _result(one: EntryView) -> tuple[str, str]:
    result, *why = result_texts(one)
    return result, " ".join(why)


def _fields(kind: Kind, typed: Mapping[str, Any], errors: Mapping[str, str]) -> list[FormField]:
    return fields_of(kind, typed, errors, {}, {})


def _lead(view: BulkView) -> str:
    if view.state == CHECKING:
        return str(_("Nothing is issued yet. This page shows the result as soon as it is there."))
    if view.state == CHECKED:
        return str(_("Nothing is issued yet. Look at it once more, then start."))
    if view.state == ISSUING:
        return str(_("You may close this page; it goes on. Others are not delayed by it."))
    return ""


def _bar(view: BulkView) -> dict[str, Any] | None:
    counts = view.counts
    if view.state == CHECKING:
        return {"value": view.total - counts["new"], "max": view.total, "words": _("Checked")}
    if view.state == ISSUING:
        asked = view.total - counts["refused"] - counts["cancelled"]
        done = counts["issued"] + counts["failed"]
        return {"value": done, "max": max(asked, 1), "words": _("Issued")}
    return None


def _facts(view: BulkView) -> list[tuple[str, str]]:
    told = _("A mail to each") if view.tell else _("No mail")
    facts = [
        (str(_("Sent in")), say.moment(view.created_at)),
        (str(_("Rows")), str(view.total)),
        *answered.said(view.kind, view.answers),
        (str(_("To the students")), str(told)),
    ]
    if view.started_at:
        facts.append((str(_("Started")), say.moment(view.started_at)))
    if view.finished_at:
        facts.append((str(_("Finished")), say.moment(view.finished_at)))
    return facts


def _line(one: EntryView) -> Line:
    _first, *why = result_texts(one)
    href = f"/desk/applications/{one.application_id}" if one.application_id else ""
    return Line(one.n, one.student_number, href, " ".join(why))


def _shown_of(shown: int, total: int) -> str:
    if shown == total:
        return ""
    return str(_("The first %(shown)s of %(total)s; the CSV has all.", shown=shown, total=total))


def _zip_said(archive: Archive | None) -> str:
    if archive is None:
        return ""
    if archive.state == "asked":
        return str(
            _("Each file is read back and compared: %(done)s rows so far.", done=archive.checked)
        )
    if archive.state == "over":
        return str(_("Its time is over and it has been removed. The papers themselves stay."))
    if archive.state != "offered" or archive.until is None:
        return ""
    parts = [
        _n("%(num)s file", "%(num)s files", archive.documents),
        say.size(archive.size),
        _("until %(when)s", when=say.moment(archive.until)),
    ]
    if archive.left_out:
        left_out = archive.left_out
        parts.append(_n("%(num)s revoked and left out", "%(num)s revoked and left out", left_out))
    return " · ".join(map(str, parts))


def _zip_trouble(archive: Archive | None) -> str:
    if archive is None or archive.state != "failed" or archive.trouble is None:
        return ""
    code, row = archive.trouble.get("code", ""), archive.trouble.get("row")
    why = str(TROUBLES.get(code) or trouble_text(str(code)))
    if row is None:
        return why
    number = archive.trouble.get("number", "")
    return str(_("Line %(row)s, document %(number)s: %(why)s.", row=row, number=number, why=why))
