"""What a rule answers with: its id, a sentence, the figures it used, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default  # a finding has a field of its own
from typing import Any, Literal, Protocol


class Text(Protocol):
    """A lazy text: `str()` of it is in the language of whoever reads it now."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Finding:
    """What a rule says of a request (contract, "Words").

    `rule` is a rulebook id; `block` refuses at submit, `note` informs; `figures`
    are the plain values used (KRW, days, dates); `remedy` says what to do.
    `derivation` are the lines of the sum, for whoever checks it at the desk.
    """

    rule: str
    severity: Literal["block", "note"]
    message: Text
    field: str | None = None
    figures: Mapping[str, Any] = default(default_factory=dict)
    remedy: Text = ""
    derivation: Sequence[Text] = ()
    leads_to: str = ""  # the kind to ask for instead
