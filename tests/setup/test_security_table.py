"""docs/security.md names every requirement of ASVS 5.0.0 for level 2 once, and tests that exist."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NUMBERS = (Path(__file__).parent / "asvs-5.0.0-level-2.txt").read_text("ascii").split()
VERDICTS = ("met", "**partly**", "**not met**", "does not apply", "**open**")
ROWS = re.findall(r"^\| (V[\d.]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", PAGE, re.M)


def test_every_requirement_of_the_level_stands_there_once_and_no_other() -> None:
    assert [number for number, *_ in ROWS] == NUMBERS
    assert len(NUMBERS) == 253


def test_every_verdict_is_one_and_says_where_or_why_not() -> None:
    for number, verdict, where, _test in ROWS:
        assert verdict in VERDICTS, number
        assert where.strip(), number


def test_every_test_that_is_named_exists() -> None:
    for number, *_rest, test in ROWS:
        for path in re.findall(r"`([^`]+)`", test):
            assert (ROOT / path).exists(), f"{number}: {path}"


def test_the_counts_of_its_first_page_are_those_of_the_table() -> None:
    count = Counter(verdict for _number, verdict, *_ in ROWS)
    met, partly, wrong, not_ours, left = (count[one] for one in VERDICTS)
    said = (
        f"{met} are met, {partly} partly, {wrong} are not, {not_ours} do not apply. {left} are open"
    )
    assert said in PAGE
