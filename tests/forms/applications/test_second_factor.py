"""A code before a decision counts, where a kind asks it: no kind of the catalog does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.forms.catalog import KINDS
from services.forms.catalog.kind import Step
from shared.errors import Refused, TooMany, TryLater
from tests.forms.api.test_api import problem
from tests.forms.applications.test_journey import newest_link, send, sign
from tests.forms.applications.test_panels import with_route
from tests.forms.campus import CODE, Campus
from tests.forms.pages.browser import Browser, Page, visitor


def asking_a_code(campus: Campus) -> Campus:
    """The same campus, where the advisor's signature of a waiver wants a code."""
    return with_route(campus, Step("advisor", second_factor=True), Step("campus_professor"))


def at_the_link(campus: Campus) -> tuple[Browser, str]:
    send(campus)
    professor, address = visitor(campus, "en"), f"/a/{newest_link(campus)}"
    professor.open(address)
    return professor, address


def sent(professor: Browser, address: str, **typed: str) -> Page:
    """After a code was asked for."""
    return professor.post(f"{address}/code", channel="email", **typed)


def given(professor: Browser, address: str, code: str = CODE) -> Page:
    """After a code was given, with all that the form carries."""
    fields = professor.page.tree.xpath("//form[.//input[@name='code']]//input[@type='hidden']")
    data = {one.get("name"): one.get("value") for one in fields}
    return professor.post(f"{address}/code", **{**data, "code": code})


def test_no_rule_asks_it_so_no_kind_does() -> None:
    assert not any(step.second_factor for kind in KINDS for step in kind.route)


def test_nobody_decides_before_the_code_and_everybody_may_read(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    assert "First a code" in professor.page.words
    assert not professor.page.tree.xpath("//*[@name='typed' and not(@type='hidden')]")
    token = address.removeprefix("/a/")
    for decision in ("approve", "return", "decline", "not_mine"):
        with pytest.raises(Refused) as refused:
            sign(campus, token, decision=decision, reason="because")
        assert refused.value.code == "code_needed"


def test_the_right_code_lets_them_sign_without_scripts(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    page = sent(professor, address)
    assert "We sent it to t•••••••••n@dojang.example." in page.words
    assert [one["purpose"] for one in campus.codes.started.values()] == ["approval"]
    page = given(professor, address)
    assert "First a code" not in page.words
    page = professor.post(address, decision="approve", typed="윤태호",
                          shown=page.hidden("shown"), proof=page.hidden("proof"))  # fmt: skip
    assert page.heading == "Signed. Nothing more to do"


def test_a_wrong_code_says_so_and_too_many_ask_for_a_new_one(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    sent(professor, address)
    page = given(professor, address, "000000")
    assert (page.status, "4 tries left" in page.words) == (422, True)
    assert page.hidden("challenge"), "the same code can still be given"
    campus.codes.reason = "no_checks_left"
    page = given(professor, address, "000000")
    assert (page.status, "This code no longer counts" in page.words) == (422, True)
    campus.codes.reason = "expired"
    assert "This code no longer counts" in given(professor, address, "000000").words
    assert given(professor, address, "").status == 422


def test_limits_and_outages_are_said_and_nothing_is_lost(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    typed = {"decision": "return", "reason": "근거를 적어 주세요."}
    campus.codes.away = TooMany("too_many_codes", "too many", retry_after=120)
    page = sent(professor, address, **typed)
    assert (page.status, "2 minutes" in page.words) == (429, True)
    campus.codes.away = TryLater("codes_unavailable", "away")
    page = sent(professor, address, **typed)
    assert (page.status, page.hidden("reason")) == (503, typed["reason"])


def test_a_code_that_came_too_late_keeps_what_was_typed(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    sent(professor, address)
    page = given(professor, address)
    campus.clock.advance(timedelta(minutes=16))
    late = professor.post(address, decision="approve", typed="윤태호 교수",
                          shown=page.hidden("shown"), proof=page.hidden("proof"))  # fmt: skip
    assert (late.status, late.hidden("typed")) == (422, "윤태호 교수")
    sent(professor, address, decision="approve", typed=late.hidden("typed"))
    again = given(professor, address)
    assert again.tree.xpath("//input[@id='typed']/@value") == ["윤태호 교수"]


def test_a_refused_decision_keeps_the_proof(campus: Campus) -> None:
    campus = asking_a_code(campus)
    professor, address = at_the_link(campus)
    sent(professor, address)
    page = given(professor, address)
    page = professor.post(address, decision="return", reason="", shown=page.hidden("shown"),
                          proof=page.hidden("proof"))  # fmt: skip
    assert page.status == 422
    assert "First a code" not in page.words
    page = professor.post(address, decision="return", reason="서류", shown=page.hidden("shown"),
                          proof=page.hidden("proof"))  # fmt: skip
    assert page.heading == "Returned to the student"


def test_a_proof_is_of_one_step_alone(campus: Campus) -> None:
    campus = asking_a_code(campus)
    send(campus)
    mine = newest_link(campus)
    send(campus, "2026-1188")
    other, anybody = newest_link(campus), campus.client()
    made = anybody.post(f"/approvals/{mine}/send", {"channel": "email"}).json
    body = {"challenge": made["challenge"], "code": CODE}
    assert problem(anybody.post(f"/approvals/{other}/verify", body)) == (422, "wrong_code")
    proof = anybody.post(f"/approvals/{mine}/verify", body).json["proof"]
    with pytest.raises(Refused):
        sign(campus, other, proof=proof)
    assert sign(campus, mine, proof=proof).state == "in_approval"


def test_where_none_is_asked_none_is_sent(campus: Campus) -> None:
    send(campus)
    answer = campus.client().post(f"/approvals/{newest_link(campus)}/send", {"channel": "email"})
    assert problem(answer) == (422, "no_code_asked")
    assert campus.codes.sent == []


def test_a_step_that_writes_a_letter_cannot_ask_one() -> None:
    with pytest.raises(ValueError, match="no code"):
        Step("recommender", second_factor=True, writes=True)
