"""The states of an application and what leads from one to the next: a literal table.

It is the table of the contract, "States of an application"; everything else
refers to it. One row more than there: a returned application of a kind without
approvers goes back to the desk, since there is nobody else to send it to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from shared.errors import Conflict

State = Literal[
    "draft",
    "in_approval",
    "at_desk",
    "returned",
    "approved",
    "issue_failed",
    "issued",
    "declined",
    "withdrawn",
    "lapsed",
]
Event = Literal[
    "ask_approvers",
    "ask_desk",
    "ask_nobody",
    "sign",
    "return",
    "decline",
    "withdraw",
    "lapse",
    "approve",
    "issue",
    "fail",
    "retry",
]
Actor = Literal["student", "approver", "staff", "certs", "system"]


@dataclass(frozen=True)
class Transition:
    """In `state`, `actors` may bring about `event`, which leads to `leads_to`."""

    state: State
    event: Event
    actors: tuple[Actor, ...]
    leads_to: State


TRANSITIONS: tuple[Transition, ...] = (
    Transition("draft", "ask_approvers", ("student",), "in_approval"),
    Transition("draft", "ask_desk", ("student",), "at_desk"),
    Transition("draft", "ask_nobody", ("student",), "approved"),
    Transition("in_approval", "sign", ("approver",), "in_approval"),
    Transition("in_approval", "ask_desk", ("approver",), "at_desk"),
    Transition("in_approval", "return", ("approver",), "returned"),
    Transition("in_approval", "decline", ("approver",), "declined"),
    Transition("in_approval", "withdraw", ("student",), "withdrawn"),
    Transition("in_approval", "lapse", ("system",), "lapsed"),
    Transition("at_desk", "approve", ("staff",), "approved"),
    Transition("at_desk", "return", ("staff",), "returned"),
    Transition("at_desk", "decline", ("staff",), "declined"),
    Transition("at_desk", "withdraw", ("student",), "withdrawn"),
    Transition("at_desk", "lapse", ("system",), "lapsed"),
    Transition("returned", "ask_approvers", ("student",), "in_approval"),
    Transition("returned", "ask_desk", ("student",), "at_desk"),
    Transition("returned", "withdraw", ("student",), "withdrawn"),
    Transition("returned", "lapse", ("system",), "lapsed"),
    Transition("approved", "issue", ("certs",), "issued"),
    Transition("approved", "fail", ("certs",), "issue_failed"),
    Transition("issue_failed", "retry", ("staff",), "approved"),
)
STATES: tuple[State, ...] = get_args(State)
# A second open application of the same kind and semester is refused; a draft never counts.
OPEN: tuple[State, ...] = ("in_approval", "at_desk", "returned", "approved", "issue_failed")
ENDS: tuple[State, ...] = ("issued", "declined", "withdrawn", "lapsed")
# What the student can still take back.
UNDECIDED = tuple(row.state for row in TRANSITIONS if row.event == "withdraw")
EDITABLE: tuple[State, ...] = ("draft", "returned")


def after(state: str, event: Event, actor: Actor) -> State:
    """The state that `event` by `actor` leads to. Raises Conflict("wrong_state")."""
    for row in TRANSITIONS:
        if row.state == state and row.event == event and actor in row.actors:
            return row.leads_to
    raise Conflict("wrong_state", f"{event} by {actor} is not possible in {state}", state=state)


def may(state: str, event: Event, actor: Actor) -> bool:
    """Whether `after` would succeed."""
    return any(
        row.state == state and row.event == event and actor in row.actors for row in TRANSITIONS
    )
