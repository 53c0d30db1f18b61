"""The table of addresses, as `contract.md` gives it."""

from __future__ import annotations

import pytest

from services.routes import department


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/", "forms"),
        ("/applications/1", "forms"),
        ("/a/abc", "forms"),
        ("/static/style.css", "forms"),
        ("/api/openapi.json", "forms"),
        ("/api/v1/documents/X/file", "forms"),
        ("/desk", "forms"),
        ("/desk/applications", "forms"),
        ("/verify", "certs"),
        ("/verify/0000-0000", "certs"),
        ("/verify/keys", "certs"),
        ("/verify/offline/worker.js", "certs"),
        ("/files/abc", "certs"),
        ("/filesystem", "forms"),
        ("/api/v1/verify", "certs"),
        ("/api/v1/verify/0000", "certs"),
        ("/api/v1/desk/templates/tuition_waiver/ko", "certs"),
        ("/api/v1/desk/pass", "forms"),
        ("/desk/templates", "certs"),
        ("/desk/templates/3", "certs"),
        ("/desk/ledger", "certs"),
        ("/desk/post", "notify"),
        ("/mailbox", "notify"),
        ("/mailbox.json", "notify"),
        ("/mailbox/7", "notify"),
    ],
)
def test_an_address_reaches_its_department(path: str, who: str) -> None:
    assert department(path) == who


@pytest.mark.parametrize("path", ["/internal", "/internal/verifications"])
def test_inside_calls_reach_nobody_from_outside(path: str) -> None:
    assert department(path) is None
