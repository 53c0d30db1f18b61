"""One embedded product a module; what is promised to programs is asked of it over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.asking import Stranger
from tests.parts.product import Embedded
from tests.people import Cast


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    """`dojang up` in a folder of its own."""
    made = Embedded(tmp_path_factory.mktemp("product"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@pytest.fixture(scope="module")
def stranger(product: Embedded) -> Stranger:
    """Somebody who knows the contract and nothing else."""
    return Stranger(product)


@pytest.fixture(scope="module")
def cast(stranger: Stranger) -> Cast:
    """The people of the demo university."""
    return stranger.cast
