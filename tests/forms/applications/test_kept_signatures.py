"""A correction keeps the signatures that it leaves alone, and no others."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfWriter

from services.forms.applications import approvals, attachments, desk, life, uploads
from services.forms.applications.trail import first_broken
from services.forms.catalog import KINDS
from services.forms.catalog.kind import Step, Vote
from services.forms.people.tables import StudentRow
from shared.errors import Gone
from shared.messages import DocumentRequested
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.applications.test_panels import asked, vote, with_route
from tests.forms.campus import DESK, HAN, Campus


def a_pdf() -> bytes:
    """One empty page."""
    out, made = io.BytesIO(), PdfWriter()
    made.add_blank_page(100, 100)
    made.write(out)
    return out.getvalue()


def returned_by_the_desk(campus: Campus) -> str:
    """A waiver that both professors signed and the office returned for a document."""
    application = send(campus)
    sign(campus, newest_link(campus), typed="윤태호")
    sign(campus, newest_link(campus), typed="서민정")
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="return", reason="서류")
    return application


def send_again(campus: Campus, application: str, *, files: int = 0, **changes: str) -> str:
    """Correct it and send it again; the state after it."""
    person = campus.person(HAN)
    campus.said()
    answers = {**see(campus, application).answers, **changes}
    with campus.write() as session:
        life.save(session, campus.parts, person, application, answers)
    for n in range(files):
        upload = uploads.inspect(f"{n}.pdf", a_pdf(), 1_000_000)
        with campus.write() as session:
            attachments.attach(session, campus.parts, person, application, upload)
    with campus.write() as session:
        return life.submit(session, campus.parts, person, application).state


def test_a_document_added_for_the_office_keeps_both_signatures(campus: Campus) -> None:
    application = returned_by_the_desk(campus)
    before = see(campus, application).steps
    assert send_again(campus, application, files=1) == "at_desk"
    case = see(campus, application)
    for step, old in zip(case.steps, before, strict=True):
        assert (step.state, step.kept, step.typed) == ("approved", True, old.typed)
        assert (step.decided_at, step.shown) == (old.decided_at, old.shown)
        assert step.shown != case.shown
    told = campus.mails("signature_kept")
    assert [one.params["changed"] for one in told] == [["첨부 서류"]] * 2
    with campus.write() as session:
        assert first_broken(session, application) is None


def test_the_paper_prints_kept_signatures_with_their_own_time(campus: Campus) -> None:
    application = returned_by_the_desk(campus)
    signed_at = see(campus, application).steps[0].decided_at
    send_again(campus, application, files=1)
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="approve")
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    advisor = request.facts["values"]["advisor"]
    assert signed_at is not None
    assert (advisor["typed"], advisor["signed_at"]) == ("윤태호", "2022-09-06 14:02")


def test_a_changed_answer_voids_them_as_before(campus: Campus) -> None:
    application = returned_by_the_desk(campus)
    assert send_again(campus, application, files=1, extent="full") == "in_approval"
    assert [one.state for one in see(campus, application).steps] == ["asked", "waiting"]


def test_nothing_changed_keeps_them_and_whoever_returned_it_is_asked_again(
    campus: Campus,
) -> None:
    application = send(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus), decision="return", reason="서류를 더 붙여 주세요.")
    assert send_again(campus, application) == "in_approval"
    assert [one.state for one in see(campus, application).steps] == ["approved", "asked"]
    assert sign(campus, newest_link(campus)).state == "at_desk"


def test_a_file_taken_out_is_a_change_of_what_was_seen(campus: Campus) -> None:
    person = campus.person(HAN)
    application = returned_by_the_desk(campus)
    send_again(campus, application, files=1, reasons="다른 이유입니다.")
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus), decision="return", reason="빼 주세요.")
    [only] = see(campus, application).attachments
    with campus.write() as session:
        attachments.detach(session, campus.parts, person, application, only.id)
    assert send_again(campus, application) == "in_approval"
    assert see(campus, application).steps[0].state == "asked"


def test_another_professor_signs_anew(campus: Campus) -> None:
    application = returned_by_the_desk(campus)
    student = campus.person(HAN)
    with campus.write() as session:
        row = session.get_one(StudentRow, student.id)
        row.advisor_id = row.campus.representative_id
    assert send_again(campus, application, files=1) == "in_approval"
    assert len(see(campus, application).steps) == 1


def test_a_kind_that_says_nothing_of_the_office_keeps_nothing_but_what_is_the_same(
    campus: Campus,
) -> None:
    waiver = replace(campus.parts.kind("tuition_waiver"), for_office=())
    kinds = {**campus.parts.kinds, "tuition_waiver": waiver}
    campus = replace(campus, parts=replace(campus.parts, kinds=kinds))
    application = returned_by_the_desk(campus)
    assert send_again(campus, application, files=1) == "in_approval"


def test_the_votes_of_a_committee_are_kept_and_are_enough_again(campus: Campus) -> None:
    campus = with_route(campus, Step("graduate_committee", agree=Vote()))
    application = send(campus)
    for mail in asked(campus)[:3]:
        vote(campus, mail)
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="return", reason="서류")
    assert send_again(campus, application, files=1) == "at_desk"
    assert see(campus, application).steps[0].ayes == 3


def test_the_link_of_an_earlier_round_stays_replaced(campus: Campus) -> None:
    application = send(campus)
    old = newest_link(campus)
    sign(campus, old)
    sign(campus, newest_link(campus), decision="return", reason="서류")
    send_again(campus, application, files=1)
    with pytest.raises(Gone), campus.write() as session:
        approvals.look(session, campus.parts, old)


def test_every_kind_that_others_sign_keeps_their_signatures_when_documents_are_added() -> None:
    signed = [kind for kind in KINDS if kind.route and not kind.writes]
    assert len(signed) > 10
    assert [kind.name for kind in signed if kind.for_office != ("attachments",)] == []
