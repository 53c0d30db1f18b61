"""A service that gets its second lane in an upgrade hears everything once, at its lane."""

from __future__ import annotations

from shared.broker import Lane, Topology
from shared.broker.topology import CERTS_HEARS, LANES
from shared.messages import BULK, TRANSACTIONAL
from tests.parts.brokers import connected, publication
from tests.parts.rabbitmq import RabbitServer

WAIT_S, SHORT_S = 60.0, 2.0
BEFORE = Topology(
    lanes=tuple(one for one in LANES if (one.service, one.name) != ("certs", BULK)),
)


def test_what_was_bound_before_the_second_lane_is_not_heard_twice(rabbitmq: RabbitServer) -> None:
    url = rabbitmq.url()
    old = connected(url, BEFORE)
    old.publish([publication("document.requested")])
    old.close()
    new = connected(url)
    try:
        usual, many = (
            publication("document.requested"),
            publication("document.requested", lane=BULK),
        )
        new.publish([usual, many])
        heard = {}
        for name in (TRANSACTIONAL, BULK):
            subscription = new.subscribe(Lane("certs", name, CERTS_HEARS), 20)
            ids = []
            while delivery := subscription.next(SHORT_S if ids else WAIT_S):
                ids.append(delivery.id)
                subscription.ack(delivery)
            heard[name] = ids
            subscription.close()
        assert many.id in heard[BULK]
        assert heard[BULK] == [many.id]
        assert len(heard[TRANSACTIONAL]) == 2, "the one from before the upgrade, and the usual one"
        assert usual.id in heard[TRANSACTIONAL]
    finally:
        new.close()
