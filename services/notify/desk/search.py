"""Find notifications for the desk: those of the kinds that an office is in charge of.

What is nobody's application (invitations, new passwords) every office may see:
whoever does not get theirs asks whichever they reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from services.notify.tables import Happening, Notification
from shared.errors import NotFound

PAGE, PAGES_MOST = 25, 400


@dataclass(frozen=True)
class Wanted:
    """What is looked for; "" is anything."""

    number: str = ""
    to: str = ""
    state: str = ""
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A page of what was found, the newest first."""

    rows: list[Notification]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return min(max(1, -(-self.total // PAGE)), PAGES_MOST)


def search(session: Session, kinds: tuple[str, ...], wanted: Wanted) -> Found:
    """The notifications that are looked for."""
    where = [_seen_by(kinds)]
    if wanted.number:
        where.append(Notification.number == wanted.number.upper())
    if wanted.to:
        plain = wanted.to.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        where.append(Notification.address.ilike(f"%{plain}%", escape="\\"))
    if wanted.state:
        where.append(Notification.state == wanted.state)
    total = session.scalar(select(func.count()).select_from(Notification).where(*where)) or 0
    rows = session.scalars(
        select(Notification)
        .where(*where)
        .order_by(Notification.created_at.desc(), Notification.id)
        .offset((wanted.page - 1) * PAGE)
        .limit(PAGE)
    )
    return Found(list(rows), total, wanted.page)


def find(session: Session, kinds: tuple[str, ...], notification_id: str) -> Notification:
    """One of them. Raises NotFound, for one of another office too."""
    found = session.scalar(
        select(Notification)
        .where(Notification.id == notification_id, _seen_by(kinds))
        .with_for_update()
    )
    if found is None:
        raise NotFound("no_such_notification", "no such notification, or of another office")
    return found


def history(session: Session, notification_id: str) -> list[Happening]:
    """All that happened to it, in its order."""
    wanted = select(Happening).where(Happening.notification_id == notification_id)
    return list(session.scalars(wanted.order_by(Happening.id)))


def _seen_by(kinds: tuple[str, ...]) -> ColumnElement[bool]:
    own = Notification.kind.in_(kinds) if kinds else false()
    return or_(own, Notification.kind == "")
