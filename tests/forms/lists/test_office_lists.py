"""Lists of offices: by least privilege, as the register is; what is taken along runs nothing."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from services.forms.applications.tables import ApplicationRow
from services.forms.lists.kept import LISTS, Row
from services.forms.lists.showing import as_csv, as_xlsx
from services.forms.people.tables import PaymentRow, StudentRow
from services.forms.people.values import Semester
from tests.forms.campus import DESK, HAN, OTHER_OFFICE, Campus
from tests.forms.cast import in_language
from tests.forms.pages.browser import signed_in
from tests.forms.pages.sound import faults

FALL = Semester(2022, "fall")
COMMITTEE, TEAM, DEAN = "hyunwoo.jo", "jihun.baek", "sera.lim"
SEEN = {
    DESK: {"unpaid", "lapsing"},
    OTHER_OFFICE: {"not_enrolled", "lapsing"},
    TEAM: {"maximum_term", "not_enrolled", "lapsing"},
    COMMITTEE: {"maximum_term", "lapsing"},
    DEAN: {"lapsing"},
}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("who", SEEN)
def test_an_office_sees_its_own_lists_alone(campus: Campus, who: str, language: str) -> None:
    office = signed_in(campus, who, language)
    page = office.open("/desk/lists")
    assert faults(page) == []
    for one in LISTS:
        shown = office.open(f"/desk/lists/{one.name}")
        assert shown.status == (200 if one.name in SEEN[who] else 404)
        assert faults(shown) == []
        assert (f"/desk/lists/{one.name}" in page.text) == (one.name in SEEN[who])


def test_who_has_not_paid_is_listed_with_what_and_since_when(campus: Campus) -> None:
    """TUI-11."""
    person = campus.person(HAN)
    with campus.write() as session:
        session.query(PaymentRow).filter_by(student_id=person.id, semester=FALL).delete()
    rows = campus.client(DESK).get("/desk/lists/unpaid").json["rows"]
    [mine] = [row for row in rows if row[0] == HAN]
    assert mine[3:] == ["등록금 전액", 2_500_000, "2022-09-05", 1, ""]
    with campus.write() as session:
        session.add(PaymentRow(student_id=person.id, semester=FALL, part=0,
                               paid_on=date(2022, 9, 5), amount_krw=2_500_000))  # fmt: skip
        standing = session.get_one(StudentRow, person.id).standing
    rows = campus.client(DESK).get("/desk/lists/unpaid").json["rows"]
    assert HAN not in [row[0] for row in rows]
    assert standing == "enrolled"  # listed, never expelled


def test_an_international_student_who_did_not_enrol_is_listed(campus: Campus) -> None:
    """TRM-06."""
    person = campus.person("2024-3110")
    with campus.write() as session:
        row = session.get_one(StudentRow, person.id)
        row.standing, row.completed_on = "completed", date(2022, 8, 20)
        row.registrations = [one for one in row.registrations if one.semester != FALL]
    found = campus.client(OTHER_OFFICE).get("/desk/lists/not_enrolled").json["rows"]
    assert ["2024-3110", "VN"] in [[row[0], row[3]] for row in found]


def test_the_maximum_term_counts_every_semester(campus: Campus) -> None:
    """TRM-03, TRM-05."""
    person = campus.person(HAN)
    with campus.write() as session:
        first = min(one.semester for one in session.get_one(StudentRow, person.id).registrations)
        now = session.get_one(StudentRow, person.id)
        now.program, now.standing = "masters", "completed"
        next(one for one in now.registrations if one.semester == first).semester = FALL.plus(-8)
    rows = campus.client(COMMITTEE).get("/desk/lists/maximum_term").json["rows"]
    [mine] = [row for row in rows if row[0] == HAN]
    assert mine[3:] == [9, 8, -1]


def test_what_lapses_this_week_is_listed_for_its_own_office(campus: Campus) -> None:
    now = campus.clock.now()
    with campus.write() as session:
        for n, (kind, days) in enumerate(
            (("due_date_extension", 3), ("due_date_extension", 9), ("tuition_waiver", 3))
        ):
            session.add(
                ApplicationRow(
                    number=f"L-{n}", kind=kind, student_id="s", student_number=f"2022-{n}",
                    name_ko="김하나", name_en="Kim Ha-na", state="in_approval", created_at=now,
                    updated_at=now, lapses_at=now + timedelta(days=days), trail_head="0" * 64,
                )
            )  # fmt: skip
    rows = campus.client(DEAN).get("/desk/lists/lapsing").json["rows"]
    assert [row[3] for row in rows] == ["L-0"]
    rows = campus.client(DESK).get("/desk/lists/lapsing").json["rows"]
    assert [row[3] for row in rows] == ["L-2"]


HOSTILE = ("=1+1", "+82", "-5", "@SUM(A1)", "\tx", " =HYPERLINK(1)", "https://evil.example", "{=1}")


def test_nothing_in_a_sheet_is_run() -> None:
    rows = [Row((text, "이름", "박사", text, 1, date(2022, 9, 5), 1, text)) for text in HOSTILE]
    with in_language("en"):
        plain = as_csv(LISTS[0], rows).decode("utf-8-sig")
        book = as_xlsx(LISTS[0], rows)
    first = [row[0] for row in csv.reader(io.StringIO(plain))][1:]
    assert first[:6] == [f"'{text}" for text in HOSTILE[:6]]
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        strings = ElementTree.fromstring(parts.read("xl/sharedStrings.xml"))
        styles = parts.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()
    assert 'quotePrefix="1"' in styles
    texts = ["".join(one.itertext()) for one in strings]
    assert set(HOSTILE) <= set(texts)  # as they are: a text cell is never run


def test_the_files_are_named_and_hold_the_list(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    answer = office.open("/desk/lists/unpaid/rows.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unpaid-2022-09-06.csv"'
    assert answer.text.lstrip("\ufeff").startswith("Student number,Name,Program,Not paid,")
    book = office.open("/desk/lists/unpaid/rows.xlsx")
    assert book.headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert book.status == 200
