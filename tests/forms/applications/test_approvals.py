"""Approval by link: looking changes nothing; a decision is for exactly what was shown."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select, update

from services.forms.applications import approvals, desk, life
from services.forms.applications.tables import ApplicationRow, StepRow, TrailRow
from services.forms.applications.trail import first_broken
from services.forms.people.tables import StudentRow
from shared.errors import Conflict, DojangError, Gone, NotFound, Refused, TooMany
from shared.links import Link, make_link
from shared.messages import NotificationFailed
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.campus import DESK, HAN, Campus


def look(campus: Campus, token: str) -> approvals.ApprovalView:
    with campus.parts.database.read() as session:
        return approvals.look(session, campus.parts, token)


def gone(campus: Campus, token: str) -> DojangError:
    with pytest.raises(Gone) as refused:
        look(campus, token)
    return refused.value


def test_looking_ten_times_changes_nothing(campus: Campus) -> None:
    application = send(campus)
    token = newest_link(campus)
    before = see(campus, application)
    for _ in range(10):
        assert look(campus, token).step.n == 1
    assert see(campus, application) == before
    assert campus.said() == []


def test_a_link_with_one_character_altered_is_unknown(campus: Campus) -> None:
    send(campus)
    token = newest_link(campus)
    for at in (3, len(token) - 3):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        with pytest.raises(NotFound):
            look(campus, altered)


def test_a_link_for_something_else_or_of_a_later_generation_is_unknown(campus: Campus) -> None:
    application = send(campus)
    step = see(campus, application).steps[0]
    for link in (Link("invitation", step.id, 1), Link("approval", step.id, 2)):
        with pytest.raises(NotFound):
            look(campus, make_link(link, campus.parts.keyring))


def test_a_used_link_says_when_and_what_was_decided(campus: Campus) -> None:
    send(campus)
    token = newest_link(campus)
    sign(campus, token)
    error = gone(campus, token)
    assert error.code == "link_used"
    assert error.facts["decision"] == "approve"


def test_a_link_expires_and_can_be_asked_for_again_at_the_address_on_record(
    campus: Campus,
) -> None:
    send(campus)
    mail = campus.mails("approval_request")[0]
    token = campus.token(mail)
    campus.clock.advance(timedelta(days=61))
    assert gone(campus, token).code == "link_expired"
    with campus.write() as session:
        approvals.send_again(session, campus.parts, token)
    again = campus.mails("approval_request")[0]
    assert again.address == mail.address
    assert look(campus, campus.token(again)).step.n == 1
    assert gone(campus, token).code == "link_replaced"
    with pytest.raises(TooMany), campus.write() as session:
        approvals.send_again(session, campus.parts, token)


def test_after_a_new_round_the_old_link_is_replaced_and_says_what_changed(campus: Campus) -> None:
    application = send(campus)
    old = newest_link(campus)
    sign(campus, old, decision="return", reason="why?")
    assert gone(campus, old).code == "link_used"
    person = campus.person(HAN)
    answers = {**see(campus, application).answers, "extent": "full"}
    with campus.write() as session:
        life.save(session, campus.parts, person, application, answers)
        life.submit(session, campus.parts, person, application)
    error = gone(campus, old)
    assert (error.code, error.facts["changed"]) == ("link_replaced", ["extent"])


def test_a_decision_about_something_else_is_refused_with_what_changed(campus: Campus) -> None:
    send(campus)
    token = newest_link(campus)
    with pytest.raises(Conflict) as refused:
        sign(campus, token, shown="0" * 64)
    assert refused.value.code == "shown_changed"
    assert refused.value.facts["shown"] == look(campus, token).shown


@pytest.mark.parametrize("decision", ["return", "decline"])
def test_declining_and_returning_need_a_reason(campus: Campus, decision: str) -> None:
    send(campus)
    token = newest_link(campus)
    for reason in (None, "   "):
        with pytest.raises(Refused, match="reason"):
            sign(campus, token, decision=decision, reason=reason)
    assert look(campus, token).step.state == "asked"


@pytest.mark.parametrize("typed", ["", " ", "x" * 43, "a\nb", "a\x07"])
def test_a_typed_signature_has_1_to_42_printable_characters(campus: Campus, typed: str) -> None:
    send(campus)
    with pytest.raises(Refused):
        sign(campus, newest_link(campus), typed=typed)


def test_a_signature_is_kept_as_typed_and_not_compared_with_the_register(campus: Campus) -> None:
    application = send(campus)
    sign(campus, newest_link(campus), typed=" Đặng & <Тарас> 尹 ")
    assert see(campus, application).steps[0].typed == " Đặng & <Тарас> 尹 "


def test_a_signature_may_be_drawn_and_nothing_but_a_small_png_is_one(campus: Campus) -> None:
    picture = Image.new("RGBA", (300, 100))
    ImageDraw.Draw(picture).line((10, 90, 280, 10), fill=(0, 0, 0, 255), width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    application = send(campus)
    token = newest_link(campus)
    empty = io.BytesIO()
    Image.new("RGBA", (300, 100)).save(empty, "PNG")
    for wrong in (b"", b"GIF89a", out.getvalue()[:60], empty.getvalue()):
        with pytest.raises(Refused):
            sign(campus, token, typed=None, drawn=wrong)
    sign(campus, token, typed=None, drawn=out.getvalue())
    assert see(campus, application).steps[0].drawn


def test_a_decline_ends_it_and_tells_everybody_who_took_part_with_the_reason(
    campus: Campus,
) -> None:
    application = send(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus), decision="decline", reason="요건에 맞지 않습니다")
    assert see(campus, application).state == "declined"
    told = campus.mails("declined")
    assert sorted(one.params["reader"] for one in told) == [
        "professor", "professor", "staff", "staff", "student",
    ]  # fmt: skip
    assert {one.params["reason"] for one in told} == {"요건에 맞지 않습니다"}


def test_a_withdrawal_closes_the_link_and_tells_the_professor_who_was_asked(
    campus: Campus,
) -> None:
    application = send(campus)
    token = newest_link(campus)
    person = campus.person(HAN)
    with campus.write() as session:
        life.withdraw(session, campus.parts, person, application)
    assert gone(campus, token).code == "link_closed"
    assert [one.params["reader"] for one in campus.mails("withdrawn")] == ["student", "professor"]


def test_not_mine_goes_to_the_office_which_gives_it_to_the_right_professor(
    campus: Campus,
) -> None:
    application = send(campus)
    old = newest_link(campus)
    sign(campus, old, decision="not_mine", typed=None)
    case = see(campus, application)
    assert (case.state, case.steps[0].state, case.steps[0].who) == (
        "in_approval", "unassigned", None,
    )  # fmt: skip
    assert {one.params["why"] for one in campus.mails("unassigned")} == {"not_mine"}
    assert gone(campus, old).code == "link_used"
    office = campus.person(DESK)
    with campus.write() as session:
        found = desk.find_professors(session, campus.parts, office, "kowalska")
        desk.assign(session, campus.parts, office, application, 1, found[0].id)
    mail = campus.mails("approval_request")[0]
    assert mail.address["email"] == found[0].email
    assert gone(campus, old).code == "link_replaced"
    assert look(campus, campus.token(mail)).step.who == found[0]
    sign(campus, campus.token(mail), typed="M. Kowalska")
    assert see(campus, application).step == 2


def without_advisor(campus: Campus) -> None:
    with campus.write() as session:
        session.execute(
            update(StudentRow).where(StudentRow.student_number == HAN).values(advisor_id=None)
        )


def test_without_an_advisor_on_record_the_office_is_told_and_the_state_is_in_approval(
    campus: Campus,
) -> None:
    without_advisor(campus)
    application = send(campus)
    case = see(campus, application)
    assert (case.state, case.steps[0].state, case.trouble) == (
        "in_approval", "unassigned", "unassigned",
    )  # fmt: skip
    mails = campus.mails()
    assert {one.message for one in mails} == {"receipt", "unassigned"}


def test_one_person_in_two_roles_has_one_link_and_signs_twice(campus: Campus) -> None:
    with campus.write() as session:
        row = session.scalars(select(StudentRow).where(StudentRow.student_number == HAN)).one()
        row.advisor_id = row.campus.representative_id
    application = send(campus)
    case = see(campus, application)
    assert [step.roles for step in case.steps] == [("advisor", "campus_professor")]
    done = sign(campus, newest_link(campus), typed="서민정")
    assert done.state == "at_desk"


def test_given_to_who_holds_the_next_step_anyway_there_is_one_step_with_both_roles(
    campus: Campus,
) -> None:
    without_advisor(campus)
    application = send(campus)
    second = see(campus, application).steps[1].who
    assert second is not None
    office = campus.person(DESK)
    with campus.write() as session:
        desk.assign(session, campus.parts, office, application, 1, second.id)
    assert [step.roles for step in see(campus, application).steps] == [
        ("advisor", "campus_professor")
    ]
    assert sign(campus, newest_link(campus)).state == "at_desk"


def test_a_corrected_address_gets_a_new_link_at_once_and_the_old_one_is_replaced(
    campus: Campus,
) -> None:
    application = send(campus)
    first = campus.mails("approval_request")[0]
    campus.hears(
        NotificationFailed(
            notification_id=first.notification_id, permanent=True, code="no_such_address"
        )
    )
    case = see(campus, application, DESK)
    assert (case.trouble, case.steps[0].mail_code) == ("mail_failed", "no_such_address")
    assert sorted(one.params["reader"] for one in campus.mails("address_failed")) == [
        "staff", "staff", "student",
    ]  # fmt: skip
    office = campus.person(DESK)
    with campus.write() as session:
        desk.correct_address(session, campus.parts, office, application, 1, "right@dojang.example")
    mail = campus.mails("approval_request")[0]
    assert mail.address == {"email": "right@dojang.example"}
    assert mail.links[0]["generation"] == 2
    assert gone(campus, campus.token(first)).code == "link_replaced"
    assert see(campus, application, DESK).trouble is None


def test_a_late_bounce_of_a_replaced_link_troubles_nobody(campus: Campus) -> None:
    application = send(campus)
    first = campus.mails("approval_request")[0]
    office = campus.person(DESK)
    with campus.write() as session:
        desk.send_link(session, campus.parts, office, application, 1)
    campus.hears(
        NotificationFailed(notification_id=first.notification_id, permanent=True, code="refused")
    )
    assert see(campus, application, DESK).trouble is None


def test_a_trail_that_was_tampered_with_is_found_out(campus: Campus) -> None:
    application = send(campus)
    with campus.write() as session:
        assert first_broken(session, application) is None
        row = session.get_one(TrailRow, (application, 2))
        row.private = {**(row.private or {}), "who": "somebody-else"}
    with campus.write() as session:
        assert first_broken(session, application) == 2


def test_entries_cut_off_at_the_end_are_missed(campus: Campus) -> None:
    application = send(campus)
    with campus.write() as session:
        length = session.get_one(ApplicationRow, application).trail_length
        session.delete(session.get_one(TrailRow, (application, length)))
    with campus.write() as session:
        assert first_broken(session, application) == length


def test_no_link_is_stored_anywhere(campus: Campus) -> None:
    application = send(campus)
    token = newest_link(campus)
    with campus.write() as session:
        steps = session.scalars(select(StepRow).where(StepRow.application_id == application))
        assert all(token.split(".")[1] not in str(vars(step)) for step in steps)
