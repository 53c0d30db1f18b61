"""Whoever is signed in, as every use case is handed them."""

from __future__ import annotations

from dataclasses import dataclass

from services.forms.people.values import Named, Office, Role


@dataclass(frozen=True)
class Person(Named):
    """Somebody signed in. `session_id` is the subject of the form tokens of this session."""

    id: str
    role: Role
    office: Office | None
    login_id: str
    name_ko: str
    name_en: str
    language: str
    notice_accepted: bool
    session_id: str
