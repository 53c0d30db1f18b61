"""Files are shown to the virus scanner before anybody keeps them; without its word none is kept."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from shared.errors import Permanent, Refused, TryLater
from shared.scanner import open_scanner
from shared.settings import Settings
from tests.parts.clamd import STREAM_BYTES_MOST, VIRUS, clamd


def test_what_it_does_not_know_passes_and_what_it_knows_is_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for socket in (None, tmp_path / "clamd.ctl"):
        with clamd(socket) as address:
            scanner = open_scanner(address)
            for clean in (b"", b"x", b"y" * 300_000):
                scanner.check(clean)
            for harmful in (VIRUS, b"z" * 65_530 + VIRUS):  # over the border of two chunks, too
                with pytest.raises(Refused, match="the scanner knows it"):
                    scanner.check(harmful)
    assert "Eicar-Test-Signature" in caplog.text


def test_a_file_that_it_did_not_look_at_is_not_taken(tmp_path: Path) -> None:
    with clamd() as address, pytest.raises(TryLater, match="scanner"):
        open_scanner(address).check(b"y" * (STREAM_BYTES_MOST * 3))
    for answer in (b"stream: Can't allocate memory ERROR\0", b"", b"\0", b"stream: OK? \0"):
        with clamd(said=answer) as address, pytest.raises(TryLater, match="scanner"):
            open_scanner(address).check(b"x")
    for gone in (address, f"clamd://{tmp_path / 'nobody.ctl'}"):
        with pytest.raises(TryLater, match="scanner"):
            open_scanner(gone).check(b"x")


def test_without_the_setting_every_file_is_taken() -> None:
    open_scanner(Settings.read({}).scanner).check(VIRUS)


def test_the_setting_is_an_address_of_clamd() -> None:
    with pytest.raises(Permanent, match="clamd"):
        Settings.read({"DOJANG_SCANNER": "http://scanner:3310"})


def test_no_content_of_a_file_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with clamd() as address, pytest.raises(Refused):
        open_scanner(address).check(b"Han Seo-yun " + VIRUS)
    assert "Seo-yun" not in caplog.text
