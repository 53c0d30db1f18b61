"""What whoever comes back (from a leave, or readmitted) pays for the semester (TUI-02)."""

from __future__ import annotations

from services.forms.catalog import request
from services.forms.catalog.kind import Asking, Finding
from services.forms.people.values import Semester
from services.forms.rules import dues, returning, tell_returning, tuition


def costs(asking: Asking, semester: Semester) -> Finding:
    """TUI-02: whoever comes back in that semester pays; nothing is known without its data."""
    data = asking.semesters.get(semester)
    if data is None or tuition.missing_data(data):
        return tell_returning.pays_later(semester)
    back = returning.returned(asking.student, semester)
    return tell_returning.pays(dues.owed(back, data, request.today(asking)))
