"""A waiver's life, from the draft to the document, as everybody who takes part sees it."""

from __future__ import annotations

from typing import Any

from services.forms.applications import approvals, desk, life, trail
from services.forms.applications.values import ApprovalDone, CaseView
from services.forms.people import register
from shared.messages import DocumentRequested, NotificationRequested
from tests.forms.campus import ANSWERS, DESK, HAN, Campus


def send(campus: Campus, login_id: str = HAN, **changes: Any) -> str:
    """A waiver that has been sent; its id."""
    person = campus.person(login_id)
    with campus.write() as session:
        made = life.start(session, campus.parts, person, "tuition_waiver", {**ANSWERS, **changes})
        life.submit(session, campus.parts, person, made.id)
    return made.id


def newest_link(campus: Campus) -> str:
    """The link of the newest request to sign."""
    return campus.token(campus.mails("approval_request")[-1])


def sign(campus: Campus, token: str, **more: Any) -> ApprovalDone:
    """Look, then sign what was shown."""
    with campus.write() as session:
        shown = approvals.look(session, campus.parts, token).shown
    given: dict[str, Any] = {"decision": "approve", "typed": "윤태호", "shown": shown, **more}
    with campus.write() as session:
        return approvals.decide(session, campus.parts, token, **given)


def see(campus: Campus, application_id: str, login_id: str = HAN) -> CaseView:
    """The application as somebody sees it."""
    person = campus.person(login_id)
    with campus.write() as session:
        return life.view(session, campus.parts, person, application_id)


def test_a_waiver_goes_from_the_student_over_two_professors_and_the_desk_to_its_document(
    campus: Campus,
) -> None:
    application = send(campus)
    assert see(campus, application).state == "in_approval"
    first, second = sign(campus, newest_link(campus)), sign(campus, newest_link(campus))
    assert (first.state, second.state) == ("in_approval", "at_desk")
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(
            session, campus.parts, office, application, decision="approve",
            granted="one_third", reference="EA-2022-0042",
        )  # fmt: skip
    assert see(campus, application).state == "approved"
    person = campus.person(HAN)
    with campus.write() as session:
        [made] = register.find_student(session, person.id).arrangements
    assert (made.what, made.extent) == ("waiver", "one_third")
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.issue(request)
    case = see(campus, application)
    assert case.state == "issued"
    assert [document.number for document in case.documents] == ["K7QM-2R8D-9XFC-H4TA-3"]
    with campus.write() as session:
        assert trail.first_broken(session, application) is None
    assert [entry.what for entry in case.history] == [
        "created", "sent", "step_asked", "link_sent", "signed", "step_asked", "link_sent",
        "signed", "at_desk", "approved", "issued",
    ]  # fmt: skip


def test_the_paper_carries_what_was_asked_signed_and_granted(campus: Campus) -> None:
    application = send(campus)
    sign(campus, newest_link(campus), typed="Yoon & <Tae-ho>")
    sign(campus, newest_link(campus), typed="서민정")
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="approve",
                    granted="one_third", reference="EA-7")  # fmt: skip
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    values = request.facts["values"]
    assert request.facts["proves"][:2] == ["name", "extent_granted"], "for the QR code"
    assert request.language == "ko"
    assert values["reasons"] == ANSWERS["reasons"]
    assert values["applicant"]["typed"] == "한서윤"
    assert values["advisor"]["typed"] == "Yoon & <Tae-ho>"
    assert values["campus_professor"]["typed"] == "서민정"
    assert values["decision_reference"] == "EA-7"
    assert values["box_two_thirds"] == "☑"
    assert {"field", "value"} == set(request.facts["shows"][0])
    assert "윤태호" not in str(request.facts["shows"])


def test_everybody_gets_the_mail_that_concerns_them(campus: Campus) -> None:
    application = send(campus)
    mails = campus.mails()
    assert [(one.message, one.params["reader"]) for one in mails] == [
        ("approval_request", "professor"), ("receipt", "student"),
    ]  # fmt: skip
    sign(campus, campus.token(mails[0]))
    second = campus.mails()
    assert [one.message for one in second] == ["approval_signed", "approval_request"]
    assert second[0].params["typed"] == "윤태호"
    assert second[0].params["shown"] == see(campus, application).shown
    sign(campus, campus.token(second[1]))
    third = campus.mails()
    assert {one.message for one in third} == {"approval_signed", "at_desk"}
    office = {one.address["email"] for one in third if one.message == "at_desk"}
    assert len(office) == 2  # both of Educational Affairs, each in their language


def test_an_issued_document_is_told_to_the_student_and_to_both_professors(campus: Campus) -> None:
    application = send(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus))
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="approve")
    campus.issue(next(one for one in campus.said() if isinstance(one, DocumentRequested)))
    told = campus.mails("issued")
    assert sorted(one.params["reader"] for one in told) == ["professor", "professor", "student"]
    assert all(one.params["result"] for one in told)


def test_a_message_that_comes_twice_has_one_effect(campus: Campus) -> None:
    application = send(campus)
    sign(campus, newest_link(campus))
    sign(campus, newest_link(campus))
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="approve")
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    campus.issue(request)
    campus.issue(request)
    campus.issue(request, number="AAAA-AAAA-AAAA-AAAA-A")
    assert len(see(campus, application).documents) == 1
    assert len(campus.mails("issued")) == 3


def test_no_mail_holds_a_token_and_every_param_is_a_plain_value(campus: Campus) -> None:
    send(campus)
    for mail in campus.mails():
        assert isinstance(mail, NotificationRequested)
        assert all(set(link) == {"purpose", "subject_id", "generation"} for link in mail.links)
        for link in mail.links:
            assert campus.token(mail) not in str(mail)
            assert link["purpose"] == "approval"
