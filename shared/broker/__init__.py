"""The broker: carries messages between departments, embedded or RabbitMQ."""

from __future__ import annotations

from shared.broker.dead_letters import DeadLetters
from shared.broker.embedded import EmbeddedBroker
from shared.broker.interface import (
    Broker,
    DeadLetter,
    Delivery,
    Depth,
    Failures,
    Outcome,
    Publication,
    Subscription,
)
from shared.broker.rabbit import RabbitBroker
from shared.broker.topology import TOPOLOGY, Lane, Topology

__all__ = [
    "TOPOLOGY",
    "Broker",
    "DeadLetter",
    "DeadLetters",
    "Delivery",
    "Depth",
    "EmbeddedBroker",
    "Failures",
    "Lane",
    "Outcome",
    "Publication",
    "RabbitBroker",
    "Subscription",
    "Topology",
]
