"""Mail servers and SMS providers that are away, slow, in doubt, or lie; and all that arrived."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from services.notify.channels.interface import UNCERTAIN, UNHURRIED, Accepted, Outgoing, Patience
from services.notify.channels.provider import Receipt
from shared.clock import StandingClock
from shared.errors import Permanent, TryLater
from tests.simulator.chance import Chance

ANSWERS = (
    "server_unreachable", "busy", "login_failed", "put_off_450", "doubt", "doubt_taken", "slow",
    "never", "bounces", "taken_then_dies",
)  # fmt: skip


@dataclass(frozen=True)
class Copy:
    """One copy of a message that somebody out there has."""

    message_id: str
    message: str
    channel: str
    to: str
    text: str
    by: str


@dataclass
class Letterbox:
    """Everything that was ever taken; people read it, the oracle counts it."""

    copies: list[Copy] = field(default_factory=list)
    bounces: list[Receipt] = field(default_factory=list)  # to come
    knew: Callable[[Copy], bool] = lambda _copy: False  # whether notify had noted it as accepted
    knowingly_twice: list[Copy] = field(default_factory=list)

    def take(self, copy: Copy) -> None:
        """A copy arrives."""
        if self.knew(copy):
            self.knowingly_twice.append(copy)
        self.copies.append(copy)

    def links(self) -> list[str]:
        """The tokens of all links to sign, oldest first, each once."""
        found = [re.search(r"/a/([\w.-]+)", one.text) for one in self.copies]
        return list(dict.fromkeys(one[1] for one in found if one))


@dataclass
class SimulatedServer:
    """One server or provider."""

    name: str
    box: Letterbox
    clock: StandingClock
    chance: Chance
    meanwhile: Callable[[], None]  # what others do while it is slow

    def send(self, outgoing: Outgoing, patience: Patience = UNHURRIED) -> Accepted:
        """Take it, or whatever the weather wants."""
        copy = Copy(
            outgoing.message_id, outgoing.message, outgoing.channel, outgoing.to, outgoing.text,
            self.name,
        )  # fmt: skip
        answer = "taken"
        if self.chance.strikes("mail", f"{self.name}, {outgoing.message}"):
            answer = self.chance.one_of(ANSWERS)
            self.chance.note(f"  {answer}")
        if answer in ("server_unreachable", "busy", "login_failed", "put_off_450"):
            raise TryLater(answer)
        if answer == "never":
            raise Permanent("no_such_mailbox")
        if answer == "slow":
            self.clock.advance(timedelta(seconds=self.chance.one_of((6, 25, 120))))
            self.meanwhile()
        if answer != "doubt":
            self.box.take(copy)
        if answer in ("doubt", "doubt_taken"):
            raise TryLater(UNCERTAIN)
        if answer == "taken_then_dies":
            self.chance.may_die("notify", "a server has taken a message")
        provider_id = f"{self.name}-{len(self.box.copies)}"
        if answer == "bounces":
            self.box.bounces.append(Receipt(self.name, provider_id, "bounced", "no_such_mailbox"))
        return Accepted(provider_id=provider_id)
