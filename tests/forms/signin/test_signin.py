"""Signing in (CRT-11): two steps, the same answer for nobody and for a wrong password."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from services.forms.signin import challenge, limits, sessions
from services.forms.signin.passwords import (
    HASHER,
    NOBODY,
    check_strength,
    hash_password,
    matches,
    words_of,
)
from services.forms.signin.tables import ChallengeRow, SessionRow
from shared.errors import DojangError, Refused, TooMany, TryLater, Unauthorized
from shared.settings import Settings
from tests.forms.campus import CODE, DESK, HAN, PASSWORD, Campus

HERE = "192.0.2.7"
HOUSE = words_of(
    Settings(university_ko="해솔대학원대학교", university_en="Haesol University of Science")
)


def open_one(campus: Campus, login_id: str = HAN, password: str = PASSWORD, at: str = HERE) -> str:
    return challenge.open_challenge(campus.parts, login_id, password, at).challenge


def refusal(campus: Campus, login_id: str, password: str, at: str = HERE) -> DojangError:
    with pytest.raises(DojangError) as refused:
        open_one(campus, login_id, password, at)
    return refused.value


def sign_in(campus: Campus, use: str = "api") -> challenge.SignedIn:
    opened = open_one(campus)
    challenge.send_code(campus.parts, opened, "email")
    return challenge.check_code(campus.parts, opened, CODE, use)


def test_a_right_password_opens_a_challenge_and_the_code_a_session(campus: Campus) -> None:
    opened = challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE)
    assert {one.name: one.masked for one in opened.channels} == {
        "email": "s•••••••7@dojang.example",
        "sms": "•••-••••-0001",
    }
    challenge.send_code(campus.parts, opened.challenge, "sms")
    found = challenge.check_code(campus.parts, opened.challenge, CODE)
    assert (found.person.role, found.person.login_id) == ("student", HAN)
    with campus.parts.database.read() as session:
        assert sessions.find(session, campus.parts, found.token, "api") == found.person


def test_nobody_and_a_wrong_password_and_an_account_without_one_answer_alike(
    campus: Campus,
) -> None:
    with campus.write() as session:
        session.execute(text("UPDATE account SET password_hash = NULL WHERE login_id = 'sua.moon'"))
    answers = [
        refusal(campus, HAN, "wrong password"),
        refusal(campus, "nobody-at-all", PASSWORD),
        refusal(campus, "sua.moon", PASSWORD),
        refusal(campus, "", ""),
        refusal(campus, "a\x00b", PASSWORD),
        refusal(campus, "x" * 500, "y" * 900),
    ]
    assert {(type(one), one.code, str(dict(one.facts))) for one in answers} == {
        (Unauthorized, "wrong_credentials", "{}")
    }


def test_for_nobody_the_same_work_is_done_as_for_a_wrong_password() -> None:
    assert not matches(None, "anything at all")
    assert HASHER.check_needs_rehash(NOBODY) is False  # same parameters, so the same time
    kept = hash_password("a good password")
    assert matches(kept, "a good password")
    assert not matches(kept, "a bad password")


def test_ten_wrong_tries_close_the_account_from_here_for_a_growing_while(campus: Campus) -> None:
    for _ in range(10):
        refusal(campus, HAN, "wrong")
    first = refusal(campus, HAN, "wrong")
    assert isinstance(first, TooMany)
    assert first.facts["retry_after"] <= 31
    campus.clock.advance(timedelta(seconds=31))
    refusal(campus, HAN, "wrong")
    second = refusal(campus, HAN, "wrong")
    assert isinstance(second, TooMany)
    assert second.facts["retry_after"] > first.facts["retry_after"]


def test_somebody_else_behind_the_same_address_and_the_same_one_elsewhere_get_in(
    campus: Campus,
) -> None:
    for _ in range(10):
        refusal(campus, HAN, "wrong")
    assert open_one(campus, DESK)
    assert open_one(campus, HAN, at="198.51.100.4")


def test_a_success_forgets_what_failed_before(campus: Campus) -> None:
    for _ in range(9):
        refusal(campus, HAN, "wrong")
    open_one(campus)
    for _ in range(9):
        assert isinstance(refusal(campus, HAN, "wrong"), Unauthorized)
    assert open_one(campus)


def test_a_wrong_code_says_how_many_tries_are_left(campus: Campus) -> None:
    opened = open_one(campus)
    challenge.send_code(campus.parts, opened, "email")
    with pytest.raises(Unauthorized) as refused:
        challenge.check_code(campus.parts, opened, "000000")
    assert (refused.value.code, refused.value.facts["checks_left"]) == ("wrong_code", 4)


def test_addresses_of_one_ipv6_network_are_one_and_what_is_no_address_is_none(
    campus: Campus,
) -> None:
    def network(address: str) -> str:
        return limits.network_of(campus.parts, address)

    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("") == network("unix:") == ""


def test_without_a_code_sent_none_is_right(campus: Campus) -> None:
    with pytest.raises(Unauthorized):
        challenge.check_code(campus.parts, open_one(campus), CODE)


def test_a_challenge_is_over_after_a_quarter_of_an_hour_and_after_its_use(campus: Campus) -> None:
    opened = open_one(campus)
    challenge.send_code(campus.parts, opened, "email")
    challenge.check_code(campus.parts, opened, CODE)
    late = open_one(campus)
    campus.clock.advance(timedelta(minutes=16))
    for token in (opened, late, "no such challenge"):
        with pytest.raises(Unauthorized, match="challenge"):
            challenge.send_code(campus.parts, token, "email")


def test_over_the_limit_of_sends_the_wait_is_told_and_a_right_password_still_opens(
    campus: Campus,
) -> None:
    opened = open_one(campus)
    for _ in range(5):
        challenge.send_code(campus.parts, opened, "email")
    with pytest.raises(TooMany) as refused:
        challenge.send_code(campus.parts, opened, "email")
    assert refused.value.facts["retry_after"] == 120
    assert open_one(campus)


def test_when_codes_cannot_be_sent_the_challenge_stays_and_a_later_send_succeeds(
    campus: Campus,
) -> None:
    opened = open_one(campus)
    campus.codes.away = TryLater("codes_unavailable")
    with pytest.raises(TryLater):
        challenge.send_code(campus.parts, opened, "email")
    campus.codes.away = None
    assert challenge.send_code(campus.parts, opened, "email").channel == "email"


def test_a_way_that_is_not_on_record_is_refused(campus: Campus) -> None:
    with pytest.raises(Refused):
        challenge.send_code(campus.parts, open_one(campus), "pigeon")


def test_signing_out_really_ends_the_session_and_only_this_one(campus: Campus) -> None:
    first, second = sign_in(campus), sign_in(campus)
    assert first.token != second.token
    with campus.write() as session:
        sessions.end(session, campus.parts, first.token)
        assert sessions.find(session, campus.parts, first.token, "api") is None
        assert sessions.find(session, campus.parts, second.token, "api") is not None


def test_a_cookie_is_no_bearer_token_and_a_bearer_token_no_cookie(campus: Campus) -> None:
    page, program = sign_in(campus, "page"), sign_in(campus, "api")
    with campus.write() as session:
        assert sessions.find(session, campus.parts, page.token, "api") is None
        assert sessions.find(session, campus.parts, program.token, "page") is None


def test_a_page_left_alone_for_two_hours_is_signed_out_one_in_use_after_twelve(
    campus: Campus,
) -> None:
    left, used = sign_in(campus, "page"), sign_in(campus, "page")
    for _ in range(11):
        campus.clock.advance(timedelta(hours=1))
        sessions.seen(campus.parts, used.token)
    with campus.write() as session:
        assert sessions.find(session, campus.parts, left.token, "page") is None
        assert sessions.find(session, campus.parts, used.token, "page") is not None
    campus.clock.advance(timedelta(hours=1))
    with campus.write() as session:
        assert sessions.find(session, campus.parts, used.token, "page") is None


def test_neither_token_nor_address_nor_id_of_a_try_is_kept(campus: Campus) -> None:
    found = sign_in(campus)
    refusal(campus, HAN, "wrong")
    with campus.parts.database.read() as session:
        rows = [
            *session.scalars(select(SessionRow)),
            *session.scalars(select(ChallengeRow)),
        ]
        kept = " ".join(str(vars(row)) for row in rows)
        kept += str(session.execute(text("SELECT * FROM signin_limit")).all())
    assert found.token not in kept
    assert HERE not in kept


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short", "password_too_short"),
        ("x" * 201, "password_too_long"),
        ("1234567890", "password_too_common"),
        ("aaaaaaaaaaaa", "password_too_common"),
        ("000webhost4ever", "password_too_common"),  # out of a breach
        (
            "DKSSUDgktpdy",
            "password_too_common",
        ),  # 안녕하세요 on a Korean keyboard; letters of any case
        ("2025-3107!!", "password_is_id"),
        ("Haesol2026!", "password_too_common"),  # the university's name and a year
        ("해솔대학원대학교 2026", "password_too_common"),
    ],
)
def test_weak_passwords_are_refused_by_name(password: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        check_strength(password, HAN, HOUSE)
    assert refused.value.code == code


def test_a_long_sentence_in_korean_is_a_good_password() -> None:
    check_strength("해가 지면 달이 뜬다", HAN, HOUSE)
    check_strength("haesol trees bend in the wind", HAN, HOUSE)
