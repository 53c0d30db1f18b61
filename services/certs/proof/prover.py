"""The prover: what stands behind the `#` of a paper's address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.certs.press import Order
from services.certs.proof.cose import digits, sign1
from services.certs.proof.facts import Paper, chosen, pack
from services.certs.proof.keys import Safe
from shared.clock import SEOUL


@dataclass(frozen=True)
class Prover:
    """Signs the facts of papers with the key that signs now."""

    safe: Safe

    def digits(self, order: Order, number: str, at: datetime) -> str:
        """The signed facts of a paper that is issued `at`, as decimal digits."""
        template, keys = order.template, self.safe.keys()
        day = at.astimezone(SEOUL).date()
        paper = Paper(number, template.kind, template.language, day)
        facts = pack(paper, chosen(order.values, order.proves))
        return digits(sign1(facts, keys.private, keys.key_id))

    def published(self) -> dict[str, Any]:
        """All keys that ever signed, as a JWK set (RFC 7517)."""
        return self.safe.keys().key_set
