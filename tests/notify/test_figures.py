"""What monitoring reads of post: each lane's counts and latencies, each server's luck."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

from services.notify.figures import measure
from shared.clock import StandingClock
from tests.notify.office import NOW, ask, deliver_due, open_office, request
from tests.notify.post_office import post_office


def test_counts_and_latencies_are_told_lane_by_lane_and_server_by_server(tmp_path: Path) -> None:
    clock = StandingClock(NOW)
    with post_office("good", "rcpt 451 later") as office:
        parts = open_office(
            f"sqlite:///{tmp_path}/notify.sqlite", clock=clock, DOJANG_MAIL=office.mail_setting()
        )
        ask(parts, request(lane="codes"))
        clock.advance(timedelta(seconds=3))
        deliver_due(parts)
        ask(parts, request(lane="bulk"))
        clock.advance(timedelta(seconds=20))
        deliver_due(parts)
        told = {figure.name: figure.values for figure in measure(parts)}
    way = (f"127.0.0.1:{office.port}",)
    assert told["dojang_notifications_open"] == {("codes",): 0, ("transactional",): 0, ("bulk",): 1}
    assert told["dojang_notifications_oldest_seconds"]["bulk",] == 20
    assert told["dojang_notifications_accepted"]["codes",] == 1
    assert told["dojang_notifications_seconds"]["codes", "0.95"] == 3
    assert math.isnan(told["dojang_notifications_seconds"]["bulk", "0.5"])
    assert (told["dojang_ways_accepted"][way], told["dojang_ways_troubles"][way]) == (1, 1)
    parts.database.close()
