"""What is wrong with an installation, and what to do about it, in a sentence each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

TROUBLES: Mapping[str, Any] = {
    "broker_away": _l(
        "The broker does not answer. What was accepted waits in the outboxes; start it again."
    ),
    "dead_letters": _l(
        "Messages are stuck. Mend what the reason names, then try them again below."
    ),
    "no_worker": _l("Nobody works on one of the queues. Start a worker of that department."),
    "outbox_late": _l(
        "Messages have waited in an outbox for more than five minutes. Look at the processes of "
        "that department, and at the broker."
    ),
    "backup_old": _l(
        "No backup of the last two days is known here. “dojang backup” writes one; one that was "
        "written on another machine is not seen here."
    ),
    "check_old": _l(
        "No check of all papers of the last eight days is known here: “dojang documents check”."
    ),
    "check_wrong": _l(
        "The last check found something wrong. Run “dojang documents check” and read what it says."
    ),
}
