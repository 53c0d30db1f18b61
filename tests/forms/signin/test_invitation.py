"""First and forgotten passwords: a mailed link, used once, silent about who exists."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.forms.signin import challenge, invitation, sessions
from shared.errors import Gone, NotFound, Refused, Unauthorized
from tests.forms.campus import CODE, DESK, HAN, PASSWORD, Campus

NEW = "산 넘어 산, 물 건너 물"


def invite(campus: Campus, login_id: str = HAN) -> str:
    with campus.write() as session:
        invitation.invite(session, campus.parts, login_id)
    return campus.token(campus.mails("invitation")[0])


def use(campus: Campus, token: str, password: str = NEW) -> None:
    with campus.write() as session:
        invitation.set_password(session, campus.parts, token, password)


def test_an_invitation_sets_the_first_password_once(campus: Campus) -> None:
    token = invite(campus)
    with campus.parts.database.read() as session:
        found = invitation.look_credential(session, campus.parts, token)
    assert (found.purpose, found.login_id) == ("invitation", HAN)
    use(campus, token)
    assert challenge.open_challenge(campus.parts, HAN, NEW, "192.0.2.1")
    with pytest.raises(Unauthorized):
        challenge.open_challenge(campus.parts, HAN, PASSWORD, "192.0.2.1")
    with pytest.raises(Gone, match="used"):
        use(campus, token)


def test_a_weak_password_leaves_the_link_good(campus: Campus) -> None:
    token = invite(campus)
    with pytest.raises(Refused):
        use(campus, token, "short")
    use(campus, token)


def test_a_newer_link_replaces_the_older_and_both_expire(campus: Campus) -> None:
    old = invite(campus)
    new = invite(campus)
    with pytest.raises(Gone, match="newer"):
        use(campus, old)
    campus.clock.advance(timedelta(days=15))
    with pytest.raises(Gone, match="expired"):
        use(campus, new)


def test_forgetting_is_silent_about_who_exists_and_mails_three_links_at_most(
    campus: Campus,
) -> None:
    for login_id in ("nobody", "a\x00b", *[HAN] * 5):
        with campus.write() as session:
            assert invitation.forgot(session, campus.parts, login_id) is None  # type: ignore[func-returns-value]  # the point: nothing is told
    mails = campus.mails("password_reset")
    assert len(mails) == 3
    assert mails[0].lane == "codes"


def test_a_new_password_signs_out_everywhere(campus: Campus) -> None:
    opened = challenge.open_challenge(campus.parts, HAN, PASSWORD, "192.0.2.1").challenge
    challenge.send_code(campus.parts, opened, "email")
    token = challenge.check_code(campus.parts, opened, CODE).token
    use(campus, invite(campus))
    with campus.write() as session:
        assert sessions.find(session, campus.parts, token, "api") is None


def test_a_link_for_something_else_or_altered_is_unknown(campus: Campus) -> None:
    token = invite(campus, DESK)
    for wrong in (token[:-2] + ("AA" if token[-2:] != "AA" else "BB"), "", "a.b"):
        with pytest.raises(NotFound):
            use(campus, wrong)


def test_nobody_is_invited_who_is_not_in_the_register(campus: Campus) -> None:
    with pytest.raises(NotFound):
        invite(campus, "nobody")
