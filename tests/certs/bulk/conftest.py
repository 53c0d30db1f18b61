"""Somebody who packs, on SQLite or on both databases."""

from __future__ import annotations

import pytest

from tests.certs.bulk.scene import Packing
from tests.certs.parts import Office


@pytest.fixture
def packing(office: Office) -> Packing:
    return Packing(office)


@pytest.fixture
def either_packing(either_office: Office) -> Packing:
    return Packing(either_office)
