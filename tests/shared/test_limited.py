"""A stranger's file is read by a child of its own, which can do little and is soon gone."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared import limited
from shared.errors import TryLater
from shared.limited import Limited

PROGRAM = "tests.shared.limited_program"


@pytest.fixture(scope="module")
def program() -> Iterator[Limited]:
    made = Limited(PROGRAM, seconds=3.0)
    yield made
    made._server.end()


def test_it_answers_about_the_file_it_was_given(program: Limited) -> None:
    text = "한글" * 500_000  # more than any pipe holds, both ways
    assert program.ask(text.encode(), "echo", "PDF") == {"text": text, "arguments": ["PDF"]}


@pytest.mark.parametrize("deed", ["eat", "sleep", "spin", "die", "fail", "exit"])
def test_what_is_not_done_within_the_limits_is_no_answer(program: Limited, deed: str) -> None:
    assert program.ask(b"file", deed) is None
    assert program.ask(b"next", "echo") == {"text": "next", "arguments": []}


def test_it_cannot_write_a_file(program: Limited, tmp_path: Path) -> None:
    path = tmp_path / "written"
    assert program.ask(b"", "write", str(path)) is None
    assert not path.exists() or path.read_bytes() == b""


def test_it_has_nothing_worth_stealing(
    program: Limited, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No environment but the language, no handle but its own line, nothing of another's file."""
    monkeypatch.setenv("DOJANG_SECRET", "x")
    assert set(program.ask(b"", "environment") or ()) <= {"LANG", "LC_CTYPE"}
    (tmp_path / "open").write_text("x")
    with (tmp_path / "open").open():
        handles = program.ask(b"", "handles")
    assert handles is not None
    assert not [one for one in handles if str(tmp_path) in one]
    assert program.ask(b"three", "seen") == [5]
    assert program.ask(b"four", "seen") == [4]


def test_its_fork_server_stays_and_is_started_again_when_it_is_gone(program: Limited) -> None:
    first, child = program.ask(b"", "pid") or (0, 0)
    second, other = program.ask(b"", "pid") or (0, 0)
    assert first == second
    assert child != other
    os.kill(first, signal.SIGKILL)
    assert (program.ask(b"", "pid") or [first])[0] != first


def test_many_at_once_each_have_their_own_answer() -> None:
    program = Limited(PROGRAM, at_once=4)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda nth: program.ask(b"%d" % nth, "echo"), range(40)))
    program._server.end()
    assert [one["text"] for one in answers if one] == [str(nth) for nth in range(40)]


def test_who_would_wait_long_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "WAIT_SECONDS", 0.05)
    program = Limited(PROGRAM, at_once=1, seconds=3.0)
    with ThreadPoolExecutor(1) as pool:
        program.ask(b"", "pid")
        slow = pool.submit(program.ask, b"", "sleep")
        while program._places._value:
            pass
        with pytest.raises(TryLater, match="too many"):
            program.ask(b"", "echo")
        assert slow.result() is None
    program._server.end()


def test_where_no_process_can_be_started_the_person_is_told_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(limited.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(TryLater, match="no process"):
        Limited(PROGRAM).ask(b"", "echo")
