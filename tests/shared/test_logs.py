"""A line of JSON: what, where, about which case; never the sentence of a fault."""

from __future__ import annotations

import json
import logging
import sys

from shared.logs import LINE, TIME, JsonLines, Lines, about, begin_request


def line(message: str, *facts: object, fault: bool = False) -> dict[str, object]:
    record = logging.LogRecord(
        "dojang.web", logging.ERROR, __file__, 1, message, facts, sys.exc_info() if fault else None
    )
    found: dict[str, object] = json.loads(JsonLines().format(record))
    return found


def test_a_line_says_request_and_case_while_they_last() -> None:
    begin_request("r1")
    with about("case-1"):
        said = line("%s done", "document.issued")
    assert (said["message"], said["request"], said["case"]) == (
        "document.issued done",
        "r1",
        "case-1",
    )
    begin_request("")
    assert not {"request", "case"} & set(line("nothing"))


def test_a_fault_is_told_by_kind_and_place_and_not_in_its_words() -> None:
    try:
        int("한도윤 2022-3017")
    except ValueError:
        said = line("it fell over", fault=True)
    assert "2022-3017" not in json.dumps(said, ensure_ascii=False)
    fault = said["fault"]
    assert isinstance(fault, dict)
    assert fault["type"] == "ValueError"
    assert "test_logs.py" in fault["where"][0]


def test_a_line_break_in_a_message_begins_no_new_line() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "a\nb", (), None)
    assert "\n" not in JsonLines().format(record)


def test_lines_for_people_have_their_times_in_utc() -> None:
    record = logging.makeLogRecord({"created": 1_662_441_600.5, "msg": "done", "name": "dojang"})
    formatter = Lines(LINE, TIME)
    assert formatter.format(record).startswith("2022-09-06T05:20:00Z ")
