"""What becomes of a notification: delivered once, put off, refused, told to forms."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.notify.attempt import try_once
from services.notify.catalog import CODES, MESSAGES
from services.notify.channels.interface import UNHURRIED, Accepted, Outgoing, Patience
from services.notify.claims import HELD_SECONDS, Claims
from services.notify.deliver import Deliverer
from services.notify.parts import Parts
from services.notify.worker import consumers, deliverers
from shared.broker import EmbeddedBroker, Publication
from shared.clock import StandingClock, SystemClock
from shared.errors import DojangError, Permanent, TryLater
from shared.messages import LANES, Envelope
from shared.relay import Relay
from tests.notify.office import (
    NOW,
    ask,
    deliver_due,
    delivered,
    history,
    open_office,
    request,
    row,
    told,
)
from tests.notify.post_office import post_office
from tests.parts.postgres import PostgresServer


class Scripted:
    """A channel that fails as told, then accepts; keeps what it took."""

    def __init__(self, *failures: DojangError | Exception) -> None:
        self.failures, self.took = list(failures), list[Outgoing]()
        self._lock = threading.Lock()

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        with self._lock:
            if self.failures:
                raise self.failures.pop(0)
            self.took.append(outgoing)
        return Accepted("theirs-1")


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(NOW)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notify.sqlite"


def office_with(url: str, clock: StandingClock, *failures: Exception) -> tuple[Parts, Scripted]:
    way = Scripted(*failures)
    return open_office(url, clock=clock, channels={"email": way}), way


@pytest.mark.parametrize("at_once", [1, 2])
def test_who_asks_again_hears_again_what_became_of_it(
    url: str, clock: StandingClock, tmp_path: Path, at_once: int
) -> None:
    parts, way = office_with(url, clock)
    asked = [request() for _ in range(at_once)]
    with closing(EmbeddedBroker(tmp_path / "queue.sqlite")) as broker:
        said = [
            Publication(envelope.id, one.type, one.lane, "case-42", envelope.to_json())
            for one in asked
            for envelope in [Envelope.wrap(one, at=NOW, correlation_id="case-42")]
        ]
        broker.publish(said)
        transactional = consumers(parts, broker)[LANES.index("transactional")]
        transactional.drain()
        assert told(parts) == []
        deliver_due(parts)
        broker.publish(said)
        transactional.drain()
    ids = [one.notification_id for one in asked]
    assert sorted(data["notification_id"] for _, data in told(parts)) == sorted(ids * 2)
    assert len(way.took) == at_once


def test_it_is_delivered_and_forms_is_told(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    asked = ask(parts, request())
    assert deliver_due(parts) == 1
    assert [one.message for one in way.took] == ["at_desk"]
    assert told(parts) == [("notification.delivered", delivered(asked))]
    assert history(parts, asked) == ["created", "composed", "handed_over", "accepted"]
    assert deliver_due(parts) == 0


def test_what_it_said_is_forgotten_when_it_is_over(url: str, clock: StandingClock) -> None:
    parts, _ = office_with(url, clock)
    asked = ask(parts, request("approval_request"))
    deliver_due(parts)
    assert (row(parts, asked).params, row(parts, asked).links) == ({}, [])
    assert row(parts, asked).number == "W-2026-00042"


def test_what_can_wait_waits_for_the_end_of_quiet_hours(url: str, clock: StandingClock) -> None:
    parts = open_office(url, clock=clock)
    whole = request("declined")
    later = {**whole.params, "not_before": (NOW + timedelta(hours=3)).isoformat()}
    asked = ask(parts, replace(whole, params=later, address={"sms": "010-0000-0042"}))
    assert deliver_due(parts) == 0
    clock.advance(timedelta(hours=3))
    assert deliver_due(parts) == 1
    assert row(parts, asked).state == "accepted"


@pytest.mark.parametrize(
    "given", ["soon", 5, None, "2026-08-24T23:00:00", "2020-01-01T00:00+09:00"]
)
def test_what_is_no_instant_to_come_holds_nothing_back(
    url: str, clock: StandingClock, given: object
) -> None:
    parts, way = office_with(url, clock)
    whole = request()
    ask(parts, replace(whole, params={**whole.params, "not_before": given}))
    assert deliver_due(parts) == 1
    assert len(way.took) == 1


def test_nothing_is_held_back_for_longer_than_a_day(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    whole = request()
    ask(parts, replace(whole, params={**whole.params, "not_before": "2099-01-01T00:00+09:00"}))
    clock.advance(timedelta(days=1))
    assert (deliver_due(parts), len(way.took)) == (1, 1)


def test_a_request_that_comes_twice_is_delivered_once(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    twice = request()
    ask(parts, twice)
    ask(parts, twice)
    deliver_due(parts)
    ask(parts, twice)
    assert deliver_due(parts) == 0
    assert len(way.took) == 1


def test_never_is_told_at_once_and_not_tried_again(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock, Permanent("no_such_address"))
    asked = ask(parts, request())
    assert deliver_due(parts) == 1
    clock.advance(timedelta(days=9))
    assert deliver_due(parts) == 0
    assert way.took == []
    assert told(parts) == [
        (
            "notification.failed",
            {"notification_id": asked, "permanent": True, "code": "no_such_address"},
        )
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"params": {}}, "bad_params"),
        ({"message": "advertising"}, "no_such_message"),
        ({"message": "approval_request", "links": []}, "bad_link"),
        ({"address": {"email": "a@dojang.example,b@dojang.example"}}, "bad_address"),
        ({"address": {}}, "bad_address"),
        ({"language": "fr"}, "no_such_language"),
    ],
)
def test_what_cannot_be_composed_is_told_as_never(
    url: str, clock: StandingClock, wrong: dict[str, object], code: str
) -> None:
    parts, way = office_with(url, clock)
    asked = ask(parts, request(**wrong))
    deliver_due(parts)
    assert way.took == []
    [(kind, data)] = told(parts)
    assert kind == "notification.failed"
    assert data == {"notification_id": asked, "permanent": True, "code": code}


def test_later_is_tried_again_at_growing_intervals(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock, *[TryLater("put_off_451")] * 4)
    asked = ask(parts, request())
    waits = []
    while not way.took:
        assert deliver_due(parts) == 1
        assert deliver_due(parts) == 0
        waits.append(row(parts, asked).next_at - clock.now())
        clock.advance(waits[-1])
    minutes = [wait / timedelta(minutes=1) for wait in waits[:-1]]
    assert minutes == [1, 5, 15, 30]
    assert told(parts) == [("notification.delivered", delivered(asked))]
    assert history(parts, asked).count("deferred:put_off_451") == 4


def test_a_server_that_is_away_is_asked_again_soon(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock, *[TryLater("server_unreachable")] * 3)
    ask(parts, request())
    for _ in range(4):
        deliver_due(parts)
        clock.advance(timedelta(seconds=20))
    assert len(way.took) == 1


def test_after_an_hour_forms_is_told_once_and_after_four_days_it_is_given_up(
    url: str, clock: StandingClock
) -> None:
    parts, way = office_with(url, clock, *[TryLater("put_off_450")] * 1000)
    asked = ask(parts, request())
    while row(parts, asked).state == "open":
        assert deliver_due(parts) == 1
        clock.advance(row(parts, asked).next_at - clock.now())
    assert way.took == []
    assert timedelta(days=3) < clock.now() - NOW < timedelta(days=4)
    assert [(data["permanent"], data["code"]) for _, data in told(parts)] == [
        (False, "put_off_450"),
        (True, "gave_up"),
    ]


def test_nothing_waits_behind_the_one_that_fails(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock, TryLater("put_off_451"))
    ask(parts, request())
    for _ in range(5):
        ask(parts, request())
    deliver_due(parts)
    assert len(way.took) == 5


def test_lanes_do_not_wait_for_each_other(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    for _ in range(10):
        ask(parts, request("approval_reminder", lane="bulk"))
    ask(parts, request("password_reset", lane="codes"))
    claims = Claims(parts.database, clock)
    assert Deliverer(parts, claims, "codes").drain() == 1
    assert [one.message for one in way.took] == ["password_reset"]


def test_a_fault_of_ours_puts_it_off_instead_of_holding_it(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock, RuntimeError("a bug"))
    asked = ask(parts, request())
    deliver_due(parts)
    assert (row(parts, asked).state, row(parts, asked).holder) == ("open", None)
    clock.advance(timedelta(minutes=2))
    deliver_due(parts)
    assert len(way.took) == 1


def test_mails_of_one_case_are_one_thread_and_each_has_an_id_of_its_own(
    url: str, clock: StandingClock
) -> None:
    parts = open_office(url, clock=clock)
    with post_office() as office:
        parts = open_office(url, clock=clock, DOJANG_MAIL=office.mail_setting())
        ids = [ask(parts, request(thread=thread)) for thread in ("case-1", "case-1", "case-2")]
        deliver_due(parts)
        assert set(office.headers("Message-ID")) == {f"<{one}@dojang.example>" for one in ids}
        references = office.headers("References")
        assert references == office.headers("In-Reply-To")
        assert references[0] == references[1] != references[2]


@pytest.fixture(params=["sqlite", "postgres"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/notify.sqlite"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url()


def test_many_deliverers_at_once_never_send_one_twice(shared_url: str) -> None:
    way = Scripted()
    offices = [
        open_office(shared_url, clock=SystemClock(), channels={"email": way}) for _ in range(2)
    ]
    asked = [ask(offices[0], request()) for _ in range(40)]
    claims = [Claims(office.database, office.clock) for office in offices]
    workers = [
        threading.Thread(target=Deliverer(office, mine, "transactional").drain)
        for office, mine in zip(offices, claims, strict=True)
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    while deliver_due(offices[0]):
        pass
    assert sorted(one.message_id for one in way.took) == sorted(
        f"<{one}@dojang.example>" for one in asked
    )
    assert len(told(offices[0])) == 40
    for office in offices:
        office.database.close()


def test_a_claim_of_somebody_dead_runs_out_and_one_of_somebody_alive_is_kept(
    shared_url: str, clock: StandingClock
) -> None:
    parts = open_office(shared_url, clock=clock)
    asked = ask(parts, request())
    dead, other = Claims(parts.database, clock), Claims(parts.database, clock)
    held = dead.claim("transactional")
    assert held is not None
    assert other.claim("transactional") is None
    clock.advance(timedelta(seconds=HELD_SECONDS - 1))
    dead._keep()  # what its thread does every ten seconds
    clock.advance(timedelta(seconds=HELD_SECONDS - 1))
    assert other.claim("transactional") is None
    assert other.next_due("transactional") == clock.now() + timedelta(seconds=1)
    clock.advance(timedelta(seconds=1))
    taken = other.claim("transactional")
    assert taken is not None
    with parts.database.write() as session:
        assert not dead.is_mine(session, held)
        assert other.is_mine(session, taken)
    assert history(parts, asked) == ["created", "interrupted"]
    parts.database.close()


def test_a_hand_that_comes_too_late_hands_nothing_over(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    ask(parts, request())
    slow, other = Claims(parts.database, clock), Claims(parts.database, clock)
    held = slow.claim("transactional")
    assert held is not None
    clock.advance(timedelta(seconds=HELD_SECONDS + 1))
    assert other.claim("transactional") is not None
    assert try_once(parts, slow, held).how is None
    assert way.took == []


def test_a_lane_that_stops_gives_back_what_nobody_has_begun(url: str, clock: StandingClock) -> None:
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Scripted):
        def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
            begun.set()
            go_on.wait(60)
            return super().send(outgoing, patience)

    parts = open_office(url, clock=clock, channels={"email": (way := Slow())})
    asked = [ask(parts, request()) for _ in range(2)]
    stop = threading.Event()
    lane = Deliverer(parts, Claims(parts.database, clock), "transactional", hands=1)
    running = threading.Thread(target=lane.run, args=(stop,))
    running.start()
    assert begun.wait(60)
    stop.set()
    go_on.set()
    running.join(60)
    rows = [row(parts, one) for one in asked]
    assert len(way.took) == len([one for one in rows if one.state == "accepted"]) > 0
    assert all(one.holder is None for one in rows)
    assert all(one.attempts == (one.state == "accepted") for one in rows)


def test_a_running_worker_is_woken_and_keeps_its_claims(shared_url: str) -> None:
    way = Scripted(TryLater("server_unreachable"))
    parts = open_office(shared_url, clock=SystemClock(), channels={"email": way})
    claims, made = deliverers(parts)
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,)) for one in (claims, *made)]
    for thread in threads:
        thread.start()
    ask(parts, request())
    ask(parts, request(lane="codes"))
    for _ in range(100):
        if len(way.took) == 2:
            break
        stop.wait(0.1)
    stop.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert len(way.took) == 2
    parts.database.close()


def test_what_forms_publishes_is_delivered_by_its_lane_and_forms_hears_of_it(
    url: str, clock: StandingClock, tmp_path: Path
) -> None:
    parts, way = office_with(url, clock)
    with closing(EmbeddedBroker(tmp_path / "queue.sqlite")) as broker:
        for lane in LANES:
            envelope = Envelope.wrap(request(lane=lane), at=NOW, correlation_id="case-42")
            publication = Publication(
                envelope.id, envelope.type, lane, "case-42", envelope.to_json()
            )
            broker.publish([publication, publication])
        assert [consumer.drain() for consumer in consumers(parts, broker)] == [2, 2, 2]
        assert deliver_due(parts) == 3
        assert len(way.took) == 3
        assert Relay(parts.database, broker, clock).drain() == 3
        forms = broker.subscribe(broker.topology.lane("forms"), 10)
        heard = [forms.next(0) for _ in range(3)]
        assert {one.type for one in heard if one} == {"notification.delivered"}
        assert {one.correlation_id for one in heard if one} == {"case-42"}
        forms.close()


@pytest.mark.parametrize("message", ["password_reset", "invitation"])
def test_what_offers_a_link_that_is_over_is_never_sent(
    url: str, clock: StandingClock, message: str
) -> None:
    parts, way = office_with(url, clock, TryLater("server_unreachable"))
    late, in_time = (ask(parts, request(message, lane="codes")) for _ in range(2))
    deliver_due(parts)
    clock.advance(timedelta(days=5))  # the samples' links are good until Friday 18:00
    deliver_due(parts)
    assert [one.message_id for one in way.took] == [f"<{in_time}@dojang.example>"]
    assert history(parts, late)[-1] == "failed:expired"


def test_a_server_that_limits_us_says_how_long_it_is_left_alone(
    url: str, clock: StandingClock
) -> None:
    parts, way = office_with(url, clock, TryLater("busy", retry_after=90))
    asked = ask(parts, request())
    deliver_due(parts)
    assert row(parts, asked).next_at == NOW + timedelta(seconds=90)
    clock.advance(timedelta(seconds=90))
    deliver_due(parts)
    assert len(way.took) == 1


def test_an_sms_that_may_have_been_accepted_is_never_sent_a_second_time_by_itself(
    url: str, clock: StandingClock
) -> None:
    way = Scripted(TryLater("uncertain"))
    parts = open_office(url, clock=clock, channels={"sms": way})
    told_by_sms = request("sign_in_code", address={"sms": "010-0000-0042"},
                          params={"code": "755224", "minutes": 10})  # fmt: skip
    asked = ask(parts, told_by_sms)
    deliver_due(parts)
    clock.advance(timedelta(days=1))
    assert deliver_due(parts) == 0
    assert way.took == []
    assert row(parts, asked).state == "failed"
    [(kind, data)] = told(parts)
    assert (kind, data["permanent"], data["code"]) == ("notification.failed", True, "uncertain")


def test_all_messages_of_the_catalog_can_be_asked_for(url: str, clock: StandingClock) -> None:
    parts, way = office_with(url, clock)
    names = [one.name for one in MESSAGES if one.name not in CODES]
    for name in names:
        for language in ("ko", "en"):
            ask(parts, request(name, language))
    deliver_due(parts)
    assert len(way.took) == 2 * len(names)
