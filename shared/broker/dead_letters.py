"""Dead letters over all lanes of a service: staff see and retry, operators alone read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from shared.broker.interface import Broker, DeadLetter
from shared.broker.topology import Lane
from shared.errors import Permanent

T = TypeVar("T")


@dataclass(frozen=True)
class DeadLetters:
    """The stuck messages of an installation."""

    broker: Broker

    def list(self, service: str) -> tuple[DeadLetter, ...]:
        """What is stuck at a service: case and reason, not content; oldest failure first."""
        found = [
            letter
            for lane in self.broker.topology.lanes_of(service)
            for letter in self.broker.dead_letters(lane)
        ]
        return tuple(sorted(found, key=lambda letter: str(letter.failures.last_at)))

    def replay(self, service: str, message_id: str) -> None:
        """Try a dead letter again, its failures forgotten. Raises Permanent("no_dead_letter")."""
        self._in_its_lane(service, lambda lane: self.broker.revive(lane, message_id))

    def content(self, service: str, message_id: str) -> bytes:
        """The envelope, for operators only. Raises Permanent("no_dead_letter")."""
        return self._in_its_lane(
            service, lambda lane: self.broker.dead_letter_body(lane, message_id)
        )

    def discard(self, service: str, message_id: str) -> None:
        """Throw it away for good (operators). Raises Permanent("no_dead_letter")."""
        self._in_its_lane(service, lambda lane: self.broker.discard(lane, message_id))

    def _in_its_lane(self, service: str, do: Callable[[Lane], T]) -> T:
        for lane in self.broker.topology.lanes_of(service):
            try:
                return do(lane)
            except Permanent as error:
                if error.code != "no_dead_letter":
                    raise
        raise Permanent("no_dead_letter", f"no such dead letter at {service}")
