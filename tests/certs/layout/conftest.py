"""A writer and a signer, made once: that is how they are used."""

from pathlib import Path

import pytest

from services.certs.layout.write import Writer
from services.certs.sign import Signer
from tests.certs.layout.desk import FONTS, NOON


@pytest.fixture(scope="session")
def writer() -> Writer:
    return Writer(FONTS)


@pytest.fixture(scope="session", params=["p256", "rsa2048"])
def any_signer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder = tmp_path_factory.mktemp("keys")
    return Signer.create(folder, "Dojang University of Science", NOON, request.param)


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    folder: Path = tmp_path_factory.mktemp("key")
    return Signer.create(folder, "Dojang University of Science", NOON)
