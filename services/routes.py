"""Which department answers an address (contract "HTTP"): one table, read twice.

The embedded default mounts its three applications by it, and the gateway of
the Compose installation repeats it in `gateway/dojang.conf.template`; a test
asks both the same questions, so that the two never part.
"""

from __future__ import annotations

SERVICES = ("forms", "certs", "notify")

# The longest prefix that fits decides; what fits none goes to forms. None: nobody from outside.
ROUTES: tuple[tuple[str, str | None], ...] = (
    ("/verify", "certs"),
    ("/files/", "certs"),
    ("/api/v1/verify", "certs"),
    ("/api/v1/desk/templates", "certs"),
    ("/desk/templates", "certs"),
    ("/desk/ledger", "certs"),
    ("/desk/post", "notify"),
    ("/mailbox", "notify"),
    ("/internal", None),
)
OTHERWISE = "forms"


def department(path: str) -> str | None:
    """The department that answers `path` from outside, None where nobody does."""
    fitting = [route for route in ROUTES if path.startswith(route[0])]
    return max(fitting, key=lambda route: len(route[0]))[1] if fitting else OTHERWISE
