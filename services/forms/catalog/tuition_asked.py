"""What every request about a semester's tuition asks first: which semester, and whose.

Shared by the kinds that are about tuition (waiver, extension, installments).
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from services.forms.catalog.kind import Asking, Finding
from services.forms.people.values import Semester
from services.forms.rules import tell, terms, tuition
from shared.clock import SEOUL


def semester_now(asking: Asking) -> Semester | None:
    """The semester that students deal with now, if the register knows one."""
    return terms.semester_to_pay(asking.semesters, _today(asking))


def against(asking: Asking, semester: Semester) -> list[Finding]:
    """What stands against asking about it: its time, its data, the student's standing (TUI-02)."""
    open_now = terms.open_semesters(asking.semesters, _today(asking))
    if not open_now:
        return [tell.no_semester()]
    if semester < open_now[0]:
        return [tell.not_open(semester, open_now)]
    data = asking.semesters.get(semester)
    missing = tuition.missing_data(data) if data else tuple(tell.MISSING)
    if missing:
        return [tell.missing_data(semester, missing)]
    if semester not in open_now:
        return [tell.too_early(semester, open_now)]
    why = tuition.why_not_paying(asking.student, semester)
    return [tell.not_paying(semester, why)] if why else []


def against_any(asking: Asking) -> list[Finding]:
    """Nothing when there is a semester to ask about now; else what stands against it."""
    now = semester_now(asking)
    if now is None:
        return [tell.no_semester()]
    open_now = terms.open_semesters(asking.semesters, _today(asking))
    if any(not against(asking, semester) for semester in open_now):
        return []
    return against(asking, now)


def prefill(asking: Asking) -> dict[str, Any]:
    """Year and semester: the one that students deal with now, or the other open one if theirs."""
    now = semester_now(asking)
    if now is None:
        return {}
    open_now = terms.open_semesters(asking.semesters, _today(asking))
    theirs = [semester for semester in (now, *open_now) if not against(asking, semester)]
    return (theirs or [now])[0].as_json()


def window(asking: Asking) -> tuple[datetime | None, datetime | None]:
    """No page names a window: open until the semester that students deal with now ends."""
    now = semester_now(asking)
    if now is None:
        return None, None
    day_after = asking.semesters[now].last_day + timedelta(days=1)
    return None, datetime.combine(day_after, time.min, SEOUL)


def _today(asking: Asking) -> date:
    return asking.now.astimezone(SEOUL).date()
