"""Traces in memory for tests: what began, what ended, and within which span of another."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from shared.traces import Kind, Span
from shared.traces.span import ERROR, NONE, Facts


@dataclass
class Recorder:
    """A department's traces. Spans are numbered; a new trace bears the number of its first."""

    ended: list[Noted] = field(default_factory=list)
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def begin(self, name: str, kind: Kind, facts: Facts = NONE, parent: str = "") -> Span:
        number = next(self.numbers)
        trace = parent[3:35] or f"{number:032x}"
        return Noted(self, name, kind, dict(facts), parent, f"00-{trace}-{number:016x}-01")

    def named(self, name: str) -> list[Noted]:
        """The ended spans of a name, in the order of their ends."""
        return [one for one in self.ended if one.name == name]


@dataclass
class Noted:
    """A span."""

    recorder: Recorder = field(repr=False)
    name: str
    kind: Kind
    facts: dict[str, Any]
    parent: str
    traceparent: str

    def child(self, name: str, kind: Kind = Kind.INTERNAL, facts: Facts = NONE) -> Span:
        return self.recorder.begin(name, kind, facts, self.traceparent)

    def note(self, name: str, value: str | int) -> None:
        self.facts[name] = value

    def fail(self, code: str) -> None:
        self.facts[ERROR] = code

    def end(self) -> None:
        self.recorder.ended.append(self)
