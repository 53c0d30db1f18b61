"""The operator's page over JSON."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from services.forms.api.route import Answer, Call, Route
from services.forms.api.showing import instant
from services.forms.operations import seeing
from services.forms.operations.notes import Note


class QueueStateOut(Schema):
    """A queue; `workers` is null where the broker does not tell."""

    queue = fields.String()
    waiting = fields.Integer()
    resting = fields.Integer()
    dead = fields.Integer()
    workers = fields.Integer(allow_none=True)


class OutboxOut(Schema):
    """An outbox; `waiting` is null where it is not known here."""

    department = fields.String()
    waiting = fields.Integer(allow_none=True)
    since = fields.AwareDateTime(allow_none=True)


class DeadLetterOut(Schema):
    """A message that is stuck: which case and why, never what it says."""

    department = fields.String()
    id = fields.String()
    type = fields.String()
    case = fields.String()
    reason = fields.String()
    attempts = fields.Integer()
    last_at = fields.AwareDateTime(allow_none=True)


class NoteOut(Schema):
    """When it was done last, and how much was wrong."""

    at = fields.AwareDateTime()
    wrong = fields.Integer()


class OperationsOut(Schema):
    """How the installation does; lists that are null need the broker, which is away."""

    troubles = fields.List(fields.String())
    queues = fields.List(fields.Nested(QueueStateOut), allow_none=True)
    outboxes = fields.List(fields.Nested(OutboxOut))
    dead_letters = fields.List(fields.Nested(DeadLetterOut), allow_none=True)
    backup = fields.Nested(NoteOut, allow_none=True)
    check = fields.Nested(NoteOut, allow_none=True)


def show(call: Call) -> Answer:
    """Queues, outboxes, dead letters, last backup, last check."""
    sight = seeing.see(call.parts, call.person)
    return Answer(
        {
            "troubles": list(sight.troubles),
            "queues": None if sight.lanes is None else [_queue(one) for one in sight.lanes],
            "outboxes": [_outbox(one) for one in sight.outboxes],
            "dead_letters": None if sight.stuck is None else [_stuck(one) for one in sight.stuck],
            "backup": _note(sight.backup),
            "check": _note(sight.check),
        }
    )


def replay(call: Call) -> Answer:
    """Try a dead letter again."""
    seeing.replay(call.parts, call.person, call.path["department"], call.path["message_id"])
    return Answer(None, 204)


def _queue(one: seeing.Lane) -> dict[str, Any]:
    depth = one.depth
    return {
        "queue": one.queue,
        "waiting": depth.waiting,
        "resting": depth.resting,
        "dead": depth.dead,
        "workers": depth.consumers,
    }


def _outbox(one: seeing.Outbox) -> dict[str, Any]:
    return {"department": one.department, "waiting": one.waiting, "since": instant(one.since)}


def _stuck(one: seeing.Stuck) -> dict[str, Any]:
    letter = one.letter
    return {
        "department": one.department,
        "id": letter.id,
        "type": letter.type,
        "case": letter.correlation_id,
        "reason": letter.failures.reason,
        "attempts": letter.failures.attempts,
        "last_at": instant(letter.failures.last_at),
    }


def _note(note: Note | None) -> dict[str, Any] | None:
    return {"at": instant(note.at), "wrong": note.wrong} if note else None


TAG, PATH = "operation", "/desk/operations"
ROUTES = (
    Route("GET", PATH, show, "How the installation does", TAG, transaction="own",
          answer=OperationsOut, problems={403: "operators_only"}),
    Route("POST", f"{PATH}/dead-letters/<department>/<message_id>/replay", replay,
          "Try a stuck message again", TAG, transaction="own", status=204,
          problems={403: "operators_only", 404: "no_dead_letter"}),
)  # fmt: skip
