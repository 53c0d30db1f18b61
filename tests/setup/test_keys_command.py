"""`dojang keys`: how an installation for people gets its keys."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from services import departments, launcher
from services.certs.proof.keys import FILE, VARIABLE, Safe
from services.certs.sign import Signer
from services.certs.signing.plan import folder_of
from services.ground import Ground
from shared.errors import Permanent
from shared.keys import NAMES, Keyring
from shared.settings import Settings


def production(tmp_path: Path) -> Settings:
    return Settings.read(
        {
            "DOJANG_ENVIRONMENT": "production",
            "DOJANG_BASE_URL": "https://dojang.example",
            "DOJANG_MAIL": "smtp://mail.example",
            "DOJANG_KEYS": str(tmp_path / "keys"),
        }
    )


def test_it_makes_everything_that_production_asks_for_and_keeps_what_is_there(
    tmp_path: Path,
) -> None:
    settings = production(tmp_path)
    assert len(launcher.make_keys(settings)) == len(NAMES) + 2
    first = Keyring.open(settings, {}).current("link")
    Signer.open(folder_of(settings).path)
    assert launcher.make_keys(settings) == []
    assert Keyring.open(settings, {}).current("link") == first


def test_it_rotates_the_key_of_the_qr_codes_and_keeps_the_old_one_published(
    tmp_path: Path,
) -> None:
    environ = {"DOJANG_DATA": str(tmp_path), "PATH": os.environ["PATH"]}

    def dojang(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "services.cli", "keys", *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    assert dojang("--rotate", "qr").stderr.startswith("Error: The key 'qr' is missing")
    assert dojang().returncode == 0
    first = Safe(tmp_path / "keys" / FILE).keys().key_id.hex()
    assert dojang("--rotate", "qr").stdout.startswith("qr signs with key ")
    assert dojang("--rotate", "qr", "--leaked").returncode == 0
    assert dojang("--leaked").returncode == 2
    published = Safe(tmp_path / "keys" / FILE).keys().key_set["keys"]
    assert ["revoked" in one for one in published] == [False, True, False]
    assert published[2]["kid"] == first


def test_a_key_that_is_given_by_the_environment_is_not_rotated_behind_its_back(
    tmp_path: Path,
) -> None:
    with pytest.raises(Permanent) as refused:
        launcher.rotate_qr_key(production(tmp_path), {VARIABLE: "PEM"}, leaked=False)
    assert refused.value.code == "key_given"


def test_production_starts_only_with_a_key_for_the_qr_codes(tmp_path: Path) -> None:
    settings = production(tmp_path)
    launcher.make_keys(settings)
    (tmp_path / "keys" / FILE).unlink()
    with (
        Ground.open(settings, {}) as ground,
        pytest.raises(Permanent) as refused,
    ):
        departments.open_certs(ground)
    assert refused.value.code == "key_missing"
    assert not (tmp_path / "keys" / FILE).exists()
