"""What happened at the doors, a line an event, for whoever looks for an intruder (ASVS 5.0, 16.3).

Written whatever DOJANG_LOG says, since what was not written on the day cannot be read after it. Of
people and networks there are marks: the same one is the same person, and `dojang mark ID` tells
whose; nobody else can read them back.
"""

from __future__ import annotations

import logging

from shared.keys import Keyring

NAME = "dojang.security"
MARK_CHARACTERS = 16
log = logging.getLogger(NAME)


def tell(event: str, **about: str) -> None:
    """An event by its dotted name, `password.wrong`; `about` is plain words and marks alone."""
    said = {name.rstrip("_"): value for name, value in about.items() if value}
    words = "".join(f" {name}={value}" for name, value in said.items())
    log.info("%s%s", event, words, extra={"about": {"event": event, **said}})


def mark(keyring: Keyring, login_id: str) -> str:
    """What an account is called in these lines, until the key `session` is another."""
    account = login_id.strip().lower().encode()
    return keyring.current("session").mac(b"security log", account).hex()[:MARK_CHARACTERS]
