"""Which authenticator apps an office took away: the latest, for the page of the office."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.forms.signin.tables import RemovedAppRow

SHOWN_MOST = 20


def latest(session: Session) -> Sequence[RemovedAppRow]:
    """The last twenty, the newest first."""
    wanted = select(RemovedAppRow).order_by(RemovedAppRow.at.desc(), RemovedAppRow.id)
    return session.scalars(wanted.limit(SHOWN_MOST)).all()
