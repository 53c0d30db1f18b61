"""The QR keys: made, kept, rotated, published."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from services.certs.proof import keys
from services.certs.proof.cose import digits, sign1
from services.certs.proof.keys import FILE, Safe
from shared.errors import Permanent
from tests.certs.proof.reader import is_signed

NOON = datetime(2026, 9, 2, 3, 0, tzinfo=UTC)
LATER = NOON + timedelta(days=365)


def signed(safe: Safe) -> str:
    now = safe.keys()
    return digits(sign1(b"\xa0", now.private, now.key_id))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.make_missing(tmp_path, NOON)
    return tmp_path


def test_a_missing_key_is_made_once_for_the_owner_alone(tmp_path: Path) -> None:
    assert keys.make_missing(tmp_path / "keys", NOON) == [tmp_path / "keys" / FILE]
    first = (tmp_path / "keys" / FILE).read_bytes()

    assert keys.make_missing(tmp_path / "keys", LATER) == []
    assert (tmp_path / "keys" / FILE).read_bytes() == first
    assert (tmp_path / "keys" / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [FILE]


def test_after_a_rotation_a_running_process_signs_with_the_new_key(folder: Path) -> None:
    safe = Safe(folder / FILE)
    before = signed(safe)

    made = keys.rotate(folder, LATER)

    assert safe.keys().key_id.hex() == made
    assert safe.keys().key_set["keys"][0]["from"] == "2027-09-02T03:00:00+00:00"
    assert is_signed(signed(safe), safe.keys().key_set)
    assert is_signed(before, safe.keys().key_set), "documents of the old key still verify"


def test_old_keys_stay_published_with_their_time_and_without_their_secret(folder: Path) -> None:
    ids = [Safe(folder / FILE).keys().key_id.hex()]
    for years in range(1, 5):
        ids.append(keys.rotate(folder, NOON + timedelta(days=365 * years)))

    published = Safe(folder / FILE).keys().key_set["keys"]

    assert [one["kid"] for one in published] == ids[::-1]
    assert len(set(ids)) == len(ids)
    assert published[0]["until"] is None
    assert all(new["from"] == old["until"] for new, old in pairwise(published))
    assert (folder / FILE).read_text().count("BEGIN PRIVATE KEY") == 1
    for one in published:
        assert (one["kty"], one["crv"], one["alg"]) == ("EC", "P-256", "ES256")
        assert "d" not in one


def test_a_leaked_key_is_published_as_no_longer_trusted(folder: Path) -> None:
    keys.rotate(folder, LATER, leaked=True)

    new, old = Safe(folder / FILE).keys().key_set["keys"]

    assert old["revoked"] == old["until"] == "2027-09-02T03:00:00+00:00"
    assert "revoked" not in new


def test_the_id_is_the_beginning_of_the_thumbprint(folder: Path) -> None:
    member = Safe(folder / FILE).keys().key_set["keys"][0]
    text = f'{{"crv":"P-256","kty":"EC","x":"{member["x"]}","y":"{member["y"]}"}}'  # RFC 7638, 3

    assert member["kid"] == hashlib.sha256(text.encode()).hexdigest()[:4]


def test_keys_are_taken_from_the_environment_as_they_would_lie_in_the_file(folder: Path) -> None:
    keys.rotate(folder, LATER)
    text = (folder / FILE).read_text()

    safe = Safe(folder / "nothing", text)

    assert safe.keys().key_set == Safe(folder / FILE).keys().key_set
    one_line = Safe(folder / "nothing", text.replace("\n", "\\n"))
    assert one_line.keys().key_set == safe.keys().key_set, "as .env files have it"


def test_a_bare_key_of_openssl_will_do(tmp_path: Path) -> None:
    safe = Safe(tmp_path / "nothing", pem(ec.generate_private_key(ec.SECP256R1())))

    assert is_signed(signed(safe), safe.keys().key_set)
    assert safe.keys().key_set["keys"][0]["from"] is None


def test_a_missing_key_is_said_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(Permanent) as missing:
        Safe(tmp_path / FILE)

    assert missing.value.code == "key_missing"
    assert "dojang keys" in missing.value.sentence


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    ).decode()


def wrong(how: str) -> str:
    """A text that is no good, made when it is wanted."""
    good = pem(ec.generate_private_key(ec.SECP256R1()))
    if how == "another curve":
        return pem(ec.generate_private_key(ec.SECP384R1()))
    if how == "RSA":
        return pem(rsa.generate_private_key(65537, 2048))
    return {
        "nothing": "",
        "no PEM": "secret",
        "broken": good[:60] + good[70:],
        "twice": good + good,
        "no instant": "from: yesterday\n" + good,
        "no zone": "from: 2026-09-02T03:00:00\n" + good,
    }[how]


@pytest.mark.parametrize(
    "how",
    ["nothing", "no PEM", "broken", "another curve", "RSA", "twice", "no instant", "no zone"],
)
def test_a_wrong_key_is_refused_with_a_sentence(how: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(wrong(how))
    with pytest.raises(Permanent) as refused:
        Safe(tmp_path / FILE)

    assert refused.value.code == "bad_qr_key"
    assert FILE in refused.value.sentence
    assert "BEGIN" not in refused.value.sentence
