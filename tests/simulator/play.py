"""Play a schedule: the storm, the healing, the drain, the verdict."""

from __future__ import annotations

import gc
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select

from services.notify.tables import OPEN, Notification
from services.routes import SERVICES
from shared.outbox import OUTBOX
from shared.relay import SWEEP_S, Relay
from shared.unanswered import UNANSWERED
from tests.simulator.chance import Chance, entropy, mark
from tests.simulator.oracle import counted, judge
from tests.simulator.people import People, prefills
from tests.simulator.world import Installation, World

STEPS = (25, 60)
SWEEP = timedelta(seconds=SWEEP_S)  # how often a relay looks for what has no answer
ROUNDS_MOST = 400
SECONDS = (0, 0, 1, 3, 20, 90, 700, 4_000, 30_000)
RARELY = 200_000  # more than two days


@dataclass
class Verdict:
    """What became of a schedule."""

    seed: int
    wrong: list[str]
    mark: str
    journal: list[str] = field(repr=False)
    struck: Counter[str] = field(repr=False)
    counted: dict[str, int] = field(repr=False)


class Stage:
    """Where schedules are played one after the other."""

    def __init__(self) -> None:
        self._quiet(True)
        with entropy(0):
            self.house = Installation()
            self.prefills = prefills(self.house)
        self._quiet(False)
        gc.freeze()  # modules and mappings stay: a collection need not look at them each time

    def play(
        self,
        seed: int,
        relay: Callable[..., Relay] = Relay,
        spoil: Callable[[World], None] = lambda _world: None,
    ) -> Verdict:
        """One schedule; `relay` and `spoil` let a test break the product on purpose."""
        self._quiet(True)
        gc.disable()  # once after a schedule is enough
        try:
            with entropy(seed):
                chance = Chance(seed)
                world = World(self.house, chance, relay)
                people = People(world, self.prefills)
                spoil(world)
                storm(world, people)
                heal(world, people)
                wrong = judge(world, people)
                return Verdict(
                    seed, wrong, mark(chance.journal), chance.journal, chance.struck,
                    counted(world),
                )  # fmt: skip
        finally:
            gc.enable()
            self._quiet(False)

    def close(self) -> None:
        """Give everything back."""
        self.house.close()

    def _quiet(self, quiet: bool) -> None:
        logging.disable(logging.CRITICAL if quiet else logging.NOTSET)


def storm(world: World, people: People) -> None:
    """Everybody acts in any order while things go wrong."""
    chance = world.chance
    acts = (
        (people.apply, 5),
        (people.insist, 3),
        (people.sign, 14),
        (people.decide, 6),
        (people.change_mind, 2),
        (people.revoke, 2),
        (people.ask_for_code, 2),
        (world.add_poison, 1),
    )
    deeds = [act for act, weight in acts for _ in range(weight)]
    people.apply()
    for _ in range(chance.draw.randint(*STEPS)):
        kind = chance.draw.random()
        if kind < 0.2:
            deed = chance.one_of(deeds)
            world.do(deed.__name__, deed)
        elif kind < 0.3:
            seconds = chance.one_of(SECONDS) if chance.happens(0.97) else RARELY
            world.advance(timedelta(seconds=seconds))
        elif kind < 0.31:
            name = chance.one_of(SERVICES)
            chance.note(f"{name} is started anew")
            with chance.calm():
                world.start(name)
        else:
            work = world.all_work()
            for name, act in chance.draw.sample(work, len(work)):
                if world.do(name, act):
                    break


def heal(world: World, people: People) -> None:
    """The storm is over: who died is started, who is in doubt asks again, all is drained."""
    chance = world.chance
    chance.healed = True
    chance.note("healed")
    for name in SERVICES:
        world.start(name)
    if chance.happens(0.7):
        people.insist_all()
    for _ in range(ROUNDS_MOST):
        while sum(world.do(name, act) for name, act in world.all_work()):
            pass
        due = _next_due(world)
        if due is None and not world.do("forms growth", world.tell_growth):
            return
        if due is None:
            continue
        world.advance(max(due - world.clock.now(), timedelta(milliseconds=1)))
    world.wrong.append(f"it was not drained after {ROUNDS_MOST} rounds")


def _next_due(world: World) -> datetime | None:
    """When something that lies there can go on; None when nothing lies anywhere."""
    found = [one.due for one in world.queues.messages if not one.queue.endswith(".dead")]
    for name in SERVICES:
        with world.databases[name].read() as session:
            found += session.scalars(
                select(func.coalesce(OUTBOX.c.try_after, OUTBOX.c.created_at)).where(
                    OUTBOX.c.published_at.is_(None)
                )
            )
            asked = select(UNANSWERED.c.look_at).join(OUTBOX, OUTBOX.c.id == UNANSWERED.c.id)
            late = session.scalars(asked.where(OUTBOX.c.published_at.is_not(None)))
            found += [max(one, world.clock.now()) + SWEEP for one in late]
    with world.databases["notify"].read() as session:
        for row in session.scalars(select(Notification).where(Notification.state == OPEN)):
            found.append(row.held_until if row.held_until is not None else row.next_at)
    return min(found, default=None)


def told(verdict: Verdict) -> str:
    """A failing schedule, to be read."""
    lines = [f"seed {verdict.seed}:", *(f"  {one}" for one in verdict.wrong), "journal:"]
    with suppress(IndexError):
        lines += [f"  {one}" for one in verdict.journal]
    return "\n".join(lines)
