"""Several people in one step: all of them, any of them, or a committee by quorum and vote."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.forms.app import create_app
from services.forms.applications import approvals, deadlines, desk
from services.forms.applications.panels import Tally, outcome
from services.forms.catalog import printed
from services.forms.catalog.kind import Agree, Step, Vote
from services.forms.people import register
from services.forms.people.values import Professor
from shared.errors import Gone, Refused
from shared.messages import DocumentRequested, NotificationRequested
from tests.forms.applications.test_journey import see, send, sign
from tests.forms.campus import DESK, HAN, Campus

COMMITTEE = Step("graduate_committee", agree=Vote())
BOTH = Step("advisor", agree="all", beside=("campus_professor",))


def with_route(campus: Campus, *route: Step) -> Campus:
    """The same campus, whose waiver goes another way."""
    waiver = replace(campus.parts.kind("tuition_waiver"), route=route)
    parts = replace(campus.parts, kinds={**campus.parts.kinds, "tuition_waiver": waiver})
    app = create_app(parts)
    app.testing = True
    return replace(campus, parts=parts, app=app)


def asked(campus: Campus) -> list[NotificationRequested]:
    """The requests to sign since the last look."""
    return campus.mails("approval_request")


def vote(campus: Campus, mail: NotificationRequested, decision: str = "approve") -> str:
    """One member answers; the state after it."""
    more = {"decision": decision, "reason": "기한이 지났습니다." if decision != "approve" else None}
    return sign(campus, campus.token(mail), **more).state


def grid() -> list[tuple[Agree, int, int, int, bool, str | None]]:
    two_thirds = Vote(quorum=Fraction(1, 2), majority=Fraction(2, 3))
    return [
        ("all", 3, 2, 0, False, None),
        ("all", 3, 3, 0, False, "approved"),
        ("all", 3, 2, 1, False, "declined"),
        ("any", 3, 0, 2, False, None),
        ("any", 3, 1, 1, False, "approved"),
        ("any", 3, 0, 3, False, "declined"),
        (Vote(), 5, 2, 0, False, None),
        (Vote(), 5, 3, 0, False, "approved"),
        (Vote(), 5, 2, 2, False, None),
        (Vote(), 5, 0, 3, False, "declined"),
        (Vote(), 5, 2, 1, True, "approved"),
        (Vote(), 5, 2, 0, True, None),  # not enough have voted: it goes on
        (Vote(), 4, 2, 2, False, "declined"),  # a tie is not in favour
        (two_thirds, 6, 4, 0, False, None),
        (two_thirds, 6, 5, 0, False, "approved"),
        (two_thirds, 6, 0, 2, False, "declined"),
    ]


@pytest.mark.parametrize(("agree", "members", "ayes", "noes", "closed", "comes_to"), grid())
def test_a_result_stands_as_soon_as_it_cannot_change(
    agree: Agree, members: int, ayes: int, noes: int, closed: bool, comes_to: str | None
) -> None:
    assert outcome(agree, Tally(members, ayes, noes), closed=closed) == comes_to


@given(
    st.integers(1, 12),
    st.data(),
    st.sampled_from(["all", "any", Vote(), Vote(Fraction(2, 3), Fraction(2, 3))]),
)
def test_no_later_answer_changes_a_result_and_whoever_all_answer_gets_one(
    members: int, data: st.DataObject, agree: Agree
) -> None:
    answers = data.draw(st.lists(st.booleans(), min_size=members, max_size=members))
    stands = None
    for count in range(members + 1):
        ayes = sum(answers[:count])
        now = outcome(agree, Tally(members, ayes, count - ayes))
        assert stands is None or now == stands
        stands = now
    assert stands is not None


def test_a_committee_is_asked_at_once_and_decides_by_vote(campus: Campus) -> None:
    campus = with_route(campus, Step("advisor"), COMMITTEE)
    application = send(campus)
    vote(campus, asked(campus)[0])
    mails = asked(campus)
    assert len({mail.address["email"] for mail in mails}) == 5
    assert [vote(campus, mail) for mail in mails[:2]] == ["in_approval", "in_approval"]
    assert vote(campus, mails[2], "decline") == "in_approval"
    assert vote(campus, mails[3]) == "at_desk"
    step = see(campus, application).steps[1]
    assert (step.state, step.decision, step.ayes, step.noes) == ("approved", "approve", 3, 1)


def test_whoever_has_not_voted_is_told_and_their_link_says_that_it_is_decided(
    campus: Campus,
) -> None:
    campus = with_route(campus, COMMITTEE)
    send(campus)
    mails = asked(campus)
    for mail in mails[:3]:
        vote(campus, mail)
    told = campus.mails("not_needed")
    assert {one.address["email"] for one in told} == {one.address["email"] for one in mails[3:]}
    with pytest.raises(Gone) as gone, campus.write() as session:
        approvals.look(session, campus.parts, campus.token(mails[4]))
    assert (gone.value.code, gone.value.facts["outcome"]) == ("link_closed", "approved")
    page = campus.app.test_client().get(f"/a/{campus.token(mails[4])}")
    assert (page.status_code, "It has been decided" in page.text) == (410, True)


def test_votes_against_end_it_with_their_reasons_and_without_names(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    said = ["서류가 부족합니다.", "기한이 지났습니다.", "기한이 지났습니다."]
    for mail, reason in zip(mails, said, strict=False):
        sign(campus, campus.token(mail), decision="decline", reason=reason)
    case = see(campus, application)
    assert (case.state, case.reason) == ("declined", "서류가 부족합니다.\n기한이 지났습니다.")
    found = campus.mails()
    declined = {one.address["email"] for one in found if one.message == "declined"}
    assert {one.address["email"] for one in mails} < declined  # and the student, and the office


def test_how_each_of_a_committee_voted_is_for_the_office_alone(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    vote(campus, mails[0], "decline")
    [mine] = campus.client(HAN).get(f"/applications/{application}").json["steps"]
    assert (mine["who"], mine["members"]) == (None, [])
    assert mine["count"] == {"members": 5, "for": 0, "against": 1}
    assert mine["reason"] is None
    [theirs] = campus.client(DESK).get(f"/applications/{application}").json["steps"]
    assert [one["decision"] for one in theirs["members"]].count("decline") == 1
    assert {one["seat"] for one in theirs["members"]} == {1, 2, 3, 4, 5}


def test_when_the_time_is_over_the_votes_cast_decide_if_they_are_enough(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    for mail, decision in zip(mails, ["approve", "approve", "decline"], strict=False):
        vote(campus, mail, decision)
    campus.clock.advance(timedelta(days=30))
    deadlines.tick(campus.parts, campus.clock.now())
    assert see(campus, application).state == "at_desk"


def test_a_vote_without_quorum_goes_on_and_the_office_is_told_once(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    vote(campus, mails[0])
    vote(campus, mails[1])
    campus.clock.advance(timedelta(days=30))
    deadlines.tick(campus.parts, campus.clock.now())
    told = campus.mails("overdue")
    assert see(campus, application).state == "in_approval"
    assert all(one.params["who"].count(",") == 2 for one in told)
    assert len({one.address["email"] for one in told}) == len(told)
    assert vote(campus, mails[2], "decline") == "at_desk"  # the third vote makes the quorum


def test_all_of_a_step_have_to_agree_in_any_order(campus: Campus) -> None:
    campus = with_route(campus, BOTH)
    application = send(campus)
    first, second = asked(campus)
    assert vote(campus, second) == "in_approval"
    assert vote(campus, first) == "at_desk"
    assert [one.state for one in see(campus, application).steps[0].members] == ["approved"] * 2


def test_one_of_all_who_declines_ends_it(campus: Campus) -> None:
    campus = with_route(campus, BOTH)
    send(campus)
    first, _second = asked(campus)
    assert vote(campus, first, "decline") == "declined"
    assert len(campus.mails("not_needed")) == 1


def test_any_of_a_step_is_enough_and_all_have_to_decline(campus: Campus) -> None:
    either = with_route(campus, replace(BOTH, agree="any"))
    send(either)
    first, second = asked(either)
    assert vote(either, first, "decline") == "in_approval"
    assert vote(either, second) == "at_desk"


def test_one_of_a_committee_may_return_it_and_the_others_are_told(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    vote(campus, mails[0])
    assert vote(campus, mails[1], "return") == "returned"
    told = {one.address["email"] for one in campus.mails("returned")}
    assert {one.address["email"] for one in mails} - told == {mails[1].address["email"]}
    assert see(campus, application).steps[0].state == "returned"


def test_the_office_fills_a_seat_but_not_with_somebody_who_has_one(campus: Campus) -> None:
    campus = with_route(campus, COMMITTEE)
    application = send(campus)
    mails = asked(campus)
    sign(campus, campus.token(mails[1]), decision="not_mine", reason=None)
    case = see(campus, application)
    assert (case.trouble, case.steps[0].state) == ("unassigned", "asked")
    office = campus.person(DESK)
    with campus.write() as session:
        everybody = {one.name_en: one for one in register.professors(session)}
    member, other = everybody["Ryu Dong-gun"], everybody["Yoon Tae-ho"]
    seat = case.steps[0].members[1].seat

    def give(professor: Professor) -> None:
        with campus.write() as session:
            desk.assign(session, campus.parts, office, application, 1, professor.id, seat)

    holder = next(one.who for one in case.steps[0].members if one.who)
    with pytest.raises(Refused) as refused:
        give(holder)
    assert refused.value.code == "has_a_seat"
    give(other if holder != other else member)
    assert see(campus, application).trouble is None
    assert len(asked(campus)) == 1


def test_the_paper_prints_how_the_committee_voted(campus: Campus) -> None:
    campus = with_route(campus, Step("advisor"), COMMITTEE)
    waiver = campus.parts.kind("tuition_waiver")
    paper = waiver.paper
    kinds = {
        **campus.parts.kinds,
        "tuition_waiver": replace(
            waiver,
            paper=lambda case: {
                **paper(case),
                "campus_professor": printed.signature(case, "graduate_committee"),
            },
        ),
    }
    campus = replace(campus, parts=replace(campus.parts, kinds=kinds))
    application = send(campus)
    vote(campus, asked(campus)[0])
    for mail in asked(campus)[:3]:
        vote(campus, mail)
    office = campus.person(DESK)
    with campus.write() as session:
        desk.decide(session, campus.parts, office, application, decision="approve")
    request = next(one for one in campus.said() if isinstance(one, DocumentRequested))
    printed_ = request.facts["values"]["campus_professor"]
    assert (printed_["name"], printed_["typed"]) == ("대학원위원회", "찬성 3, 반대 0")


@pytest.mark.parametrize("role", ["dean", "major_professor", "advisor", "campus_professor"])
def test_who_holds_a_role_is_as_the_register_says(campus: Campus, role: str) -> None:
    campus = with_route(campus, Step(role))
    application = send(campus)
    who = see(campus, application).steps[0].who
    names = {
        "dean": "Hwang Seon-woo",
        "major_professor": "Seo Yu-na",
        "advisor": "Yoon Tae-ho",
        "campus_professor": "Seo Min-jeong",
    }
    assert who is not None
    assert who.name_en == names[role]
