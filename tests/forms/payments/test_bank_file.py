"""The bank's file at the desk: a dry run with every bad row, entered once, told exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from services.forms.people import register
from services.forms.people.tables import PaymentRow
from services.forms.people.values import Payment, Semester
from tests.forms.campus import DESK, HAN, OTHER_OFFICE, Campus
from tests.forms.pages.browser import Browser, Page, signed_in
from tests.forms.pages.sound import faults

FALL = Semester(2022, "fall")
HEAD = "transaction,account_number,amount_krw,paid_at"
ACCOUNT = "700-2025-003107"
GOOD = f"T-1,{ACCOUNT},2500000,2022-09-05 10:00:00"
BAD = (
    ("T-2,700-2025-003107,2500000,2022-09-05 23:59:30", "two minutes"),
    ("T-3,700-2025-003107,2500001,2022-09-05 09:00", "exact amount"),
    ("T-4,700-2025-003107,2500000,2022-09-06 09:00", "not in the period"),
    ("T-5,999-1,2500000,2022-09-05 09:00", "No student has this account"),
    ("T-6,700-2025-003107,2500000.00,2022-09-05 09:00", "amount_krw: is not whole KRW"),
    ("T-7,700-2025-003107,2500000,2022-09-05", "paid_at: has no time of day"),
    ("T-8,7OO-2025,2500000,2022-09-31 09:00", "account_number: is not an account number"),
    (",700-2025-003107,2500000,2022-09-05 09:00", "transaction: is not the bank’s number"),
    ("T-9,700-2025-003107,2500000,2022-09-05 09:00,1", "more cells"),
)


@pytest.fixture(autouse=True)
def nothing_paid(campus: Campus) -> None:
    person = campus.person(HAN)
    with campus.write() as session:
        session.query(PaymentRow).filter_by(student_id=person.id, semester=FALL).delete()


def paid(campus: Campus) -> list[Payment]:
    with campus.parts.database.read() as session:
        student = register.find_student_by_number(session, HAN)
    return [one for one in student.payments if one.semester == FALL]


def send(office: Browser, lines: Sequence[str], head: str = HEAD, codec: str = "utf-8") -> Page:
    office.open("/desk/payments")
    text = "\n".join((head, *lines)) + "\n"
    return office.post("/desk/payments", file=(io.BytesIO(text.encode(codec)), "bank.csv"))


@pytest.fixture(params=["ko", "en"])
def office(request: pytest.FixtureRequest, campus: Campus) -> Browser:
    return signed_in(campus, DESK, request.param)


def test_every_page_of_a_bank_file_is_sound(campus: Campus, office: Browser) -> None:
    pages = [office.open("/desk/payments"), send(office, [GOOD], head="a,b")]
    assert office.page.status == 422
    pages.append(send(office, [GOOD, *(line for line, _why in BAD)]))
    path = office.page.address
    pages.append(office.post(f"{path}/enter"))
    pages.append(office.open("/desk/payments"))
    pages.append(send(office, [GOOD]))
    assert [faults(page) for page in pages] == [[]] * len(pages)


def test_a_dry_run_names_every_bad_row_by_line_and_column(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    page = send(office, [line for line, _why in BAD])
    assert page.heading == "0 can be entered, 9 cannot"
    rows = [
        {
            "line": "".join(row.xpath("td[1]")[0].itertext()),
            "why": "".join(row.xpath("td[4]")[0].itertext()),
        }
        for row in page.tree.xpath("//section[h2='Not taken']//tbody/tr")
    ]
    for n, (row, (_line, why)) in enumerate(zip(rows, BAD, strict=True), start=2):
        assert why in row["why"], row
        assert row["line"] == str(n)
    assert paid(campus) == []  # nothing is entered by looking


def test_entering_makes_the_payment_and_the_student_sees_it(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    path = send(office, [GOOD]).address
    page = office.post(f"{path}/enter")
    assert page.heading == "1 payment entered"
    [payment] = paid(campus)
    assert (payment.part, payment.amount_krw) == (0, 2_500_000)
    assert payment.paid_on.isoformat() == "2022-09-05"
    assert "KRW 2,500,000" in signed_in(campus, HAN, "en").open("/tuition").words


def test_the_same_file_again_changes_nothing(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    path = send(office, [GOOD]).address
    office.post(f"{path}/enter")
    office.post(f"{path}/enter")  # twice at the button
    again = send(office, [GOOD, "T-1,700-2025-003107,2500000,2022-09-04 10:00"])
    assert "1 line was entered before" in again.words
    assert "entered before with another amount, account or time" in again.words
    assert len(paid(campus)) == 1
    assert office.post(f"{again.address}/enter").status == 409
    assert len(paid(campus)) == 1


def test_a_transaction_twice_in_a_file_counts_once(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    page = send(office, [GOOD, GOOD])
    assert page.heading == "1 can be entered, 1 cannot"
    assert "in line 2 already" in page.words
    second = send(office, [GOOD, GOOD.replace("T-1", "T-0")])
    assert "paid already" in second.words  # another transaction for what the first one paid


def test_the_files_of_korean_banks_are_read_as_excel_saves_them(campus: Campus) -> None:
    office = signed_in(campus, DESK, "ko")
    page = send(
        office,
        ["2022-09-05 10:00:00;2,500,000;한서윤;7002025003107;T-1"],
        head="입금일시;입금액;입금자명;가상계좌번호;거래번호",
        codec="cp949",
    )
    assert page.heading == "1건을 반영할 수 있습니다"


def test_the_result_is_taken_along_as_csv(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    path = send(office, [GOOD, BAD[1][0]]).address
    office.post(f"{path}/enter")
    rows = list(csv.reader(io.StringIO(office.open(f"{path}/rows.csv").text.lstrip("\ufeff"))))
    assert [row[8] for row in rows[1:]] == ["Taken", "Not taken"]
    assert rows[1][5] == HAN


def test_a_file_that_was_not_entered_can_be_thrown_away(campus: Campus) -> None:
    office = signed_in(campus, DESK, "en")
    path = send(office, [GOOD]).address
    assert office.post(f"{path}/discard").heading == "Payments from the bank"
    assert office.open(path).status == 404


def test_money_is_educational_affairs_alone(campus: Campus) -> None:
    other = signed_in(campus, OTHER_OFFICE, "en")
    assert other.open("/desk/payments").status == 403
    assert "/desk/payments" not in other.open("/desk/lists").text


def test_a_program_does_the_same(campus: Campus) -> None:
    api = campus.client(DESK)
    data = "\n".join((HEAD, GOOD, BAD[1][0])).encode()
    made = api.upload("/desk/payments", "bank.csv", data)
    assert made.status_code == 201
    assert made.json["counts"] == {"taken": 1, "known": 0, "refused": 1, "unreadable": 0}
    assert made.json["lines"][1]["why"][0]["rule"] == "TUI-09"
    assert paid(campus) == []
    one = f"/desk/payments/{made.json['id']}"
    assert api.post(f"{one}/enter").json["taken_krw"] == 2_500_000
    assert len(paid(campus)) == 1
    assert api.get(one).json["entered_at"]
    assert api.send("DELETE", one).status_code == 409
    assert api.get("/desk/payments").json[0]["lines"] == 2
    refused = api.upload("/desk/payments", "bank.csv", b"x,y\n1,2\n")
    assert (refused.status_code, refused.json["type"].rsplit("/")[-1]) == (422, "bank_columns")
    assert campus.client(OTHER_OFFICE).get("/desk/payments").status_code == 403
