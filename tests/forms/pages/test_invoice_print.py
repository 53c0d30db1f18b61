"""The tuition invoice as a printer gives it (TUI-12): one page, and nothing but the invoice."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest
from playwright.sync_api import sync_playwright
from pypdf import PdfReader
from werkzeug.serving import make_server

from services.forms.people import register
from services.forms.signin import sessions
from shared.cookies import SESSION
from tests.forms.applications.requesting import ask, go_to, grant
from tests.forms.campus import DESK, HAN, Campus
from tests.parts.fixtures import need

CHROMIUM = "/usr/bin/chromium"


@contextmanager
def served(campus: Campus) -> Iterator[str]:
    """The pages at an address of their own."""
    server = make_server("127.0.0.1", 0, campus.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()


def printed(campus: Campus, path: str, language: str) -> list[str]:
    """The words of each page of A4 that the student's browser prints."""
    with campus.write() as session:
        account = register.find_account(session, HAN)
        assert account is not None
        token, _person = sessions.open_session(session, campus.parts, account, "page")
    with served(campus) as url, sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(color_scheme="dark")
        cookies = {SESSION: token, "language": language}
        context.add_cookies([{"name": k, "value": v, "url": url} for k, v in cookies.items()])
        page = context.new_page()
        page.goto(url + path)
        made = page.pdf(format="A4", prefer_css_page_size=True)
        browser.close()
    return [" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(made)).pages]


@pytest.mark.parametrize(
    ("language", "there", "not_there"),
    [
        ("en", "Dojang University of Science", ("Print this page", "My settings", "Privacy")),
        ("ko", "도장과학기술대학원대학교", ("화면을 인쇄하면", "내 설정", "개인정보")),
    ],
)
def test_four_installments_are_one_page_without_the_frame(
    campus: Campus, language: str, there: str, not_there: tuple[str, ...]
) -> None:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    go_to(campus, 2023, 2, 20)
    grant(campus, ask(campus, HAN, "installments"), DESK)
    [words] = printed(campus, "/tuition/invoice", language)
    assert words.count("625,000") == 4
    assert "700-2025-003107" in words
    assert words.endswith(there)
    assert not [one for one in not_there if one in words]
