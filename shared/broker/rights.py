"""What each user of RabbitMQ may do: a department its own queues and its own words, no more.

ASVS 5.0, V13.2.2 (least privileges between parts). RabbitMQ asks three patterns
of names: who may *configure* (declare, delete), *write* (publish to, bind a
queue) and *read* (consume, bind from), and for a topic exchange the patterns of
routing keys (https://www.rabbitmq.com/docs/access-control). So a department
publishes the messages that it is the sender of, and binds to those that it is
the receiver of. Nobody may write to the default exchange, which leads
everywhere.

`operations` is the user by whom an operator sees stuck messages, and puts them back into their
lane. It handles nothing and hears nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.broker.topology import EXCHANGE, LANES
from shared.messages import MESSAGES

DEPARTMENTS = tuple(dict.fromkeys(lane.service for lane in LANES))
OPERATIONS = "operations"
USERS = (*DEPARTMENTS, OPERATIONS)
NOTHING = "^$"


@dataclass(frozen=True)
class Rights:
    """Patterns of names of queues and exchanges; `says` and `hears` of routing keys."""

    configure: str
    write: str
    read: str
    says: str = NOTHING
    hears: str = NOTHING


def rights_of(user: str) -> Rights:
    """The rights of a department, or of `operations`."""
    return _operations() if user == OPERATIONS else _department(user)


def definitions(vhost: str = "/") -> dict[str, Any]:
    """What RabbitMQ loads at its start (`load_definitions`); passwords are put in before."""
    exchange = {"name": EXCHANGE, "vhost": vhost, "type": "topic", "durable": True}
    plain = {"auto_delete": False, "internal": False, "arguments": {}}
    return {
        "vhosts": [{"name": vhost}],
        "users": [{"name": user, "password": _variable(user), "tags": []} for user in USERS],
        "permissions": [{"user": user, "vhost": vhost, **_names(user)} for user in USERS],
        "topic_permissions": [{"user": user, "vhost": vhost, **_keys(user)} for user in USERS],
        "exchanges": [exchange | plain],
    }


def _department(name: str) -> Rights:
    own = rf"(dojang\.)?{name}\."
    shared = rf"^({own}|{re.escape(EXCHANGE)}$)"
    says = _any_of(one.type for one in MESSAGES if one.sender == name)
    hears = _any_of(kind for lane in LANES if lane.service == name for kind in lane.types)
    return Rights(f"^{own}", shared, shared, says, hears)


def _operations() -> Rights:
    lanes = _any_of(lane.queue for lane in LANES).removesuffix("$")
    exchanges = _any_of(lane.exchange for lane in LANES)
    return Rights(rf"{lanes}\.dead\.looking$", exchanges, rf"{lanes}\.dead$")


def _names(user: str) -> dict[str, str]:
    rights = rights_of(user)
    return {"configure": rights.configure, "write": rights.write, "read": rights.read}


def _keys(user: str) -> dict[str, str]:
    rights = rights_of(user)
    return {"exchange": EXCHANGE, "write": rights.says, "read": rights.hears}


def _any_of(words: Iterable[str]) -> str:
    return f"^({'|'.join(re.escape(word) for word in dict.fromkeys(words))})$"


def _variable(user: str) -> str:
    return f"${{{user.upper()}_BROKER_PASSWORD}}"
