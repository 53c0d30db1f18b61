"""Numbers cannot be guessed, counted through or timed, and an office may still check its pile."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from services.certs import number
from services.certs.app import create_app
from services.certs.verify.limit import BURST, Limit, network_of
from shared.clock import StandingClock
from shared.errors import TooMany
from tests.certs.parts import NOON, Office


@pytest.fixture
def client(office: Office) -> FlaskClient:
    """Somebody out there."""
    return create_app(office.parts).test_client()


def test_a_number_is_eighty_bits_of_the_systems_own_randomness() -> None:
    asked: list[int] = []

    def bits(count: int) -> int:
        asked.append(count)
        return secrets.randbits(count)

    drawn = [number.draw(bits) for _ in range(2000)]
    assert set(asked) == {80}
    assert number.draw.__defaults__ == (secrets.randbits,)
    assert len(set(drawn)) == 2000
    for place in range(16):  # every place takes many values: none is a counter, a date or a kind
        letters = {one.replace("-", "")[place] for one in drawn}
        assert len(letters) == 32, place


def test_numbers_issued_one_after_the_other_have_nothing_in_common(office: Office) -> None:
    drawn = [office.issue()[0].number for _ in range(6)]
    assert len(set(drawn)) == 6
    for one, other in itertools.combinations(drawn, 2):
        same = sum(a == b for a, b in zip(one[:19], other[:19], strict=True) if a != "-")
        assert same < 8, (one, other)


def test_a_neighbour_of_an_issued_number_is_unknown(office: Office, client: FlaskClient) -> None:
    document, _ = office.issue()
    value = 0
    for letter in document.number.replace("-", "")[:16]:
        value = value << 5 | number.DIGITS.index(letter)
    for near in range(1, 10):
        written = number.write(value + near)
        said = client.get(f"/api/v1/verify/{written}").json
        assert said is not None
        assert said["status"] in ("unknown", "mistyped")
        assert "kind" not in said


def test_whoever_counts_through_numbers_is_stopped_on_every_way_in(
    office: Office, client: FlaskClient
) -> None:
    ways: list[Callable[[str], int]] = [
        lambda n: client.get(f"/api/v1/verify/{n}").status_code,
        lambda n: client.get(f"/verify/{n}").status_code,
    ]
    answers = [way(number.write(n)) for n, way in zip(range(80), itertools.cycle(ways))]
    assert answers[: int(BURST)] == [200] * int(BURST)
    assert set(answers[int(BURST) :]) == {429}


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP"])
def test_a_made_up_address_helps_nobody_who_counts(client: FlaskClient, header: str) -> None:
    path = f"/api/v1/verify/{number.write(7)}"
    answers = [
        client.get(path, headers={header: f"for=192.0.2.{n}" if n % 2 else f"192.0.2.{n}"})
        for n in range(61)
    ]
    assert answers[-1].status_code == 429


def test_sixty_a_minute_pass_minute_after_minute(office: Office) -> None:
    clock = StandingClock(NOON)
    limit = Limit(clock)
    for _minute in range(5):
        for _check in range(60):
            limit.count("192.0.2.1")
        clock.advance(timedelta(minutes=1))
    for _ in range(60):
        limit.count("192.0.2.1")
    with pytest.raises(TooMany) as caught:
        limit.count("192.0.2.1")
    assert caught.value.facts["retry_after"] == 1


def test_an_ipv6_line_is_one_address_however_many_it_has() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9")
    assert network_of("2001:db8:1:2::1") != network_of("2001:db8:1:3::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1")


def test_a_number_costs_the_same_questions_whether_it_is_known_or_not(
    office: Office, client: FlaskClient
) -> None:
    known, _ = office.issue()
    revoked, _ = office.issue()
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(office.database.engine, "before_cursor_execute", note)
    seen = []
    for one in (known.number, revoked.number, number.write(7), number.write(8)):
        for path in (f"/api/v1/verify/{one}", f"/verify/{one}"):
            asked.clear()
            assert client.get(path).status_code == 200
            seen.append([line for line in asked if "document" in line])
    assert all(one == seen[0] for one in seen)
    assert len(seen[0]) == 1, "one look by the primary key, and nothing that depends on it"
