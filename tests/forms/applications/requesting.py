"""Ask for things as the form fills them in, grant them, and look at the register."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from services.forms.applications import attachments, cases, desk, life
from services.forms.applications.uploads import inspect
from services.forms.people import register
from services.forms.people.tables import PaymentRow
from services.forms.people.values import Semester, Student
from shared.clock import SEOUL
from shared.errors import Refused
from shared.messages import DocumentRequested, Message
from tests.forms.applications.test_files import pdf
from tests.forms.campus import Campus


def ask(campus: Campus, login: str, kind: str, *, file: bool = False, **answers: Any) -> str:
    """A request as it is filled in, with some answers; its id."""
    person = campus.person(login)
    with campus.write() as session:
        one = register.find_student(session, person.id)
        filled = campus.parts.kind(kind).prefill(cases.asking(session, campus.parts, one))
        made = life.start(session, campus.parts, person, kind, {**filled, **answers})
    if file:
        upload = inspect("증명서.pdf", pdf(), 10_000_000)
        with campus.write() as session:
            attachments.attach(session, campus.parts, person, made.id, upload)
    with campus.write() as session:
        life.submit(session, campus.parts, person, made.id)
    return made.id


def refused(campus: Campus, login: str, kind: str, **answers: Any) -> list[tuple[str, str | None]]:
    with pytest.raises(Refused) as refusal:
        ask(campus, login, kind, **answers)
    found = refusal.value.facts["findings"]
    return [(one["rule"], one.get("field")) for one in found if one["severity"] == "block"]


def grant(campus: Campus, application: str, office: str) -> tuple[DocumentRequested, list[Message]]:
    person = campus.person(office)
    with campus.write() as session:
        desk.decide(session, campus.parts, person, application, decision="approve")
    said = campus.said()
    return next(one for one in said if isinstance(one, DocumentRequested)), said


def student(campus: Campus, login: str) -> Student:
    person = campus.person(login)
    with campus.write() as session:
        return register.find_student(session, person.id)


def pay(campus: Campus, login: str, semester: Semester, krw: int = 2_500_000) -> None:
    person = campus.person(login)
    with campus.write() as session:
        paid = {"part": 0, "paid_on": date(2022, 9, 1), "amount_krw": krw}
        session.merge(PaymentRow(student_id=person.id, semester=semester, **paid))


def go_to(campus: Campus, *day: int) -> None:
    campus.clock.advance(datetime(*day, 10, tzinfo=SEOUL) - campus.clock.now())
