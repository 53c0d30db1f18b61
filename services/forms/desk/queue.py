"""The queue as a page: what the office must do today comes first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext as _n

from services.forms.applications.roles import OFFICES
from services.forms.applications.values import Queue, QueueRow
from services.forms.catalog.kind import Kind
from services.forms.pages.badges import DESK, STUCK, TO_DELIVER, Badge
from services.forms.signin.person import Person
from services.forms.student.form import Option
from shared import say

VIEWS: Mapping[str, tuple[Any, str]] = {
    "ours": (_l("Ours"), ""),
    "second": (_l("To confirm"), "user"),
    "due": (_l("Due soon"), "clock"),
    "stuck": (_l("Stuck"), "alert"),
    "deliver": (_l("To deliver"), ""),
    "professors": (_l("With professors"), ""),
    "ended": (_l("Ended"), ""),
}
FLAGS: Mapping[str, Any] = {
    "unassigned": _l("A professor has to be found"),
    "mail_failed": _l("The mail to the professor came back"),
    "overdue": _l("Past its date"),
    "issue_failed": _l("The paper could not be made"),
    "second": _l("A second person has to confirm"),
    "no_attachment": _l("No attachments"),
    "deliver": _l("Hand it over or mail it"),
}
CHOICES_FROM = 2
ALARMS = ("unassigned", "mail_failed", "issue_failed")
EMPTY: Mapping[str, Any] = {
    "ours": _l("Nothing waits for this office."),
    "second": _l("Nothing waits for a second person."),
    "due": _l("Nothing is due soon."),
    "stuck": _l("Nothing is stuck."),
    "deliver": _l("Nothing is to be delivered."),
    "professors": _l("Nothing is with professors."),
    "ended": _l("Nothing has ended yet."),
}


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see of the queue."""

    view: str
    text: str = ""
    kind: str = ""


@dataclass(frozen=True)
class View:
    """One view of the queue, with how many there are in it."""

    words: str
    icon: str
    href: str
    count: int | None
    here: bool


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    title: str
    number: str
    href: str
    applicant: str
    student_number: str
    badge: Badge
    due: str
    near: bool
    look: str
    alarm: bool


def queue_page(
    queue: Queue, person: Person, asked: Asked, kinds: Mapping[str, Kind], now: datetime
) -> dict[str, Any]:
    """Everything that the template shows."""
    view, text = asked.view, asked.text
    rows = [_line(row, now) for row in queue.rows]
    total = queue.total
    return {
        "office": str(OFFICES[person.office or ""]),
        "me": say.named(person),
        "heading": _heading(queue, view, text),
        "views": [_view(name, view, queue.counts) for name in _views(person, kinds)],
        "view": view,
        "text": text,
        "kind": asked.kind,
        "kinds": _kinds(person, kinds),
        "rows": rows,
        "caption": _("%(shown)s of %(total)s applications", shown=len(rows), total=total),
        "empty": _("Nothing found.") if text else EMPTY[view],
        "more": _more(queue, asked),
    }


def _views(person: Person, kinds: Mapping[str, Kind]) -> list[str]:
    """The views of this office: not each one delivers papers."""
    delivers = any(one.delivery and one.in_charge == person.office for one in kinds.values())
    return [name for name in VIEWS if delivers or name != "deliver"]


def _heading(queue: Queue, view: str, text: str) -> str:
    total = queue.total
    if text:
        return str(_n("%(num)s application found", "%(num)s applications found", total))
    if view == "ours" and not queue.counts.get("deliver"):  # else not all of them are to decide
        if not total:
            return str(EMPTY["ours"]).rstrip(".")
        return str(
            _n(
                "%(num)s application for you to decide",
                "%(num)s applications for you to decide",
                total,
            )
        )
    return str(_("%(view)s: %(total)s", view=VIEWS[view][0], total=total))


def _view(name: str, here: str, counts: Mapping[str, int]) -> View:
    words, icon = VIEWS[name]
    return View(str(words), icon, f"/desk?view={name}", counts.get(name), name == here)


def _line(row: QueueRow, now: datetime) -> Line:
    alarm = any(flag in ALARMS for flag in row.flags)
    badge = STUCK if alarm and row.state != "issue_failed" else DESK[row.state]
    if "deliver" in row.flags:
        badge = TO_DELIVER
    days = say.days_between(now, row.due_at) if row.due_at else None
    return Line(
        title=str(row.kind.title),
        number=row.number,
        href=f"/desk/applications/{row.id}",
        applicant=say.named(row),
        student_number=row.student_number,
        badge=badge,
        due=due(row.due_at, now),
        near=days is not None and days <= 1,
        look=" · ".join(str(FLAGS[flag]) for flag in row.flags if flag in FLAGS),
        alarm=alarm,
    )


def due(at: datetime | None, now: datetime) -> str:
    """By when, as a list has room for it."""
    if at is None:
        return ""
    if at < now:
        over = -say.days_between(now, at)
        return str(_n("%(num)s day over", "%(num)s days over", over)) if over else say.hour(at)
    if say.days_between(now, at) == 0:
        return str(_("today, %(hour)s", hour=say.hour(at)))
    return say.day(at)


def _more(queue: Queue, asked: Asked) -> str:
    if queue.next_offset is None:
        return ""
    named = {"view": asked.view, "q": asked.text, "kind": asked.kind, "from": queue.next_offset}
    return "/desk?" + urlencode(named)


def _kinds(person: Person, kinds: Mapping[str, Kind]) -> list[Option]:
    """The kinds of this office to choose from, if there is a choice."""
    mine = [one for one in kinds.values() if one.desk and one.desk.office == person.office]
    if len(mine) < CHOICES_FROM:
        return []
    return [Option("", str(_("All"))), *(Option(one.name, str(one.title)) for one in mine)]
