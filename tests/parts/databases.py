"""Databases of either kind for tests, empty."""

from __future__ import annotations

from pathlib import Path

import pytest

DATABASES = ("sqlite", "postgresql")


def database_url(kind: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """The URL of an empty database; starts PostgreSQL only when it is asked for."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'service.sqlite'}"
    url: str = request.getfixturevalue("postgres").url()
    return url
