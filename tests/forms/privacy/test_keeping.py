"""What its time is over for is forgotten, sort by sort, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from services import departments
from services.forms.access.tables import AccessRow
from services.forms.applications.tables import ApplicationRow, RenderRow
from services.forms.bulk.tables import DONE, BulkRow
from services.forms.parts import Parts
from services.forms.privacy.keep import forget_old
from services.notify.forget import forget_old as forget_mails
from services.notify.tables import OPEN, Notification, Verification
from shared.errors import TryLater
from shared.keeping import Keeping
from tests.security.house import DESK, House, open_house

DAY = timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path, DOJANG_KEEP_UNISSUED_DAYS="400") as opened:
        yield opened


def count(parts: Parts, table: type) -> int:
    with parts.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_each_sort_goes_in_its_time_and_what_is_under_way_stays(house: House) -> None:
    parts = house.forms
    owners = iter(list(house.applicants()))
    drafting, withdrawing, waiting = next(owners), next(owners), next(owners)
    draft = house.waiver(drafting, "A draft.", submit=False)
    made = house.program(drafting).post("/api/v1/applications", json=draft).json["id"]
    assert house.program(drafting).get(f"/api/v1/applications/{made}/preview").status_code == 303
    gone = house.apply(withdrawing)
    path = f"/api/v1/applications/{gone['id']}/withdraw"
    assert house.program(withdrawing).post(path, json={"reason": None}).status_code == 200
    kept = house.apply(waiting)
    assert house.program(DESK).get(f"/api/v1/applications/{kept['id']}").status_code == 200
    now = parts.clock.now()
    assert forget_old(parts, now + 29 * DAY) == 0
    assert count(parts, RenderRow) > 0
    assert forget_old(parts, now + 31 * DAY) > 0
    assert count(parts, RenderRow) == 0
    assert forget_old(parts, now + 366 * DAY) == 1  # the draft
    with parts.database.read() as session:
        assert session.get(ApplicationRow, made) is None
    assert forget_old(parts, now + 401 * DAY) == 1  # what was withdrawn
    assert count(parts, AccessRow) > 0
    assert forget_old(parts, now + 731 * DAY) > 0
    assert count(parts, AccessRow) == 0
    with parts.database.read() as session:
        assert session.get_one(ApplicationRow, gone["id"]).name_ko == ""
        assert session.get_one(ApplicationRow, kept["id"]).name_ko != ""
    assert forget_old(parts, now + 10_000 * DAY) == 0


def test_a_list_that_is_done_goes_and_one_that_is_not_stays(house: House) -> None:
    parts, now = house.forms, house.forms.clock.now()
    with parts.database.write() as session:
        for n, state in enumerate((DONE, "checked")):
            session.add(
                BulkRow(
                    id=str(n),
                    kind="certificate_enrollment",
                    office="student_affairs",
                    person_id="p",
                    language="ko",
                    answers={},
                    tell=False,
                    unused=[],
                    state=state,
                    total=1,
                    created_at=now,
                    finished_at=now if state == DONE else None,
                )
            )
    assert forget_old(parts, now + 364 * DAY) == 0
    assert forget_old(parts, now + 366 * DAY) == 1
    with parts.database.read() as session:
        assert session.scalars(select(BulkRow.state)).all() == ["checked"]


def test_addresses_of_sent_mails_and_traces_of_codes_go_and_open_ones_stay(house: House) -> None:
    house.apply(next(house.applicants()))
    caller = house.caller()
    house.sign_in(caller, DESK)
    parts = departments.open_notify(house.ground)
    now = parts.clock.now()
    with parts.database.write() as session:
        first = session.scalars(select(Notification.id)).first()
        session.execute(
            update(Notification).where(Notification.id != first).values(state="accepted")
        )
        session.execute(
            update(Notification)
            .where(Notification.id == first)
            .values(state=OPEN, next_at=now + 9999 * DAY)
        )
    assert forget_mails(parts, now + 29 * DAY) == 0
    assert forget_mails(parts, now + 31 * DAY) > 0
    assert forget_mails(parts, now + 181 * DAY) > 0
    with parts.database.read() as session:
        assert session.scalars(select(Verification)).all() == []
        left = session.scalars(select(Notification.id).where(Notification.address != "")).all()
        assert left == [first]


def test_the_hourly_clock_goes_on_after_a_database_that_was_away() -> None:
    stop, calls = threading.Event(), []

    def forget() -> int:
        calls.append(1)
        if len(calls) == 1:
            raise TryLater("database_unavailable")
        stop.set()
        return 3

    Keeping("forms", forget, every_s=0.01).run(stop)
    assert len(calls) == 2
