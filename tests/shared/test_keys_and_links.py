"""Secrets, links and passes: made once, checked anywhere, altered never."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Permanent
from shared.keys import NAMES, Key, Keyring
from shared.links import (
    Link,
    desk_pass,
    file_capability,
    link_address,
    make_link,
    make_pass,
    read_link,
    read_pass,
)
from shared.settings import Settings

NOW = datetime(2026, 8, 24, 5, 5, tzinfo=UTC)
RING = Keyring({name: (Key("k" + name[:3], f"{name:*<40}".encode()),) for name in NAMES})


def settings(folder: Path, **more: str) -> Settings:
    return Settings.read({"DOJANG_DATA": str(folder), **more})


def test_missing_keys_are_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    first = Keyring.open(settings(tmp_path), {})
    again = Keyring.open(settings(tmp_path), {})
    for name in NAMES:
        assert first.current(name) == again.current(name)
        assert (tmp_path / "keys" / f"{name}.key").stat().st_mode & 0o077 == 0
    assert len({first.current(name).secret for name in NAMES}) == len(NAMES)


def test_production_refuses_a_missing_key_and_names_it(tmp_path: Path) -> None:
    production = settings(
        tmp_path,
        DOJANG_ENVIRONMENT="production",
        DOJANG_BASE_URL="https://dojang.example",
        DOJANG_MAIL="smtp://mail.example",
    )
    with pytest.raises(Permanent, match="DOJANG_KEY_SESSION"):
        Keyring.open(production, {})


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Permanent, match="32"):
        Keyring.open(settings(tmp_path), {"DOJANG_KEY_LINK": "secret"})


def test_a_changed_key_still_reads_what_the_old_one_signed(tmp_path: Path) -> None:
    token = make_link(Link("approval", "s1", 1), Keyring.open(settings(tmp_path), {}))
    path = tmp_path / "keys" / "link.key"
    path.write_text("n" * 40 + "\n" + path.read_text())
    ring = Keyring.open(settings(tmp_path), {})
    assert read_link(token, ring) == Link("approval", "s1", 1)
    assert make_link(Link("approval", "s1", 1), ring) != token


def test_the_same_link_is_the_same_token_whole_on_one_line() -> None:
    link = Link("approval", "4f0a", 2)
    token = make_link(link, RING)
    assert token == make_link(link, RING)
    assert read_link(token, RING) == link
    address = link_address("https://dojang.example/", token)
    assert address == f"https://dojang.example/a/{token}"
    assert len(address.split()) == 1


@given(st.data())
def test_one_altered_character_makes_a_link_unknown(data: st.DataObject) -> None:
    token = make_link(Link("approval", "4f0a", 2), RING)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.characters(codec="ascii", min_codepoint=33).filter(lambda c: c != token[at])
    )
    with pytest.raises(Permanent) as caught:
        read_link(token[:at] + other + token[at + 1 :], RING)
    assert caught.value.code == "unknown_link"


@given(st.text(max_size=80))
def test_any_text_at_all_is_an_unknown_link_and_no_fault(text: str) -> None:
    with pytest.raises(Permanent):
        read_link(text, RING)
    with pytest.raises(Permanent):
        read_pass("file", text, NOW, RING)


def test_a_file_capability_ends_after_120_seconds() -> None:
    token = file_capability("AB12", "pdf", NOW, RING)
    late = NOW + timedelta(seconds=121)
    assert read_pass("file", token, NOW, RING) == {"subject": "AB12", "form": "pdf"}
    with pytest.raises(Permanent) as caught:
        read_pass("file", token, late, RING)
    assert caught.value.code == "expired_pass"


def test_a_pass_for_one_use_is_none_for_another() -> None:
    with pytest.raises(Permanent):
        read_pass("file", desk_pass("dean", "p1", NOW, RING), NOW, RING)
    with pytest.raises(Permanent):
        read_link(make_pass("file", {}, NOW, RING), RING)
