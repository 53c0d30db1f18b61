"""The one builder of every address that stands in a message.

A link is made here, while composing, from purpose, subject and generation;
nobody stores it. Only a request to sign holds an `/a/` address.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from shared.errors import Permanent
from shared.keys import Keyring
from shared.links import Link, make_link

FOLDERS = {"approval": "a", "invitation": "invitation", "password": "password", "queue": "queue"}
PAGES = {"student": "applications", "staff": "desk/applications", "professor": ""}


class Addresses:
    """Builds addresses under the installation's base URL."""

    def __init__(self, base_url: str, keyring: Keyring) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(base_url).hostname or ""
        self._keyring = keyring

    def link(self, purpose: str, given: list[dict[str, Any]]) -> str:
        """The address of the link of that purpose among `given`; "" for no purpose.

        Raises Permanent("bad_link") when it is missing, doubled or misshapen.
        """
        if not purpose:
            return ""
        match [one for one in given if one.get("purpose") == purpose]:
            case [{"subject_id": str(subject_id), "generation": int(generation)}]:
                token = make_link(Link(purpose, subject_id, generation), self._keyring)
                return f"{self.base_url}/{FOLDERS[purpose]}/{token}"
        raise Permanent("bad_link", f"needs one link of purpose {purpose}")

    def page(self, reader: str, application_id: str) -> str:
        """Where this reader sees the application; "" for who has no account."""
        folder = PAGES[reader]
        return f"{self.base_url}/{folder}/{application_id}" if folder else ""
