"""Guessing: one account attacked is slowed, its owner is not locked out, a campus signs in."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.forms.signin import limits
from shared.cookies import DEVICE
from shared.keys import NAMES
from tests.security.house import STUDENTS, Caller, House, open_house

OWNER, NEIGHBOUR, NEWCOMER = STUDENTS[0], STUDENTS[1], STUDENTS[2]
CAMPUS = "10.9.0.1"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own, since guessers close doors for others."""
    with open_house(tmp_path_factory.mktemp("town") / "data") as made:
        yield made


def guess(attacker: Caller, login_id: str, times: int) -> list[int]:
    """Wrong passwords; what was answered."""
    body = {"id": login_id, "password": "not the password"}
    return [attacker.post("/api/v1/session", json=body).status_code for _ in range(times)]


def test_who_guesses_at_one_account_waits_and_is_told_how_long(town: House) -> None:
    attacker = town.caller("192.0.2.1")
    found = guess(attacker, STUDENTS[5], limits.ACCOUNT_HERE + 3)
    assert set(found[: limits.ACCOUNT_HERE]) == {401}
    assert set(found[limits.ACCOUNT_HERE :]) == {429}
    body = {"id": STUDENTS[5], "password": "not the password"}
    refused = attacker.post("/api/v1/session", json=body)
    assert int(refused.headers["Retry-After"]) > 0
    right = attacker.post("/api/v1/session", json=town.credentials(STUDENTS[5]))
    assert right.status_code == 429, "a right guess while waiting tells nothing"


def test_a_closed_account_looks_the_same_whether_it_exists_or_not(town: House) -> None:
    attacker = town.caller("192.0.2.2")
    known = guess(attacker, STUDENTS[6], limits.ACCOUNT_HERE + 2)
    assert guess(attacker, "2025-9999", limits.ACCOUNT_HERE + 2) == known


def test_the_owner_signs_in_where_they_did_before_whoever_attacks_from_the_same_address(
    town: House,
) -> None:
    owner = town.caller(CAMPUS)
    town.sign_in(owner, OWNER)
    owner.client.delete_cookie("dojang_session", domain="localhost")
    guess(town.caller(CAMPUS), OWNER, limits.ACCOUNT_HERE + 1)
    for n in range(limits.ACCOUNT + 1):  # and from everywhere
        guess(town.caller(f"198.51.100.{n}"), OWNER, 1)
    assert (
        town.caller(CAMPUS).post("/api/v1/session", json=town.credentials(OWNER)).status_code == 429
    )
    assert owner.send("/sign-in", **town.credentials(OWNER)).status_code == 303


def test_the_cookie_of_a_known_browser_is_good_for_its_own_account_and_for_few_tries(
    town: House,
) -> None:
    thief = town.caller("192.0.2.3")
    town.sign_in(thief, NEIGHBOUR)
    thief.client.delete_cookie("dojang_session", domain="localhost")
    cookie = thief.client.get_cookie(DEVICE)
    assert cookie is not None
    assert NEIGHBOUR not in cookie.value
    wrong = {"password": "not the password"}
    found = [
        thief.send("/sign-in", id=NEIGHBOUR, **wrong).status_code
        for _ in range(limits.ACCOUNT_HERE + 2)
    ]
    assert found[-1] == 429
    elsewhere = town.caller("192.0.2.4")
    guess(elsewhere, NEWCOMER, limits.ACCOUNT_HERE + 1)
    elsewhere.client.set_cookie(DEVICE, cookie.value, domain="localhost")
    assert elsewhere.send("/sign-in", **town.credentials(NEWCOMER)).status_code == 429


def test_many_students_behind_one_address_sign_in_although_some_mistype(town: House) -> None:
    for n, login_id in enumerate(STUDENTS[10:45]):
        student = town.caller("10.20.30.40")
        if n % 3 == 0:
            guess(student, login_id, 2)
        answer = student.post("/api/v1/session", json=town.credentials(login_id))
        assert answer.status_code == 200, login_id


def test_an_id_takes_as_long_whether_it_exists_or_not(town: House) -> None:
    """Medians of interleaved tries: what differs by less than the noise tells nobody."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for n in range(16):
        for exists in (True, False):
            login_id = STUDENTS[50 + n % 5] if exists else f"2029-{n:04}"
            began = time.perf_counter()
            answer = town.caller(f"203.0.113.{n}").post(
                "/api/v1/session", json={"id": login_id, "password": "wrong password"}
            )
            took[exists].append(time.perf_counter() - began)
            assert answer.status_code == 401
            assert answer.json is not None
            assert "wrong_credentials" in answer.json["type"]
    known, unknown = (statistics.median(took[one]) for one in (True, False))
    assert 0.6 < known / unknown < 1.6, (known, unknown)


def test_a_forgotten_password_says_the_same_of_everybody(town: House) -> None:
    answers = []
    for login_id in (STUDENTS[7], "nobody-at-all", "' or 1=1 --", "%", "x" * 5000):
        visitor = town.caller()
        answer = visitor.send("/password", "/password", id=login_id)
        answers.append((answer.status_code, answer.text.split("<main")[1]))
    assert len(set(answers)) == 1


def test_six_digits_are_tried_five_times_and_then_no_more(town: House) -> None:
    attacker = town.caller("192.0.2.9")
    opened = attacker.post("/api/v1/session", json=town.credentials(STUDENTS[8])).json
    path, known = f"/api/v1/session/{opened['challenge']}", town.mail_ids()
    attacker.post(f"{path}/send", json={"channel": "email"})
    code = town.code(known)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert attacker.post(f"{path}/verify", json={"code": wrong}).status_code == 401
    assert attacker.post(f"{path}/verify", json={"code": code}).status_code == 401


def test_an_altered_link_or_pass_is_unknown(house: House) -> None:
    town, known = house, house.mail_ids()
    token = town.link(known, town.apply(next(town.applicants()))["number"])
    for place in range(0, len(token), 7):
        if token[place] == ".":
            continue
        other = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert town.caller().get(f"/api/v1/approvals/{other}").status_code == 404
    for other in (token + "=", token + ".", token.upper(), token.replace(".", "=."), f"{token} "):
        assert town.caller().get(f"/api/v1/approvals/{other}").status_code == 404, other
    assert town.caller().get(f"/files/{token}").status_code == 404, "a link is no pass"
    assert town.caller().get(f"/password/{token}").status_code == 404, "nor for another purpose"


def test_the_keys_and_databases_are_the_owners_alone(town: House) -> None:
    folder = Path(town.ground.settings.data)
    assert folder.stat().st_mode & 0o077 == 0, "whatever lies in it"
    for name in NAMES:
        assert (folder / "keys" / f"{name}.key").stat().st_mode & 0o177 == 0
    assert (folder / "keys" / "pdf" / "signing.key.pem").stat().st_mode & 0o177 == 0
