"""All forgeries by number; one alone: `pytest tests/certs/test_forgeries.py -k forgery_017`."""

from __future__ import annotations

import random

from tests.certs.forging.edits import Desk, Edit, Forgery
from tests.certs.forging.pages import PAGES_AND_PRINTS
from tests.certs.forging.papers import Stack
from tests.certs.forging.raw import RAW
from tests.certs.forging.things import THINGS
from tests.certs.forging.words import WORDS

EDITS: tuple[Edit, ...] = (*WORDS, *THINGS, *PAGES_AND_PRINTS, *RAW)
TURNS = 4  # how often each edit is made, each time on another paper
COUNT = len(EDITS) * TURNS


def edit_of(number: int) -> Edit:
    """The edit of a forgery."""
    return EDITS[number % len(EDITS)]


def forgery(number: int, stack: Stack) -> tuple[Desk, Forgery]:
    """The forgery of a number: the edit goes round, and each turn takes the next paper."""
    turn, at = divmod(number, len(EDITS))
    template = stack.templates[(at + turn * 5) % len(stack.templates)]
    desk = Desk(stack.paper(template), stack, random.Random(number))
    return desk, edit_of(number)(desk)
