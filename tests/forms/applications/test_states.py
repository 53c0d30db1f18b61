"""The table of states is the contract's, and nothing can happen that is not in it."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from services.forms.applications.states import (
    ENDS,
    OPEN,
    STATES,
    TRANSITIONS,
    Actor,
    Event,
    after,
    may,
)
from shared.errors import Conflict

# "States of an application", column "leads to"; a step that follows stays in in_approval. A
# returned application of a kind without approvers goes back to the desk.
CONTRACT = {
    "draft": {"in_approval", "at_desk", "approved"},
    "in_approval": {"in_approval", "at_desk", "returned", "declined", "withdrawn", "lapsed"},
    "at_desk": {"approved", "returned", "declined", "withdrawn", "lapsed"},
    "returned": {"in_approval", "at_desk", "withdrawn", "lapsed"},
    "approved": {"issued", "issue_failed"},
    "issue_failed": {"approved"},
    "issued": set(),
    "declined": set(),
    "withdrawn": set(),
    "lapsed": set(),
}


def test_every_state_leads_where_the_contract_says() -> None:
    leads = {state: {t.leads_to for t in TRANSITIONS if t.state == state} for state in STATES}
    assert leads == CONTRACT


def test_walking_the_table_reaches_every_state_and_stops_at_the_ends() -> None:
    seen, todo = set(), ["draft"]
    while todo:
        state = todo.pop()
        if state in seen:
            continue
        seen.add(state)
        for row in TRANSITIONS:
            if row.state == state:
                for actor in row.actors:
                    todo.append(after(state, row.event, actor))
    assert seen == set(STATES)
    assert all(not CONTRACT[state] for state in ENDS)


@pytest.mark.parametrize("state", STATES)
def test_what_the_table_does_not_have_is_a_conflict_that_names_the_state(state: str) -> None:
    for event, actor in product(get_args(Event), get_args(Actor)):
        if may(state, event, actor):
            continue
        with pytest.raises(Conflict) as refused:
            after(state, event, actor)
        assert refused.value.facts["state"] == state


def test_a_draft_is_not_open_and_no_end_is() -> None:
    assert set(OPEN) == set(STATES) - set(ENDS) - {"draft"}
