"""An office with lists."""

from __future__ import annotations

import pytest

from services.forms.bulk.worker import Bulk
from tests.forms.bulk.scene import OFFICER, Scene
from tests.forms.campus import Campus


@pytest.fixture
def scene(campus: Campus) -> Scene:
    return Scene(campus, campus.person(OFFICER), Bulk(campus.parts))
