"""Application periods of a semester, which are data: whether one is open at an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.forms.people.values import Window

When = Literal["missing", "not_yet", "open", "closed"]


def when(window: Window | None, now: datetime) -> When:
    """EXT-01, TUI-06, IQE-01, TRM-04: open from its first instant until just before its last."""
    if window is None:
        return "missing"
    if now < window.opens:
        return "not_yet"
    return "open" if window.holds(now) else "closed"
