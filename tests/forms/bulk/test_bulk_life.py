"""A list from its dry run to its end: who may have it, who is asked for, what comes of each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.forms.applications import desk, trail
from services.forms.bulk import asking, life, showing
from services.forms.people.tables import StudentRow
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.messages import DocumentRequested, NotificationRequested
from shared.outbox import OUTBOX
from tests.forms.bulk.scene import (
    COMMON,
    ENROLLED,
    KIND,
    NOBODY,
    ON_LEAVE,
    STRANGER,
    Scene,
)
from tests.forms.campus import HAN, some_id

MIXED = f"학번,언어\n{HAN},\n{ON_LEAVE},\n{NOBODY},\n{HAN},\n{HAN},영문\n,국문\n2024-1042,x\n"


def test_a_dry_run_says_of_each_row_whether_and_why_and_issues_nothing(scene: Scene) -> None:
    scene.send(MIXED)
    assert scene.view.state == "checking"
    scene.worker.drain()
    view = scene.view
    assert view.state == "checked"
    assert (view.counts["waiting"], view.counts["refused"]) == (2, 5)
    rows = {one.n: one for one in scene.rows()}
    assert [n for n, one in rows.items() if one.state == "waiting"] == [2, 6]
    why = {n: " ".join(f["message"] for f in one.findings) for n, one in rows.items()}
    assert "on leave" in why[3]
    assert "on record" in why[4]
    assert "line 2 already" in why[5], "the same paper twice; the English one in line 6 is another"
    assert "no student number" in why[7]
    assert why[8].startswith("Language: ")
    assert scene.asked() == []
    korean = {one.n: one.findings for one in scene.rows("ko")}
    assert "휴학" in korean[3][0]["message"]
    assert korean[3][0]["rule"] == "CRT-01"


def test_a_cell_that_cannot_be_printed_refuses_its_row(scene: Scene) -> None:
    scene.send(f"학번,용도\n{HAN},a\u202eb\n2024-1042,c\n")
    assert scene.states() == ["refused", "new"]
    assert "cannot be printed" in scene.rows()[0].findings[0]["message"]


def test_each_who_may_gets_a_normal_application_of_their_own(scene: Scene) -> None:
    scene.started(*ENROLLED, ON_LEAVE)
    scene.worker.drain()
    requests = scene.asked()
    assert len(requests) == len(ENROLLED)
    applications = scene.applications()
    assert len({one.number for one in applications}) == len(ENROLLED)
    assert {one.student_number for one in applications} == set(ENROLLED)
    assert {one.state for one in applications} == {"approved"}
    with scene.campus.parts.database.read() as session:
        for one in applications:
            [entry] = trail.history(session, one.id)
            assert (entry.what, entry.role) == ("sent_in_bulk", "staff")
            assert entry.details == {"bulk": scene.id, "office": "student_affairs"}
            assert trail.first_broken(session, one.id) is None
        lanes = session.execute(
            select(OUTBOX.c.lane, OUTBOX.c.correlation_id).where(
                OUTBOX.c.type == DocumentRequested.type
            )
        ).all()
    assert {lane for lane, _case in lanes} == {"bulk"}
    assert {case for _lane, case in lanes} == {one.id for one in applications}
    scene.answer(requests)
    scene.worker.drain()
    assert scene.view.state == "done"
    assert sorted(scene.states()) == ["issued"] * 4 + ["refused"]


def test_the_student_sees_it_and_gets_no_mail_unless_wanted(scene: Scene) -> None:
    scene.started(HAN)
    scene.worker.drain()
    scene.answer(scene.asked())
    assert scene.campus.mails() == []
    [mine] = scene.campus.client(HAN).get("/applications").json
    assert (mine["kind"], mine["state"]) == (KIND, "issued")
    assert mine["documents"]
    scene.campus.said()
    scene.started("2024-1042", tell=True)
    scene.worker.drain()
    scene.answer(scene.asked())
    [mail] = scene.campus.mails()
    assert isinstance(mail, NotificationRequested)
    assert (mail.message, mail.lane) == ("issued", "bulk"), "never before what somebody waits for"


def test_a_row_may_have_answers_of_its_own(scene: Scene) -> None:
    scene.send(f"student_number,language,purpose\n{HAN},en,Visa\n2024-1042,,\n")
    scene.worker.drain()
    scene.do(life.start)
    scene.worker.drain()
    asked = {one.facts["holder"]: one.language for one in scene.asked()}
    assert sorted(asked.values()) == ["en", "ko"]
    answers = {one.student_number: one.answers for one in scene.applications()}
    assert answers[HAN] == {**COMMON, "language": "en", "purpose": "Visa"}
    assert answers["2024-1042"] == COMMON


def test_no_more_are_on_their_way_than_certs_makes_in_a_moment(scene: Scene) -> None:
    scene.started(*ENROLLED)
    parts = scene.campus.parts
    with scene.campus.write() as session:
        assert asking.ask_batch(session, parts, scene.id, most=2) == 2
        assert asking.on_their_way(session, scene.id) == 2
        assert asking.ask_batch(session, parts, scene.id, most=asking.ON_THEIR_WAY_MOST) == 0


def test_started_ten_times_everybody_gets_one(scene: Scene) -> None:
    scene.started()
    for _ in range(9):
        assert scene.do(life.start).state == "issuing"
    scene.worker.drain()
    scene.do(life.start)
    scene.worker.drain()
    assert len(scene.asked()) == len(ENROLLED)
    assert len(scene.applications()) == len(ENROLLED)


def test_a_form_handed_in_twice_is_one_list(scene: Scene) -> None:
    sheet = some_id()
    first = scene.send(f"학번\n{HAN}\n", sheet=sheet)
    assert scene.send(f"학번\n{HAN}\n", sheet=sheet) == first == sheet
    with scene.campus.parts.database.read() as session:
        assert len(showing.lists(session, scene.campus.parts, scene.office)) == 1


def test_what_changed_since_the_dry_run_is_refused_at_its_turn(scene: Scene) -> None:
    scene.started(HAN, "2024-1042")
    with scene.campus.write() as session:
        session.execute(
            update(StudentRow).where(StudentRow.student_number == HAN).values(standing="on_leave")
        )
    scene.worker.drain()
    assert scene.states() == ["refused", "asked"]
    assert "on leave" in scene.rows()[0].findings[0]["message"]
    assert len(scene.asked()) == 1
    numbers = [one.number for one in scene.applications()]
    assert len(numbers) == 1, "the refused one has left no application"


def test_cancelling_stops_what_was_not_asked_for_and_leaves_the_rest(scene: Scene) -> None:
    scene.started(*ENROLLED)
    with scene.campus.write() as session:
        assert asking.ask_batch(session, scene.campus.parts, scene.id, most=1) == 1
    scene.do(life.cancel)
    scene.worker.drain()
    [request] = scene.asked()
    assert scene.view.counts["cancelled"] == 3
    assert scene.view.state == "issuing", "one is on its way still"
    scene.answer([request])
    scene.worker.drain()
    assert scene.view.state == "done"
    assert sorted(scene.states()) == ["cancelled"] * 3 + ["issued"]
    with pytest.raises(Conflict) as refused:
        scene.do(life.cancel)
    assert refused.value.code == "bulk_over"


def test_a_list_that_was_not_started_leaves_nothing(scene: Scene) -> None:
    scene.send(MIXED)
    scene.worker.drain()
    assert scene.do(life.cancel) is None
    with pytest.raises(NotFound):
        _ = scene.view


def test_a_list_that_nobody_starts_is_forgotten_after_a_week(scene: Scene) -> None:
    scene.send(MIXED)
    scene.worker.drain()
    scene.campus.clock.advance(timedelta(days=8))
    type(scene.worker)(scene.campus.parts).step()
    with pytest.raises(NotFound):
        _ = scene.view


def test_failed_rows_are_seen_on_the_page_and_tried_again(scene: Scene) -> None:
    scene.started(*ENROLLED)
    scene.worker.drain()
    first, *others = scene.asked()
    scene.answer(others)
    scene.fail(first)
    assert scene.campus.mails() == [], "the office sees failures on the list's page"
    scene.worker.drain()
    assert (scene.view.state, scene.view.counts["failed"]) == ("done", 1)
    failed = next(one for one in scene.rows() if one.state == "failed")
    assert "font" in failed.trouble
    for _ in range(3):
        scene.do(life.retry)
    scene.worker.drain()
    [again] = scene.asked()
    assert again.application_id == first.application_id
    assert again.issue_id != first.issue_id
    scene.answer([again])
    scene.worker.drain()
    assert scene.states() == ["issued"] * 4


def test_a_failed_row_that_somebody_retried_by_hand_is_not_asked_for_twice(scene: Scene) -> None:
    scene.started(HAN)
    scene.worker.drain()
    [request] = scene.asked()
    scene.fail(request)
    scene.worker.drain()
    scene.do(life.retry)
    with scene.campus.write() as session:
        desk.retry(session, scene.campus.parts, scene.office, request.application_id)
    scene.worker.drain()
    assert len(scene.asked()) == 1
    assert scene.states() == ["asked"]


def test_a_list_of_nobody_who_may_cannot_be_started(scene: Scene) -> None:
    scene.send(f"학번\n{ON_LEAVE}\n")
    with pytest.raises(Conflict) as early:
        scene.do(life.start)
    assert early.value.code == "not_checked"
    scene.worker.drain()
    with pytest.raises(Conflict) as refused:
        scene.do(life.start)
    assert refused.value.code == "nobody_may"


def test_other_offices_and_students_see_and_do_nothing(scene: Scene) -> None:
    scene.send(MIXED)
    parts = scene.campus.parts
    for login, error in ((STRANGER, NotFound), (HAN, Forbidden)):
        person = scene.campus.person(login)
        with scene.campus.write() as session:
            for deed in (life.start, life.cancel, life.retry, life.pack_again, showing.view):
                with pytest.raises(error):
                    deed(session, parts, person, scene.id)  # type: ignore[operator]  # all alike
    stranger = scene.campus.person(STRANGER)
    assert [one.name for one in life.kinds_of(parts, stranger)] == []
    with pytest.raises(Refused) as refused:
        life.kind_of(parts, stranger, KIND)
    assert refused.value.code == "not_in_bulk"


def test_only_what_is_issued_at_once_is_issued_in_bulk(scene: Scene) -> None:
    parts = scene.campus.parts
    names = {one.name for one in life.kinds_of(parts, scene.office)}
    assert KIND in names
    assert "certificate_expected_degree" not in names, "the office verifies each (CRT-04)"
    assert "tuition_waiver" not in names


def test_answers_that_could_be_nobodys_refuse_the_whole_list(scene: Scene) -> None:
    with pytest.raises(Refused) as refused:
        scene.send(f"학번\n{HAN}\n", language="fr")
    assert refused.value.facts["findings"][0]["field"] == "language"
