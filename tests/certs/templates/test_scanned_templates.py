"""A template of staff is shown to the virus scanner before it is kept (ASVS 5.4.3)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.certs.templates.versions import Entry
from shared.errors import Refused, TryLater
from shared.scanner import open_scanner
from tests.certs.parts import Office
from tests.certs.templates.staff import upload
from tests.parts.clamd import clamd


def upload_past(office: Office, address: str) -> Entry:
    office.parts = replace(office.parts, scanner=open_scanner(address))
    return upload(office)


def test_what_it_knows_is_refused_and_without_its_word_nothing_is_kept(office: Office) -> None:
    known = b"stream: Eicar-Test-Signature FOUND\0"
    with clamd(said=known) as address, pytest.raises(Refused, match="scanner"):
        upload_past(office, address)
    with pytest.raises(TryLater, match="scanner"):
        upload_past(office, address)
    with clamd() as address:
        assert upload_past(office, address).state == "waiting"
