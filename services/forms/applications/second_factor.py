"""A code to whoever signs, before their decision counts, where a step asks it.

`Step.second_factor` of a kind says so. notify sends and checks the code, as for signing in. Nothing
is kept here: the challenge and the proof are passes of a quarter of an hour, for one step, one
generation of its link and one person, so that a link alone decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.forms.applications import approvals
from services.forms.applications.tables import new_id
from services.forms.parts import Parts
from services.forms.people import register
from services.forms.people.values import Professor
from services.forms.signin import limits
from services.forms.signin.challenge import Channel, masked_email
from shared.errors import NotFound, Permanent, Refused
from shared.links import make_pass, read_pass

PURPOSE = "approval"
CHALLENGE = "signing_challenge"
VALID = timedelta(minutes=15)
CODE_CHARACTERS_MOST = 40


@dataclass(frozen=True)
class CodeSent:
    """A code is on its way and counts until `expires_at`; `challenge` goes with the code."""

    challenge: str
    channel: str
    masked: str
    expires_at: datetime
    others: tuple[Channel, ...]


def ways(professor: Professor) -> tuple[Channel, ...]:
    """Where a code can go: the register has an address of professors, and no number."""
    return (Channel("email", masked_email(professor.email)),) if professor.email else ()


def send(parts: Parts, token: str, channel: str, address: str = "") -> CodeSent:
    """Have a code sent to whom a link was made for; each is a verification of its own, as what
    limits guesses is the person. `address` is the caller's network address.

    Raises what `approvals.look` raises, Refused("no_code_asked" | "bad_channel"),
    TooMany("too_many_codes", retry_after), TryLater("codes_unavailable" | "channel_unavailable").
    """
    mine, professor = _who(parts, token)
    known = {one.name: one.masked for one in ways(professor)}
    if channel not in known:
        raise Refused("bad_channel", "no such way", field="channel", may=list(known))
    verification = _start(parts, professor, address)
    sent = parts.verifications.send(verification, channel)
    others = tuple(Channel(name, known[name]) for name in sent.others if name in known)
    claims = {**mine, "verification": verification}
    made = make_pass(CHALLENGE, claims, parts.clock.now() + VALID, parts.keyring)
    return CodeSent(made, channel, known[channel], sent.expires_at, others)


def check(parts: Parts, token: str, challenge: str, code: str) -> str:
    """The proof that goes with a decision, for the right code; a code counts once.

    Raises what `approvals.look` raises, Refused("no_code_asked" | "wrong_code", checks_left,
    reason), TooMany, TryLater.
    """
    mine, _professor = _who(parts, token)
    verification = _verification(parts, mine, challenge)
    if verification is None:
        raise Refused("wrong_code", "no code was sent", field="code", reason="not_sent")
    if not code.strip() or len(code) > CODE_CHARACTERS_MOST:
        raise Refused("wrong_code", "that is no code", field="code", reason="wrong")
    try:
        found = parts.verifications.check(verification, code)
    except NotFound as error:
        raise Refused("wrong_code", "it is over", field="code", reason="expired") from error
    if not found.verified:
        raise Refused("wrong_code", "not the code", field="code", reason=found.reason,
                      checks_left=found.checks_left)  # fmt: skip
    expires = parts.clock.now() + VALID
    return make_pass(approvals.PROOF, mine, expires, parts.keyring)


def _who(parts: Parts, token: str) -> tuple[dict[str, Any], Professor]:
    """What a code is for, and whom: whoever the link was made for. No transaction is open
    afterwards, while notify is asked."""
    with parts.database.read() as session:
        row, step = approvals.find(session, parts, token)
        if not approvals.asks_code(parts.kind(row.kind), step):
            raise Refused("no_code_asked", "this step asks no code", field="code")
        return approvals.signer_claims(step), register.find_professor(
            session, step.professor_id or ""
        )


def _start(parts: Parts, professor: Professor, address: str) -> str:
    verification = new_id()
    parts.verifications.start(
        verification,
        purpose=PURPOSE,
        person=professor.id,
        language=professor.language,
        addresses={"email": professor.email},
        network=limits.network_of(parts, address),
    )
    return verification


def _verification(parts: Parts, mine: Mapping[str, Any], challenge: str) -> str | None:
    """The verification that a challenge of this very step names, while it lasts."""
    try:
        found = read_pass(CHALLENGE, challenge, parts.clock.now(), parts.keyring)
    except Permanent:
        return None
    return str(found["verification"]) if mine.items() <= found.items() else None
