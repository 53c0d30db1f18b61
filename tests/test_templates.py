"""A template of staff's own, from the upload to the paper that anybody can check.

On the embedded default, over HTTP alone: staff sign in at the pages, upload a Word file with a
loop, conditions, pictures and two languages in one paragraph, the server is killed while it is
compiled and started again, staff put it in use, a student takes out a transcript.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from services import demo
from services.forms.catalog import BY_NAME
from services.forms.people.demo import accounts
from tests.certs.templates.own_template import transcript
from tests.parts.product import Embedded
from tests.people import Cast
from tests.test_certificates import TWELVE, asked_for, offer
from tests.test_journeys import words_of

KIND = "certificate_transcript"
PAPER = f"/desk/templates/{KIND}/ko"
COMPILED_WITHIN_SECONDS = 900
ISSUED_WITHIN_SECONDS = 600


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    made = Embedded(tmp_path_factory.mktemp("product"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Desk:
    """Somebody of an office at the pages, signed in with a code."""

    def __init__(self, cast: Cast, office: str) -> None:
        account = next(one for one in accounts() if one["office"] == office)
        self.client = httpx.Client(
            base_url=cast.url, trust_env=False, timeout=60, follow_redirects=True
        )
        self.client.headers["Accept-Language"] = "en"
        self.send("/sign-in", id=account["id"], password=account["password"])
        seen = cast.mailbox.seen()
        self.send("/sign-in/channel", channel="email")
        mail = cast.mailbox.wait(seen, lambda one: one["message"] == "sign_in_code")
        code = re.search(r"(?<!\d)\d{6}(?!\d)", mail["text"])
        assert code
        self.send("/sign-in/code", code=code[0])

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def send(self, path: str, at: str = "", file: bytes | None = None, **fields: str) -> Any:
        found = re.search(r'name="form_token" value="([^"]+)"', self.page(at or path))
        assert found
        files = {"file": ("own.docx", file)} if file is not None else None
        return self.client.post(path, data={"form_token": found[1], **fields}, files=files)


def waited(desk: Desk, path: str, words: str, seconds: float) -> str:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        page = desk.page(path)
        if words in page:
            return page
        assert "cannot be used" not in page, page
        time.sleep(1)
    raise AssertionError(f"{words!r} did not come: {page}")


def paper_of(student: Any, asked: Any) -> tuple[dict[str, Any], bytes]:
    assert asked.status_code == 201, asked.text
    end = time.monotonic() + ISSUED_WITHIN_SECONDS
    while True:  # LibreOffice lays this one out: slower than the demo waits
        try:
            document = demo.document_of(student, asked.json()["id"])
            return document, demo.download(student, document["number"])
        except demo.DemoFailed:
            assert time.monotonic() < end


def test_a_template_of_their_own_from_the_upload_to_the_check(product: Embedded) -> None:
    cast = Cast(product.url)
    student = next(
        person for login in TWELVE if offer(person := cast.signed_in(login), KIND)["open"]
    )
    before, old = paper_of(student, asked_for(student, KIND, "ko"))

    desk = Desk(cast, BY_NAME[KIND].in_charge)
    with contextlib.closing(desk.client):
        goes_its_way(product, cast, desk, student, before, old)


def goes_its_way(
    product: Embedded, cast: Cast, desk: Desk, student: Any, before: dict[str, Any], old: bytes
) -> None:
    desk.send(PAPER, file=transcript())
    waited(desk, f"{PAPER}/2", "Being compiled", 60)
    product.kill()
    product.start_again()
    page = waited(desk, f"{PAPER}/2", "Ready to be put in use", COMPILED_WITHIN_SECONDS)
    assert "two formats in one paragraph with a value" in page
    preview = desk.client.get(f"{PAPER}/2/preview/sample.pdf").content
    assert "Academic Transcript" in words_of(preview)
    desk.send(f"{PAPER}/2/activate", at=f"{PAPER}/2", seen="1")
    assert "Version 2 is in use." in desk.page(PAPER)

    after, new = paper_of(student, asked_for(student, KIND, "ko"))

    said = words_of(new)
    assert "성적증명서 Academic Transcript" in said
    assert re.search(r"성명 Name: .+ \(.+\), 전공 Major: .+", said)
    assert ("Currently enrolled." in said) != ("학적:" in said)
    assert after["number"] in said
    assert "Academic Transcript" not in words_of(old)
    anybody = demo.Person(product.url)
    for number, pdf in ((before["number"], old), (after["number"], new)):
        checked = anybody.ask("POST", "/api/v1/verify", files={"file": ("paper.pdf", pdf)})
        assert (checked["verdict"], checked["number"]) == ("authentic", number)

    desk.send(f"{PAPER}/1/activate", at=PAPER, seen="2")
    again, third = paper_of(student, asked_for(student, KIND, "ko"))
    assert "Academic Transcript" not in words_of(third)
    assert again["number"] in words_of(third)
