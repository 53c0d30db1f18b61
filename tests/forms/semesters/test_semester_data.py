"""Semester data at the desk: seen first whom a change touches; what was sent keeps its data."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from services.forms.applications import replaying
from services.forms.applications.tables import SubmissionRow
from services.forms.people import register
from services.forms.people.tables import EditionRow, PaymentRow
from services.forms.people.values import Rung, Semester
from services.forms.rules import business_days, refund
from services.forms.semesters import cells
from tests.forms.campus import DESK, HAN, OTHER_OFFICE, Campus
from tests.forms.pages.browser import Browser, send, signed_in
from tests.forms.pages.sound import faults

FALL = Semester(2022, "fall")
PATH = "/desk/semesters/2022-fall"


@pytest.fixture(params=["ko", "en"])
def office(request: pytest.FixtureRequest, campus: Campus) -> Browser:
    return signed_in(campus, DESK, request.param)


@pytest.fixture
def cell(campus: Campus) -> dict[str, str]:
    with campus.parts.database.read() as session:
        return cells.write(register.semesters(session)[FALL])


def edition(campus: Campus) -> int:
    with campus.parts.database.read() as session:
        return register.semesters(session)[FALL].version


def change(office: Browser, do: str, typed: dict[str, str], version: int = 1) -> Any:
    office.open(PATH)
    return office.post(PATH, do=do, version=str(version), **typed)


def test_every_page_of_semester_data_is_sound(
    campus: Campus, office: Browser, cell: dict[str, str]
) -> None:
    dearer = {**cell, "tuition_krw": "2600000"}
    pages = [office.open("/desk/semesters"), office.open(PATH), office.open("/desk/lists")]
    pages += [change(office, "preview", {**cell, "payment_periods": "2022-08-16"})]
    assert pages[-1].status == 422
    pages += [change(office, "preview", cell), change(office, "preview", dearer)]
    pages += [office.post(PATH, do="back", version="1", **dearer)]
    assert 'value="2600000"' in office.page.text  # nothing typed is lost
    pages += [change(office, "save", dearer), office.open("/desk/semesters/2024-spring")]
    assert [faults(page) for page in pages] == [[]] * len(pages)


def test_a_preview_shows_what_changes_and_whom_it_touches(
    campus: Campus, cell: dict[str, str]
) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        session.query(PaymentRow).filter_by(student_id=person.id, semester=FALL).delete()
    send(signed_in(campus, HAN, "ko"))
    office = signed_in(campus, DESK, "en")
    page = change(office, "preview", {**cell, "tuition_krw": "2600000"})
    assert "25000002600000" in page.words.replace(" ", "")
    [mine] = [row for row in page.tree.xpath("//section[h2='Whom it touches']//tbody/tr")
              if HAN in "".join(row.itertext())]  # fmt: skip
    assert "KRW 2,500,000" in "".join(mine.itertext())
    assert "KRW 2,600,000" in "".join(mine.itertext())
    assert "Application for Waiver" in page.words or "1" in page.words  # one is on its way
    assert "They keep the data that they were sent with." in page.words
    assert edition(campus) == 1  # nothing is saved by looking


def test_a_change_is_the_next_edition_and_nobody_overwrites_another(
    campus: Campus, cell: dict[str, str]
) -> None:
    office = signed_in(campus, DESK, "en")
    saved = change(office, "save", {**cell, "tuition_krw": "2600000"})
    assert "Saved." in saved.words
    assert edition(campus) == 2
    late = change(office, "save", {**cell, "tuition_krw": "2700000"}, version=1)
    assert late.status == 409
    assert edition(campus) == 2
    change(office, "save", {**cell, "tuition_krw": "2600000"}, version=2)
    assert edition(campus) == 2  # the same again is no change
    with campus.parts.database.read() as session:
        [kept] = session.scalars(select(EditionRow))
        assert (kept.version, kept.data["tuition_krw"]) == (2, 2_600_000)


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("first_day", "", "is empty"),
        ("last_day", "2022-08-31", "is before First day"),
        ("tuition_krw", "2,500,000", "is not a whole number"),
        (
            "payment_periods",
            "2022-10-03..2022-10-07\n2022-08-16..2022-09-05",
            "one after",
        ),
        ("windows", "due_date_extension 2022-09-05T14:00..2022-09-05T14:00", "before it closes"),
        ("refund_ladder", "60 2/3\n30 1", "not in the order"),
        ("refund_ladder", "30 3/2", "no fraction"),
        ("closed_days", "2022-13-01", "is not a day"),
    ],
)
def test_what_cannot_be_read_is_named_at_its_field(
    campus: Campus, cell: dict[str, str], name: str, typed: str, said: str
) -> None:
    page = change(signed_in(campus, DESK, "en"), "save", {**cell, name: typed})
    assert page.status == 422
    assert said in "".join(page.tree.get_element_by_id(f"{name}-e").itertext())
    assert edition(campus) == 1


def test_what_was_sent_keeps_its_data_and_is_judged_again_to_the_same(
    campus: Campus, cell: dict[str, str]
) -> None:
    """The derivation that the desk sees is that of the day it was sent, whatever comes after."""
    path = send(signed_in(campus, HAN, "ko"))
    office = signed_in(campus, DESK, "en")
    before = campus.client(HAN).get(path).json["findings"]
    change(office, "save", {**cell, "tuition_krw": "9000000", "payment_periods": ""})
    assert edition(campus) == 2
    assert campus.client(HAN).get(path).json["findings"] == before
    with campus.parts.database.read() as session:
        judged = list(replaying.replay(session, campus.parts))
    assert [(one.kind, one.same) for one in judged] == [("tuition_waiver", True)]
    assert any(one["figures"].get("tuition_krw") == 2_500_000 for one in judged[0].now)


def test_a_replay_says_what_differs(campus: Campus) -> None:
    send(signed_in(campus, HAN, "ko"))
    with campus.write() as session:
        sent = session.scalars(select(SubmissionRow)).one()
        sent.findings = [{**one, "rule": "TUI-99"} for one in sent.findings or ()]
    with campus.parts.database.read() as session:
        [judged] = replaying.replay(session, campus.parts)
    assert not judged.same


def test_a_semester_without_its_periods_refuses_and_says_what_is_missing(
    campus: Campus, cell: dict[str, str]
) -> None:
    office = signed_in(campus, DESK, "en")
    page = change(office, "preview", {**cell, "payment_periods": ""})
    assert "requests are refused for it: the payment periods" in page.words
    change(office, "save", {**cell, "payment_periods": ""})
    student = signed_in(campus, HAN, "en")
    assert "does not have the payment periods" in student.open("/tuition").words


def test_a_semester_may_have_a_ladder_of_its_own(campus: Campus, cell: dict[str, str]) -> None:
    """REF-01: the rows are data; an empty cell is the table of the pages."""
    rungs = (Rung(10, "1"), Rung(20, "1/3"))
    steps = refund.ladder(date(2022, 9, 1), rungs)
    assert [(str(one.share), one.last_day) for one in steps] == [
        ("1", date(2022, 9, 10)), ("1/3", date(2022, 9, 20)), ("0", None)]  # fmt: skip
    office = signed_in(campus, DESK, "en")
    change(office, "save", {**cell, "refund_ladder": "10 1\n20 1/3"})
    page = signed_in(campus, HAN, "en").open("/tuition?on=2022-09-15")
    assert "REF-01, Sun 11 September to Tue 20 September: 1/3" in page.words


def test_days_without_business_move_what_is_due(campus: Campus, cell: dict[str, str]) -> None:
    closed = (date(2022, 9, 7), date(2022, 9, 8))
    assert business_days.after(date(2022, 9, 6), 1) == date(2022, 9, 7)
    assert business_days.after(date(2022, 9, 6), 1, closed) == date(2022, 9, 13)  # after Chuseok
    office = signed_in(campus, DESK, "en")
    plain = campus.client(HAN).get(send(signed_in(campus, HAN, "ko"))).json["steps"][0]["by_when"]
    change(office, "save", {**cell, "closed_days": "2022-09-07\n2022-09-08"})
    khoa = send(signed_in(campus, "2024-3110", "en"))
    moved = campus.client("2024-3110").get(khoa).json["steps"][0]["by_when"]
    assert moved > plain


def test_the_next_semester_is_entered_the_same_way(campus: Campus, cell: dict[str, str]) -> None:
    api = campus.client(DESK)
    typed = {**cell, "first_day": "2024-03-01", "last_day": "2024-08-31",
             "payment_periods": "2024-02-12..2024-03-04", "windows": ""}  # fmt: skip
    made = api.send("PUT", "/desk/semesters/2024-spring", {"cells": typed})
    assert made.status_code == 200, made.json
    assert (made.json["version"], made.json["missing"]) == (1, [])
    assert api.send("PUT", "/desk/semesters/2024-spring", {"cells": typed}).status_code == 409
    assert "2024-spring" in [one["semester"] for one in api.get("/desk/semesters").json]


def test_a_program_sees_and_changes_the_same(campus: Campus, cell: dict[str, str]) -> None:
    api = campus.client(DESK)
    body = {"cells": {**cell, "tuition_krw": "2600000"}, "version": 1}
    found = api.post("/desk/semesters/2022-fall/preview", body).json
    assert found["changed"] == [{"name": "tuition_krw", "before": "2500000", "after": "2600000"}]
    assert found["touched"]
    assert edition(campus) == 1
    assert api.send("PUT", "/desk/semesters/2022-fall", body).json["version"] == 2
    assert api.send("PUT", "/desk/semesters/2022-fall", body).status_code == 409
    bad = {"cells": {**cell, "tuition_krw": "much"}, "version": 2}
    assert api.send("PUT", "/desk/semesters/2022-fall", bad).status_code == 422
    assert campus.client(OTHER_OFFICE).get("/desk/semesters").status_code == 403
    assert api.get("/desk/semesters/2022-autumn").status_code == 404


def test_the_cells_of_the_page_are_those_of_the_import(campus: Campus) -> None:
    with campus.parts.database.read() as session:
        data = register.semesters(session)[FALL]
    data = replace(data, refund_ladder=(Rung(30, "1"), Rung(60, "2/3")),
                   closed_days=(date(2022, 10, 4),), degree_credits={"masters": 24})  # fmt: skip
    values = cells.read(cells.write(data))
    assert values["payment_periods"] == data.payment_periods
    assert values["windows"] == data.windows
    assert values["refund_ladder"] == [[30, "1"], [60, "2/3"]]
    assert values["closed_days"] == ["2022-10-04"]
    assert values["last_day"] - values["first_day"] > timedelta(days=100)
