"""A mail that comes back leads to its application: office and student hear, the office corrects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from services import departments
from services.notify.bounces import take_in
from services.notify.return_path import return_path
from services.notify.tables import Notification
from tests.notify.test_bounces import BASE, report
from tests.security.house import DESK, House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "data", DOJANG_MAIL_BOUNCES=BASE) as made:
        yield made


def test_the_professor_s_address_does_not_exist_and_the_office_corrects_it(house: House) -> None:
    student, known = next(house.applicants()), house.mail_ids()
    made = house.apply(student)
    house.link(known, made["number"])
    parts = departments.open_notify(house.ground)
    with parts.database.read() as session:
        asked = session.scalars(
            select(Notification.id).where(
                Notification.number == made["number"], Notification.message == "approval_request"
            )
        ).one()
    known = house.mail_ids()
    assert take_in(report(return_path(BASE, asked, house.ground.keyring)), parts) is not None
    told = house.mail(known, "address_failed", made["number"])
    assert made["number"] in told["text"]

    office = house.browser(DESK)
    case = office.get(f"/desk/applications/{made['id']}?language=en").text
    assert "The address does not exist." in case
    assert office.get("/desk/pass").status_code == 303
    post = office.get(f"/desk/post?number={made['number']}").text
    assert "Came back" in post
    assert "The address does not exist." in office.get(f"/desk/post/{asked}").text

    known = house.mail_ids()
    corrected = house.program(DESK).post(
        f"/api/v1/desk/applications/{made['id']}/steps/1/address",
        json={"email": "right@dojang.example"},
    )
    assert corrected.status_code == 200, corrected.text
    assert house.sign(house.link(known, made["number"])).status_code == 200
