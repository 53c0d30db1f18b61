"""Bulk issues as pages and programs see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.forms.catalog.kind import Kind


@dataclass(frozen=True)
class Archive:
    """The ZIP: `asked` | `offered` | `over` (its time) | `failed`."""

    state: str
    checked: int
    documents: int = 0
    left_out: int = 0
    size: int = 0
    until: datetime | None = None
    trouble: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class BulkView:
    """A list, how far it is, and its ZIP. `counts` are rows by their state."""

    id: str
    kind: Kind
    state: str
    total: int
    answers: Mapping[str, Any]
    tell: bool
    unused: Sequence[str]
    counts: Mapping[str, int]
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    cancelled_at: datetime | None
    archive: Archive | None


@dataclass(frozen=True)
class EntryView:
    """One row: its line in the file, whose, how far, and why not."""

    n: int
    student_number: str
    state: str
    findings: Sequence[Mapping[str, str]] = ()
    application_id: str | None = None
    application: str = ""
    document: str = ""
    document_state: str = ""
    language: str = ""
    trouble: str = ""


STATES = (
    "new", "refused", "waiting", "asked", "issued", "failed", "cancelled",
)  # fmt: skip
