"""Somebody signs on behalf of a professor: one request, or all that come on days of absence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.forms.applications import approvals, delegations, desk, letters, life
from services.forms.applications.delegations import DelegationView
from services.forms.applications.tables import ApplicationRow
from services.forms.applications.trail import first_broken
from services.forms.catalog import printed
from services.forms.catalog.kind import Step, Vote
from services.forms.people import register
from services.forms.people.tables import ProfessorRow, StudentRow
from services.forms.people.values import Professor
from shared.errors import Gone, NotFound, Refused
from tests.forms.api.test_api import problem
from tests.forms.applications.test_journey import newest_link, see, send, sign
from tests.forms.applications.test_kept_signatures import send_again
from tests.forms.applications.test_panels import BOTH, COMMITTEE, asked, with_route
from tests.forms.campus import DESK, HAN, Campus
from tests.forms.pages.browser import visitor

DELEGATE = "Seo Yu-na"
TODAY = date(2022, 9, 6)


def professor(campus: Campus, name: str = DELEGATE) -> Professor:
    with campus.parts.database.read() as session:
        return next(one for one in register.professors(session) if one.name_en == name)


def hand_over(
    campus: Campus, token: str, name: str = DELEGATE, days: tuple[date, date] | None = None
) -> DelegationView:
    """Whoever holds the link lets somebody else sign."""
    chosen = professor(campus, name).id
    first, last = days or (None, None)
    with campus.write() as session:
        return delegations.delegate(session, campus.parts, token, chosen, first, last)


def refused(campus: Campus, token: str, name: str = DELEGATE, **more: object) -> str:
    with pytest.raises(Refused) as error:
        hand_over(campus, token, name, **more)  # type: ignore[arg-type]
    return error.value.code


def gone(campus: Campus, token: str) -> Gone:
    with pytest.raises(Gone) as error, campus.write() as session:
        approvals.look(session, campus.parts, token)
    return error.value


def test_the_delegate_gets_a_link_of_their_own_and_a_mail_that_says_for_whom(
    campus: Campus,
) -> None:
    application = send(campus)
    theirs = newest_link(campus)
    hand_over(campus, theirs)
    mails = campus.mails()
    [request] = [one for one in mails if one.message == "approval_request"]
    assert request.address["email"] == professor(campus).email
    assert request.params["on_behalf_of"] == "윤태호"
    [told] = [one for one in mails if one.message == "delegation_made"]
    assert told.address["email"] == professor(campus, "Yoon Tae-ho").email
    assert (told.params["whom"], told.params["requests"]) == ("서유나", ["W-2022-00001"])
    assert gone(campus, theirs).code == "link_delegated"
    step = see(campus, application).steps[0]
    assert step.who is not None
    assert step.on_behalf_of is not None
    assert (step.who.name_ko, step.on_behalf_of.name_ko) == ("서유나", "윤태호")


def test_trail_paper_and_everybody_say_on_whose_behalf_it_was_signed(campus: Campus) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    sign(campus, newest_link(campus), typed="서유나")
    with campus.write() as session:
        row = session.get_one(ApplicationRow, application)
        case = letters.case_of(session, campus.parts, row)
        advisor = next(one for one in case.signatures if one.role == "advisor")
        names = {}
        for language in ("en", "ko"):
            with campus.parts.speaking(language):
                names[language] = printed.signer_name(advisor)
                assert printed.signature(case, "advisor")["name"] == names[language]
        assert first_broken(session, application) is None
    assert names == {
        "en": "Seo Yu-na (on behalf of Yoon Tae-ho)",
        "ko": "서유나 (윤태호 대결)",
    }
    history = {one.what: one for one in see(campus, application, DESK).history}
    principal = professor(campus, "Yoon Tae-ho").id
    assert history["delegated"].details["behalf_of"] == principal
    assert history["delegated"].who == principal
    assert history["signed"].details["behalf_of"] == principal
    assert history["signed"].who == professor(campus).id
    sign(campus, newest_link(campus), decision="decline", reason="기한이 지났습니다.")
    told = {one.address["email"] for one in campus.mails("declined")}
    assert {professor(campus).email, professor(campus, "Yoon Tae-ho").email} <= told


def test_it_is_taken_back_by_the_link_that_was_handed_on(campus: Campus) -> None:
    application = send(campus)
    mine = newest_link(campus)
    hand_over(campus, mine)
    theirs = newest_link(campus)
    with campus.write() as session:
        delegations.take_back(session, campus.parts, mine)
    mails = campus.mails()
    assert [one.address["email"] for one in mails if one.message == "delegation_told"] == [
        professor(campus).email
    ]
    assert gone(campus, theirs).facts["taken_back"]
    new = campus.token(next(one for one in mails if one.message == "approval_request"))
    assert sign(campus, new).state == "in_approval"
    assert see(campus, application).steps[0].on_behalf_of is None
    with pytest.raises(NotFound), campus.write() as session:
        delegations.take_back(session, campus.parts, mine)


def test_what_has_been_answered_cannot_be_taken_back(campus: Campus) -> None:
    send(campus)
    mine = newest_link(campus)
    hand_over(campus, mine)
    sign(campus, newest_link(campus))
    with pytest.raises(Gone), campus.write() as session:
        delegations.take_back(session, campus.parts, mine)
    page = visitor(campus, "en").open(f"/a/{mine}")
    assert (page.status, page.heading) == (410, "Seo Yu-na has answered for you")


def test_a_delegate_cannot_hand_on_and_can_give_it_back(campus: Campus) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    theirs = newest_link(campus)
    assert refused(campus, theirs, "Hwang Seon-woo") == "not_delegable"
    done = sign(campus, theirs, decision="not_mine", reason=None)
    assert done.given_back
    assert see(campus, application).steps[0].state == "asked"
    [mail] = asked(campus)
    assert mail.address["email"] == professor(campus, "Yoon Tae-ho").email
    assert sign(campus, campus.token(mail)).state == "in_approval"


def test_who_signs_already_applies_or_asks_cannot_sign_for_another(campus: Campus) -> None:
    send(campus)
    mine = newest_link(campus)
    assert refused(campus, mine, "Seo Min-jeong") == "delegate_signs"
    assert refused(campus, mine, "Yoon Tae-ho") == "own_delegate"
    student = campus.person(HAN)
    with campus.write() as session:
        row = session.get_one(ProfessorRow, professor(campus).id)
        row.email = session.get_one(StudentRow, student.id).email.upper()
    assert refused(campus, mine) == "delegate_applies"
    with pytest.raises(Refused) as error, campus.write() as session:
        delegations.delegate(session, campus.parts, mine, "nobody")
    assert error.value.code == "unknown_professor"


@pytest.mark.parametrize(
    "route", [COMMITTEE, Step("advisor", writes=True)], ids=["a vote", "a letter"]
)
def test_what_somebody_was_asked_for_in_person_is_not_handed_on(
    campus: Campus, route: Step
) -> None:
    assert isinstance(COMMITTEE.agree, Vote)
    campus = with_route(campus, route)
    send(campus)
    assert refused(campus, newest_link(campus)) == "not_delegable"


def test_whom_the_student_named_answers_in_person(campus: Campus) -> None:
    waiver = campus.parts.kind("tuition_waiver")
    someone = professor(campus, "Yoon Tae-ho").id
    named = replace(waiver, named=lambda _answers: {"advisor": someone})
    kinds = {**campus.parts.kinds, "tuition_waiver": named}
    campus = replace(campus, parts=replace(campus.parts, kinds=kinds))
    send(campus)
    assert refused(campus, newest_link(campus)) == "not_delegable"


def test_one_of_several_lets_somebody_sign_who_has_no_seat(campus: Campus) -> None:
    campus = with_route(campus, BOTH)
    application = send(campus)
    first, second = asked(campus)
    assert refused(campus, campus.token(first), "Seo Min-jeong") == "delegate_signs"
    hand_over(campus, campus.token(first))
    assert sign(campus, newest_link(campus)).state == "in_approval"
    assert sign(campus, campus.token(second)).state == "at_desk"
    assert see(campus, application).state == "at_desk"


def test_on_days_of_absence_every_new_link_goes_to_the_delegate(campus: Campus) -> None:
    first = send(campus)
    mine = newest_link(campus)
    hand_over(campus, mine, days=(TODAY, TODAY + timedelta(days=10)))
    mails = campus.mails()
    assert {one.message for one in mails} == {
        "approval_request", "delegation_made", "delegation_told",
    }  # fmt: skip
    assert {one.address["email"] for one in mails if one.message == "approval_request"} == {
        professor(campus).email
    }
    send(campus, "2026-1188")
    [mail] = asked(campus)
    assert mail.address["email"] == professor(campus).email
    campus.clock.advance(timedelta(days=11))
    send(campus, "2026-1300")
    [mail] = asked(campus)
    assert mail.address["email"] == professor(campus, "Yoon Tae-ho").email
    assert see(campus, first).steps[0].on_behalf_of is not None, "what waits stays with them"


def test_an_absence_to_come_leaves_what_is_there_and_ends_as_a_whole(campus: Campus) -> None:
    application = send(campus)
    mine = newest_link(campus)
    made = hand_over(campus, mine, days=(TODAY + timedelta(days=1), TODAY + timedelta(days=20)))
    assert made.waiting == ()
    queue = campus.token(campus.mails("delegation_made")[-1])
    assert sign(campus, mine).state == "in_approval"
    campus.clock.advance(timedelta(days=15))
    campus.said()
    others = [send(campus, one) for one in ("2026-1188", "2026-1300")]
    assert {one.address["email"] for one in asked(campus)} == {professor(campus).email}
    with campus.write() as session:
        ended = delegations.take_back_one(session, campus.parts, queue, made.id)
    assert len(ended.waiting) == 2
    assert [one.address["email"] for one in asked(campus)] == [
        professor(campus, "Yoon Tae-ho").email
    ] * 2
    assert all(
        see(campus, one, DESK).steps[0].on_behalf_of is None for one in (application, *others)
    )


def test_days_are_to_come_in_order_and_one_absence_at_a_time(campus: Campus) -> None:
    send(campus)
    mine, day = newest_link(campus), timedelta(days=1)
    assert refused(campus, mine, days=(TODAY - day, TODAY)) == "bad_absence"
    assert refused(campus, mine, days=(TODAY + day, TODAY)) == "bad_absence"
    assert refused(campus, mine, days=(TODAY, TODAY + 400 * day)) == "bad_absence"
    hand_over(campus, mine, days=(TODAY + 2 * day, TODAY + 5 * day))
    assert refused(campus, mine, days=(TODAY + 5 * day, TODAY + 6 * day)) == "absence_there"


def test_who_may_not_sign_a_request_does_not_get_it_while_the_other_is_away(
    campus: Campus,
) -> None:
    send(campus)
    mine = newest_link(campus)
    hand_over(campus, mine, "Seo Min-jeong", days=(TODAY, TODAY + timedelta(days=5)))
    assert asked(campus) == [], "the campus professor signs it as such"
    assert sign(campus, mine).state == "in_approval"


def test_the_office_sees_it_and_ends_it(campus: Campus) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    campus.said()
    office = campus.person(DESK)
    with campus.write() as session:
        delegations.end_for_office(session, campus.parts, office, application, 1)
    [mail] = asked(campus)
    assert mail.address["email"] == professor(campus, "Yoon Tae-ho").email
    with pytest.raises(NotFound), campus.write() as session:
        delegations.end_for_office(session, campus.parts, office, application, 1)


def test_the_office_gives_a_delegated_step_to_somebody_else(campus: Campus) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    office, other = campus.person(DESK), professor(campus, "Hwang Seon-woo")
    with campus.write() as session:
        desk.assign(session, campus.parts, office, application, 1, other.id)
    step = see(campus, application).steps[0]
    assert step.on_behalf_of is None
    assert step.who == other


def test_a_delegates_signature_is_kept_when_the_correction_leaves_it_alone(
    campus: Campus,
) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    sign(campus, newest_link(campus), typed="서유나")
    sign(campus, newest_link(campus), decision="return", reason="서류")
    assert send_again(campus, application, files=1) == "in_approval"
    step = see(campus, application).steps[0]
    assert step.kept
    assert step.who is not None
    assert (step.typed, step.who.name_ko) == ("서유나", "서유나")
    assert step.on_behalf_of is not None


def test_sent_again_with_a_change_it_is_the_professors_again(campus: Campus) -> None:
    application = send(campus)
    hand_over(campus, newest_link(campus))
    sign(campus, newest_link(campus), decision="return", reason="서류")
    send_again(campus, application, extent="full")
    [mail] = asked(campus)
    assert mail.address["email"] == professor(campus, "Yoon Tae-ho").email


def test_withdrawn_while_with_the_delegate_nothing_is_left_to_take_back(campus: Campus) -> None:
    application = send(campus)
    mine = newest_link(campus)
    hand_over(campus, mine)
    student = campus.person(HAN)
    with campus.write() as session:
        life.withdraw(session, campus.parts, student, application)
    with pytest.raises(Gone), campus.write() as session:
        delegations.take_back(session, campus.parts, mine)


def test_the_api_finds_hands_over_and_takes_back(campus: Campus) -> None:
    application = send(campus)
    token, anybody = newest_link(campus), campus.client()
    [found] = anybody.get(f"/approvals/{token}/delegates?q=yu-na").json
    assert (found["name_en"], "email" in found) == (DELEGATE, False)
    made = anybody.post(f"/approvals/{token}/delegation", {"delegate": found["id"]})
    assert (made.status_code, made.json["waiting"]) == (201, ["W-2022-00001"])
    assert problem(anybody.get(f"/approvals/{token}")) == (410, "link_delegated")
    theirs = newest_link(campus)
    assert anybody.get(f"/approvals/{theirs}").json["step"]["on_behalf_of"] == "Yoon Tae-ho"
    assert anybody.send("DELETE", f"/approvals/{token}/delegation").status_code == 200
    assert problem(anybody.get(f"/approvals/{theirs}")) == (410, "link_closed")
    mine, days = newest_link(campus), {"first_day": "2022-09-06", "last_day": "2022-09-20"}
    given = {"delegate": found["id"], **days}
    assert anybody.post(f"/approvals/{mine}/delegation", given).json["last_day"] == days["last_day"]
    queue = campus.token(campus.mails("delegation_made")[-1])
    [one] = anybody.get(f"/queue/{queue}").json["delegations"]
    assert one["delegate"]["id"] == found["id"]
    step = f"/desk/applications/{application}/steps/1/delegation"
    assert campus.client(DESK).send("DELETE", step).status_code == 200
    assert problem(campus.client(DESK).send("DELETE", step)) == (404, "no_delegation")
    assert problem(anybody.send("DELETE", f"/queue/{queue}/delegations/{one['id']}")) == (
        410, "link_closed",
    )  # fmt: skip


def test_without_scripts_a_professor_chooses_by_name_and_takes_it_back(campus: Campus) -> None:
    send(campus)
    address = f"/a/{newest_link(campus)}"
    page = visitor(campus, "en")
    assert "Let somebody else sign for me" in page.open(address).words
    found = page.open(f"{address}/delegate?q=Seo")
    assert "Professors found" in found.words
    chosen = professor(campus).id
    refused_page = page.post(
        f"{address}/delegate", q="Seo", delegate=chosen, extent="away", first_day="2022-09-06"
    )
    assert (refused_page.status, "Give two days" in refused_page.words) == (422, True)
    assert refused_page.tree.xpath("//input[@name='delegate' and @checked]/@value") == [chosen]
    made = page.post(f"{address}/delegate", q="Seo", delegate=chosen, extent="once")
    assert made.heading == "Seo Yu-na signs for you"
    theirs = visitor(campus, "en").open(f"/a/{newest_link(campus)}")
    assert "on behalf of Yoon Tae-ho" in theirs.words
    assert "Let somebody else sign for me" not in theirs.words
    page.open(address)
    assert page.post(f"{address}/take-back").heading == "You sign for yourself again"
    mine = visitor(campus, "en").open(f"/a/{newest_link(campus)}")
    assert mine.status == 200
