"""What forms counts: applications by kind and state."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from services.forms.applications.tables import ApplicationRow
from services.forms.parts import Parts
from shared.metrics import Figure


def measure(parts: Parts) -> Iterator[Figure]:
    """Counted where they lie."""
    columns = (ApplicationRow.kind, ApplicationRow.state)
    with parts.database.read() as session:
        found = session.execute(select(*columns, func.count()).group_by(*columns)).all()
    yield Figure(
        "dojang_applications",
        "Applications by state.",
        {(kind, state): count for kind, state, count in found},
        ("kind", "state"),
    )
