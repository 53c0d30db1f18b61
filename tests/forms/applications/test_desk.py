"""The desk decides what is its own, keeps cases moving, and sees nothing of other offices."""

from __future__ import annotations

from typing import Any

import pytest

from services.forms.applications import desk, documents, life, revoking
from shared.errors import Conflict, Forbidden, NotFound, Refused
from shared.messages import (
    DocumentFailed,
    DocumentRequested,
    DocumentRevocationRequested,
    DocumentRevoked,
)
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.campus import DESK, HAN, KHOA, NUMBER, OTHER_OFFICE, Campus


def at_desk(campus: Campus, **changes: Any) -> str:
    """A waiver that both professors have signed."""
    application = send(campus, **changes)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus))
    return application


def decide(campus: Campus, application: str, login_id: str = DESK, **more: Any) -> Any:
    office = campus.person(login_id)
    with campus.write() as session:
        return desk.decide(
            session, campus.parts, office, application, **{"decision": "approve", **more}
        )


def requested(campus: Campus) -> DocumentRequested:
    return next(one for one in campus.said() if isinstance(one, DocumentRequested))


def issued(campus: Campus) -> str:
    application = at_desk(campus)
    decide(campus, application)
    campus.issue(requested(campus))
    return application


def test_not_given_means_as_asked(campus: Campus) -> None:
    assert decide(campus, at_desk(campus)).decision.granted == "two_thirds"


def test_less_than_asked_may_be_granted_but_not_more_and_nothing_else(campus: Campus) -> None:
    application = at_desk(campus)
    for granted in ("full", "half", ""):
        with pytest.raises(Refused, match="not one of those"):
            decide(campus, application, granted=granted)
    assert decide(campus, application, granted="one_third").decision.granted == "one_third"


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "maybe"},
        {"decision": "return"},
        {"decision": "decline", "reason": " "},
        {"reference": "x" * 41},
        {"reference": "a\nb"},
        {"reason": "a\x00"},
    ],
)
def test_what_the_desk_writes_is_checked_and_nothing_is_decided(
    campus: Campus, wrong: dict[str, Any]
) -> None:
    application = at_desk(campus)
    with pytest.raises(Refused):
        decide(campus, application, **wrong)
    assert see(campus, application).state == "at_desk"


def test_a_return_voids_all_signatures_and_only_the_student_is_told(campus: Campus) -> None:
    application = at_desk(campus)
    campus.said()
    decide(campus, application, decision="return", reason="증빙이 없습니다")
    case = see(campus, application)
    assert (case.state, case.returned_by) == ("returned", "educational_affairs")
    assert {step.state for step in case.steps} == {"void"}
    assert [one.params["reader"] for one in campus.mails("returned")] == ["student"]


def test_a_decline_is_told_to_the_student_and_to_both_professors(campus: Campus) -> None:
    application = at_desk(campus)
    campus.said()
    decide(campus, application, decision="decline", reason="예산이 없습니다")
    readers = [one.params["reader"] for one in campus.mails("declined")]
    assert sorted(readers) == ["professor", "professor", "student"]


def test_what_is_decided_cannot_be_decided_again_or_withdrawn(campus: Campus) -> None:
    application = at_desk(campus)
    decide(campus, application)
    with pytest.raises(Conflict):
        decide(campus, application)
    person = campus.person(HAN)
    with pytest.raises(Conflict), campus.write() as session:
        life.withdraw(session, campus.parts, person, application)


def test_another_office_sees_nothing_of_it_and_a_student_is_no_staff(campus: Campus) -> None:
    application = at_desk(campus)
    with pytest.raises(NotFound):
        decide(campus, application, OTHER_OFFICE)
    with pytest.raises(NotFound):
        see(campus, application, OTHER_OFFICE)
    with pytest.raises(Forbidden):
        decide(campus, application, HAN)
    other = campus.person(OTHER_OFFICE)
    with campus.write() as session:
        assert desk.queue(session, campus.parts, other, view="all").total == 0


def test_a_failed_issue_is_told_to_the_office_and_can_be_retried(campus: Campus) -> None:
    application = at_desk(campus)
    decide(campus, application)
    first = requested(campus)
    campus.hears(
        DocumentFailed(
            issue_id=first.issue_id,
            application_id=application,
            code="missing_glyph",
            detail={"field": "name"},
        )
    )
    assert see(campus, application, DESK).failure == {
        "code": "missing_glyph", "detail": {"field": "name"},
    }  # fmt: skip
    assert see(campus, application).failure is None  # not the student's affair
    assert len(campus.mails("issue_failed")) == 2
    office = campus.person(DESK)
    with campus.write() as session:
        desk.retry(session, campus.parts, office, application)
    second = requested(campus)
    assert second.issue_id != first.issue_id
    campus.issue(first)  # a late answer to the first changes nothing
    assert see(campus, application).state == "approved"
    campus.issue(second)
    assert see(campus, application).state == "issued"


def test_a_document_is_revoked_by_the_office_and_the_student_is_told_the_code_alone(
    campus: Campus,
) -> None:
    issued(campus)
    campus.said()
    office = campus.person(DESK)
    with campus.write() as session:
        revoking.revoke(session, campus.parts, office, NUMBER, "error", "이름이 틀렸음")
        revoking.revoke(session, campus.parts, office, NUMBER, "error", "이름이 틀렸음")
    said = campus.said()
    assert [type(one) for one in said] == [DocumentRevocationRequested]
    campus.hears(DocumentRevoked(number=NUMBER, code="error", at=campus.clock.now()))
    told = campus.mails("revoked")
    assert {one.params["reader"] for one in told} == {"student", "professor"}
    assert all("틀렸음" not in str(one) for one in told)
    student = campus.person(HAN)
    with campus.write() as session:
        mine = documents.document(session, campus.parts, student, NUMBER)
    assert (mine.state, mine.code, mine.reason) == ("revoked", "error", None)


def test_a_document_is_for_its_student_and_the_office_the_docx_for_the_office_alone(
    campus: Campus,
) -> None:
    issued(campus)
    student, office = campus.person(HAN), campus.person(DESK)
    with campus.write() as session:
        assert documents.file_address(session, campus.parts, student, NUMBER).startswith("/files/")
        assert documents.file_address(session, campus.parts, office, NUMBER, "docx")
        with pytest.raises(Forbidden):
            documents.file_address(session, campus.parts, student, NUMBER, "docx")
        with pytest.raises(Refused):
            documents.file_address(session, campus.parts, office, NUMBER, "exe")
    for login_id in (KHOA, OTHER_OFFICE):
        person = campus.person(login_id)
        with pytest.raises(NotFound), campus.write() as session:
            documents.document(session, campus.parts, person, NUMBER)


def test_the_queue_has_its_views_and_finds_by_number_name_and_student_number(
    campus: Campus,
) -> None:
    ours = at_desk(campus)
    theirs = send(campus, KHOA)
    office = campus.person(DESK)

    def rows(**wanted: Any) -> list[str]:
        with campus.write() as session:
            return [row.id for row in desk.queue(session, campus.parts, office, **wanted).rows]

    assert rows() == [ours]
    assert rows(view="professors") == [theirs]
    assert rows(view="ended") == []
    for text in ("W-2022-00001", "한서", "seo-yun", "2025-3107"):
        assert rows(text=text) == [ours]
    assert rows(text="%") == []
    with campus.write() as session:
        queue = desk.queue(session, campus.parts, office, view="all", limit=1)
    assert (queue.total, queue.next_offset, queue.counts["ours"]) == (2, 1, 1)
    assert queue.rows[0].flags == ("no_attachment",)
