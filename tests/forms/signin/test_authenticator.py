"""An authenticator app as the second step: RFC 6238, once a step, sealed, with recovery codes."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image
from sqlalchemy import text

from services.cli import main
from services.forms.people import register
from services.forms.people.values import Account
from services.forms.signin import authenticator, challenge
from services.forms.signin.authenticator import STEP_S, Enrolment, code_at
from shared.errors import Conflict, Refused, TooMany, Unauthorized
from shared.keys import NAMES, Key, Keyring
from tests.forms.campus import HAN, KHOA, PASSWORD, Campus

HERE = "192.0.2.7"
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1111111111, "14050471"),
     (1234567890, "89005924"), (2000000000, "69279037"), (20000000000, "65353130")],
)  # fmt: skip
def test_codes_are_those_of_rfc_6238_appendix_b(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // STEP_S, digits=8) == code


def account(campus: Campus, login_id: str = HAN) -> Account:
    with campus.parts.database.read() as session:
        found = register.find_account(session, login_id)
    assert found is not None
    return found


def begin(campus: Campus, login_id: str = HAN) -> Enrolment:
    with campus.write() as session:
        return authenticator.begin(session, campus.parts, login_id)


def now(campus: Campus, secret: str, aside: int = 0) -> str:
    """What the app shows, on a clock so many steps off."""
    at = campus.clock.now() + timedelta(seconds=aside * STEP_S)
    return pyotp.TOTP(secret).at(at)


def enrolled(campus: Campus) -> tuple[str, list[str]]:
    """The secret and the recovery codes of an app in use, its next step already begun."""
    secret = begin(campus).secret
    with campus.write() as session:
        codes = authenticator.confirm(session, campus.parts, account(campus), now(campus, secret))
    campus.clock.advance(timedelta(seconds=2 * STEP_S))
    return secret, codes


def accepted(campus: Campus, code: str) -> bool:
    with campus.write() as session:
        return authenticator.accept(session, campus.parts, account(campus), code)


def opened(campus: Campus) -> str:
    return challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE).challenge


def test_the_picture_holds_what_the_app_needs(campus: Campus) -> None:
    found = begin(campus)
    size, path = found.picture()
    drawn = Image.new("L", (size + 8, size + 8), 255)
    for step in path.split("M")[1:]:
        x, y = step.removesuffix("h1v1h-1z").split()
        drawn.putpixel((int(x) + 4, int(y) + 4), 0)
    [read] = zxingcpp.read_barcodes(drawn.resize(((size + 8) * 4,) * 2, Image.Resampling.NEAREST))
    assert read.text == found.address
    parsed = pyotp.parse_uri(read.text)
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.name) == (found.secret, HAN)
    assert found.grouped.replace(" ", "") == found.secret


def test_an_operator_takes_away_the_app_of_somebody_who_lost_it(
    campus: Campus, tmp_path: Path
) -> None:
    enrolled(campus)
    assert challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE).channels[0].name == "totp"

    def forget(login_id: str) -> Result:
        return CliRunner().invoke(main, ["forget-app", login_id, "--data", str(tmp_path)])

    assert forget(HAN).output == "Codes are sent to them again.\n"
    assert challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE).channels[0].name == "email"
    assert forget(HAN).output == "There was no app.\n"
    nobody = forget("nobody")
    assert nobody.exit_code == 1
    assert "Nobody signs in with the ID 'nobody'." in nobody.output


def test_an_app_is_not_in_use_before_its_first_code(campus: Campus) -> None:
    secret = begin(campus).secret
    assert challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE).channels[0].name == "email"
    with pytest.raises(Refused), campus.write() as session:
        authenticator.confirm(session, campus.parts, account(campus), now(campus, secret, 5))
    again = begin(campus).secret
    assert again != secret, "whoever begins anew gets another secret"
    with campus.write() as session:
        authenticator.confirm(session, campus.parts, account(campus), now(campus, again))
    with pytest.raises(Conflict):
        begin(campus)


def test_with_an_app_nothing_is_sent_and_its_code_signs_in(campus: Campus) -> None:
    secret, _codes = enrolled(campus)
    found = challenge.open_challenge(campus.parts, HAN, PASSWORD, HERE)
    assert [one.name for one in found.channels] == ["totp"]
    with pytest.raises(Refused):
        challenge.send_code(campus.parts, found.challenge, "email")
    assert challenge.send_code(campus.parts, found.challenge, "totp").channel == "totp"
    assert campus.codes.sent == []
    code = now(campus, secret)
    signed_in = challenge.check_code(campus.parts, found.challenge, f"{code[:3]} {code[3:]}")
    assert signed_in.person.login_id == HAN


def test_a_step_counts_once_and_so_does_every_earlier_one(campus: Campus) -> None:
    secret, _codes = enrolled(campus)
    code = now(campus, secret)
    assert accepted(campus, code)
    assert not accepted(campus, code)
    assert not accepted(campus, now(campus, secret, -1))
    campus.clock.advance(timedelta(seconds=STEP_S))
    assert accepted(campus, now(campus, secret))


@pytest.mark.parametrize(("aside", "right"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(campus: Campus, aside: int, right: bool) -> None:
    secret, _codes = enrolled(campus)
    assert accepted(campus, now(campus, secret, aside)) is right


def test_a_recovery_code_signs_in_once_however_it_is_typed(campus: Campus) -> None:
    _secret, codes = enrolled(campus)
    assert len(set(codes)) == 10
    campus.said()
    typed = codes[3].lower().replace("0", "o").replace("1", "l").replace("-", " ")
    found = challenge.check_code(campus.parts, opened(campus), typed)
    assert found.person.login_id == HAN
    assert [mail.params["what"] for mail in campus.mails()] == ["recovery_code_used"]
    with pytest.raises(Unauthorized):
        challenge.check_code(campus.parts, opened(campus), codes[3])
    with campus.parts.database.read() as session:
        assert authenticator.standing(session, HAN).recovery_codes == 9


def test_a_challenge_has_five_tries_and_an_account_ten_before_it_waits(campus: Campus) -> None:
    secret, codes = enrolled(campus)
    for token in (opened(campus), opened(campus)):
        left = []
        for _ in range(5):
            with pytest.raises(Unauthorized) as refused:
                challenge.check_code(campus.parts, token, "000000")
            left.append(refused.value.facts["checks_left"])
        assert left == [4, 3, 2, 1, 0]
        with pytest.raises(Unauthorized) as over:
            challenge.check_code(campus.parts, token, now(campus, secret))
        assert over.value.facts["reason"] == "no_checks_left"
    third = opened(campus)
    with pytest.raises(TooMany):
        challenge.check_code(campus.parts, third, codes[0])
    campus.clock.advance(timedelta(seconds=31))
    assert challenge.check_code(campus.parts, third, now(campus, secret)).person.login_id == HAN


def test_without_an_app_its_codes_open_nothing(campus: Campus) -> None:
    secret, codes = enrolled(campus)
    with campus.write() as session:
        assert authenticator.remove(session, campus.parts, account(campus))
    assert not accepted(campus, now(campus, secret))
    assert not accepted(campus, codes[0])
    assert [one.name for one in challenge.open_challenge(
        campus.parts, HAN, PASSWORD, HERE).channels] == ["email", "sms"]  # fmt: skip


def test_the_owner_is_told_of_what_changes(campus: Campus) -> None:
    enrolled(campus)
    with campus.write() as session:
        authenticator.remove(session, campus.parts, account(campus))
        assert not authenticator.remove(session, campus.parts, account(campus)), "a second time"
    assert [mail.params["what"] for mail in campus.mails("sign_in_changed")] == [
        "app_added",
        "app_removed",
    ]


def test_neither_the_secret_nor_a_recovery_code_is_in_the_database(
    campus: Campus, tmp_path: Path
) -> None:
    secret, codes = enrolled(campus)
    for path in tmp_path.glob("forms.sqlite*"):
        kept = path.read_bytes()
        assert secret.encode() not in kept
        assert not any(code.replace("-", "").encode() in kept for code in codes)


def test_a_sealed_secret_is_worth_nothing_in_another_account_or_under_another_key(
    campus: Campus,
) -> None:
    secret, codes = enrolled(campus)
    with campus.write() as session:
        session.execute(
            text("UPDATE signin_authenticator SET login_id = :other WHERE login_id = :mine"),
            {"other": KHOA, "mine": HAN},
        )
        khoa = account(campus, KHOA)
        assert not authenticator.accept(session, campus.parts, khoa, now(campus, secret))
        session.execute(text("UPDATE signin_authenticator SET login_id = :mine"), {"mine": HAN})
        session.execute(text("UPDATE signin_authenticator SET key_id = 'unknown'"))
    assert not accepted(campus, now(campus, secret))
    assert accepted(campus, codes[0]), "recovery codes need no key"


def test_after_a_change_of_the_key_a_secret_is_sealed_anew_when_it_is_used(
    campus: Campus,
) -> None:
    secret, _codes = enrolled(campus)
    old = campus.parts.keyring
    keys = {name: old.accepted(name) for name in NAMES}
    turned = Keyring(keys | {"totp": (Key("newer", b"n" * 48), *keys["totp"])})
    parts = replace(campus.parts, keyring=turned)
    with campus.write() as session:
        assert authenticator.accept(session, parts, account(campus), now(campus, secret))
        assert session.scalar(text("SELECT key_id FROM signin_authenticator")) == "newer"
    campus.clock.advance(timedelta(seconds=STEP_S))
    alone = replace(parts, keyring=Keyring(keys | {"totp": (Key("newer", b"n" * 48),)}))
    with campus.write() as session:
        assert authenticator.accept(session, alone, account(campus), now(campus, secret))
