"""How lines of the log look: text for people, or JSON, one object a line, for programs.

Each JSON line says which request and which case (correlation id) it belongs to,
so that an application can be followed through all departments. Of a fault it
says what and where, never its sentence: that may quote a person's data.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from shared.traces.span import trace_id

TEXT, JSON = "text", "json"
FORMATS = (TEXT, JSON)
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
TIME = "%Y-%m-%dT%H:%M:%SZ"

# Set for the time of a request or a message, by thread; read when a line is written.
_case: ContextVar[str] = ContextVar("case", default="")
_request: ContextVar[str] = ContextVar("request", default="")


def set_up(form: str) -> None:
    """Write to stderr in this form (`text` | `json`; a wrong one is refused by the settings)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == JSON else Lines(LINE, TIME))
    logging.basicConfig(handlers=[handler])


def begin_request(request_id: str, case: str = "") -> None:
    """From here on this thread answers that request, about that case if one is known."""
    _request.set(request_id)
    _case.set(case)


@contextmanager
def about(case: str) -> Iterator[None]:
    """What is written within the block is about this case."""
    before = _case.set(case)
    try:
        yield
    finally:
        _case.reset(before)


class Lines(logging.Formatter):
    """One line of text; times are UTC, as in JSON (ASVS 16.2.2)."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """Seconds since 1970 as UTC."""
        return time.gmtime(seconds)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """at, level, logger, thread, message; request, case, trace, fault, about where they are."""
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "thread": record.threadName,
            "message": record.getMessage(),
            "request": _request.get(),
            "case": _case.get(),
            "trace": trace_id(),
            "fault": _fault(record),
            "about": record.__dict__.get("about"),
        }
        return json.dumps({name: one for name, one in said.items() if one}, ensure_ascii=False)


def _fault(record: logging.LogRecord) -> dict[str, object] | None:
    if not record.exc_info or record.exc_info[1] is None:
        return None
    frames = traceback.extract_tb(record.exc_info[2])
    where = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
    return {"type": type(record.exc_info[1]).__name__, "where": where}
