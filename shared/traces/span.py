"""What was done, by whom, when and how it ended: the spans of a trace, and which one we are at.

The span that a thread is at is a context variable, so that whatever is said
meanwhile bears its `traceparent` (W3C Trace Context, 3.2): in the outbox, in a
message's header, in the call inside. Facts are names of our own (routes,
message types, kinds, codes) and opaque ids, never a path, an address or a
person. Names are those of OpenTelemetry's semantic conventions where it has one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from enum import Enum
from typing import Final, Protocol

from shared.errors import DojangError

TRACEPARENT = "traceparent"  # the header, of HTTP and of AMQP
TRACEPARENT_CHARACTERS = 55
ERROR = "error.type"
CASE, OUTCOME = "dojang.case", "dojang.outcome"

Facts = Mapping[str, str | int]
NONE: Final[Facts] = {}

_OPAQUE = re.compile(r"[0-9a-f-]{32,36}")
_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class Kind(Enum):
    """What a span has to do with others (OpenTelemetry, SpanKind)."""

    INTERNAL = "internal"
    SERVER = "server"
    CLIENT = "client"
    PRODUCER = "producer"
    CONSUMER = "consumer"


class Span(Protocol):
    """One thing that is done. One that is never ended was never there."""

    @property
    def traceparent(self) -> str:
        """How others name this span to go on from it; empty where nothing is traced."""
        ...

    def child(self, name: str, kind: Kind = Kind.INTERNAL, facts: Facts = NONE) -> Span:
        """Something that is done as a part of it, from now on."""
        ...

    def note(self, name: str, value: str | int) -> None:
        """One more fact."""
        ...

    def fail(self, code: str) -> None:
        """It did not succeed; a code or the name of an exception, never its sentence."""
        ...

    def end(self) -> None:
        """It is over now."""
        ...


class Traces(Protocol):
    """Where a department's spans begin that are part of nothing else in this process."""

    def begin(self, name: str, kind: Kind, facts: Facts = NONE, parent: str = "") -> Span:
        """A span from now on, within the trace of `parent` (a traceparent) or a new one."""
        ...


class _NoSpan:
    """Nothing is traced."""

    traceparent = ""

    def child(self, name: str, kind: Kind = Kind.INTERNAL, facts: Facts = NONE) -> Span:
        return self

    def note(self, name: str, value: str | int) -> None:
        """Nobody wants to know."""

    def fail(self, code: str) -> None:
        """Nobody wants to know."""

    def end(self) -> None:
        """Nobody wants to know."""


class _NoTraces:
    """The traces of a department that sends them nowhere."""

    def begin(self, name: str, kind: Kind, facts: Facts = NONE, parent: str = "") -> Span:
        return NO_SPAN


NO_SPAN: Final[Span] = _NoSpan()
NO_TRACES: Final[Traces] = _NoTraces()
_here: ContextVar[Span] = ContextVar("span", default=NO_SPAN)


def here() -> Span:
    """The span that this thread is at."""
    return _here.get()


def trace_id() -> str:
    """Of the trace that this thread is at, 32 hex digits; empty where nothing is traced."""
    return here().traceparent[3:35]


@contextmanager
def within(span: Span) -> Iterator[None]:
    """What is done inside is a part of `span`."""
    before = _here.set(span)
    try:
        yield
    finally:
        _here.reset(before)


@contextmanager
def doing(span: Span) -> Iterator[Span]:
    """As `within`; and `span` is over at the end, failed if an exception leaves."""
    with within(span):
        try:
            yield span
        except BaseException as error:
            span.fail(error.code if isinstance(error, DojangError) else type(error).__name__)
            raise
        finally:
            span.end()


def part(
    name: str, kind: Kind = Kind.INTERNAL, facts: Facts = NONE
) -> AbstractContextManager[Span]:
    """What is done inside is a part of its own of what this thread is at."""
    return doing(here().child(name, kind, facts))


def opaque(name: str, value: object) -> Facts:
    """An id as a fact, if it is one of ours: what came from elsewhere may hold anything."""
    return {name: str(value)} if _OPAQUE.fullmatch(str(value)) else NONE


def read(found: object) -> str:
    """A traceparent that came from elsewhere, or nothing if it is none."""
    return found if isinstance(found, str) and _FORM.fullmatch(found) else ""
