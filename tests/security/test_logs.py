"""What is written down holds ids, never people: a whole journey at the most talkative setting."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from services.forms.people.demo import accounts
from tests.parts.product import Embedded
from tests.people import Cast

FORMS = ("text", "json")


@pytest.mark.parametrize("form", FORMS)
def test_no_name_address_number_code_token_or_password_is_logged(tmp_path: Path, form: str) -> None:
    product = Embedded(tmp_path, DOJANG_LOG="debug", DOJANG_LOG_FORMAT=form)
    product.start()
    try:
        cast = Cast(product.url)
        sent = cast.send(cast.applicant("en"), reasons="My secret reasons are these.")
        links = [cast.link(sent)]
        assert cast.decide(links[0]).status_code == 200
        links.append(cast.link(sent))
        assert cast.decide(links[1]).status_code == 200
        assert cast.at_desk(sent, "approve").status_code == 200
        number = cast.issued(sent)["number"]
        cast.pdf(sent, number)
        cast.mail(sent, "issued")
        told = cast.mailbox.all()
    finally:
        product.stop()
    written = product.processes.log("up")
    codes = {code for one in told for code in re.findall(r"(?<!\d)\d{6}(?!\d)", one["text"])
             if one["message"] == "sign_in_code"}  # fmt: skip
    secrets = {
        "a link": [path.rsplit("/", 1)[1] for path in links],
        "a code": sorted(codes),
        "an address": [one["to"] for one in told],
        "a person": [one["name"] for one in accounts()],
        "a password": [one["password"] for one in accounts() if one["password"]],
        "a document": [number],
        "a reason": ["My secret reasons"],
        "a token": [one._headers.get("Authorization", "Bearer x").split()[1]
                    for one in cast.people.values()],
    }  # fmt: skip
    if form == "json":
        _follow(written, sent.id)
    began = written.find("Ctrl-C stops.")
    for what, values in secrets.items():
        for value in values:
            assert value not in written[max(began, 0) :], what
    assert "Traceback" not in written
    assert re.search(r"GET /api/v1/approvals/<token> 200", written), "routes instead of paths"
    for path in product.data.rglob("*.key*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    assert stat.S_IMODE(product.data.stat().st_mode) == 0o700


def _follow(written: str, application_id: str) -> None:
    """Each line is JSON, and those of one application lead through all three departments."""
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert all({"at", "level", "logger", "message"} <= set(one) for one in lines)
    about = [one for one in lines if one.get("case") == application_id]
    assert any("/api/v1/" in one["message"] for one in about)
    for queue in ("certs.transactional", "notify.transactional", "forms.transactional"):
        assert any(queue in one["message"] for one in about), queue
    assert all(one["at"].endswith("+00:00") for one in lines)
