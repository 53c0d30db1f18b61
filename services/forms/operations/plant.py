"""What of the installation can be reached from this process: the broker, and outboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.broker.dead_letters import DeadLetters
from shared.database import Database


@dataclass(frozen=True)
class Plant:
    """`databases` by department; where each lies apart, the others are not known here."""

    dead_letters: DeadLetters
    databases: Mapping[str, Database]
