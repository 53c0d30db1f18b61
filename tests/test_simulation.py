"""Whatever goes wrong in whatever order: nothing is lost, nothing is there twice, all chains hold.

The schedules that CI plays; `python -m tests.simulator` plays any number, and `--seed N` one again.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.forms.applications.tables import TrailRow
from shared.broker import Outcome
from shared.inbox import INBOX
from shared.outbox import mark, next_due
from shared.relay import BATCH, Relay
from shared.unanswered import answered
from tests.simulator.play import Stage, told
from tests.simulator.world import World

SCHEDULES = 500
AT_ONCE = 50  # so that one failing seed does not hide the others, nor a hundred fill the screen


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.close()


@pytest.mark.parametrize("first", range(0, SCHEDULES, AT_ONCE))
def test_after_every_storm_all_is_as_it_should_be(stage: Stage, first: int) -> None:
    verdicts = [stage.play(seed) for seed in range(first, first + AT_ONCE)]
    failed = [one for one in verdicts if one.wrong]
    assert not failed, told(failed[0]) + f"\nfailing seeds: {[one.seed for one in failed]}"
    assert all(sum(one.counted[name] for one in verdicts) for name in verdicts[0].counted)


def test_the_same_seed_plays_the_same_schedule(stage: Stage) -> None:
    first = stage.play(7)
    stage.play(8)
    assert stage.play(7).journal == first.journal


def test_a_seed_plays_the_same_schedule_alone_in_a_process_of_its_own(stage: Stage) -> None:
    alone = [sys.executable, "-m", "tests.simulator", "--seed", "7"]
    done = subprocess.run(alone, capture_output=True, text=True, check=True)
    assert f"journal {stage.play(7).mark}, 0 wrong" in done.stdout


def test_the_weather_knows_every_fault(stage: Stage) -> None:
    struck = {name for seed in range(12) for name in stage.play(seed).struck}
    assert len(struck) >= 6


class MarksFirst(Relay):
    """Broken on purpose: it marks what it is about to publish, and keeps nothing of it."""

    def _publish_held(self) -> list[Outcome]:
        with self._database.write() as session:
            rows = next_due(session, self._clock.now(), BATCH)
            mark(session, rows, [Outcome.CONFIRMED] * len(rows), self._clock.now())
            answered(session, [row.publication.id for row in rows])
        return self._publish(rows)


class SaysOnce(Relay):
    """Broken on purpose: what was lost after its confirm is not said again."""

    def _say_again(self) -> None:
        return


def without_inbox(world: World) -> None:
    """Broken on purpose: certs forgets at once what it has done."""

    def forget(session: Session) -> Callable[[], None]:
        session.execute(delete(INBOX))
        return lambda: None

    world.databases["certs"].watch = forget


def with_a_pencil(world: World) -> None:
    """Broken on purpose: somebody writes in the trails of applications."""

    def write(session: Session) -> Callable[[], None]:
        for row in session.scalars(select(TrailRow)):
            row.entry = {**row.entry, "at": "2026-01-01T00:00:00+00:00"}
        return lambda: None

    world.databases["forms"].watch = write


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ({"relay": MarksFirst}, "forms asked for"),
        ({"relay": SaysOnce}, "has no answer"),
        ({"spoil": without_inbox}, "in it twice"),
        ({"spoil": with_a_pencil}, "is broken at"),
    ],
)
def test_the_oracle_objects_to_what_is_broken_on_purpose(
    stage: Stage, broken: dict[str, Any], said: str
) -> None:
    for seed in range(60):
        if any(said in one for one in stage.play(seed, **broken).wrong):
            return
    pytest.fail("the oracle saw nothing")
