"""A signature is drawn as well as typed: by a real browser, by pointer and by keyboard."""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from services.forms.applications.tables import StepRow
from tests.forms.applications.test_journey import send
from tests.forms.campus import Campus
from tests.forms.pages.browser import link, visitor
from tests.parts.fixtures import need
from tests.test_browser import CHROMIUM


@pytest.fixture
def browser() -> Iterator[Browser]:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def served(campus: Campus) -> Iterator[str]:
    """Where the campus can be reached by a browser."""
    server = make_server("localhost", 0, campus.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def drawn_picture(campus: Campus, application: str) -> Image.Image:
    """The picture that the file store has of the first signature."""
    with campus.parts.database.read() as session:
        step = session.query(StepRow).filter_by(application_id=application, n=1).one()
        assert step.typed is None
        png = campus.parts.files.get(step.drawn_file_id or "", step.drawn_sha256)
    return Image.open(io.BytesIO(png)).convert("RGBA")


def choose_drawing(page: Page) -> None:
    page.get_by_text("Draw your signature").click()
    page.locator("#draw").scroll_into_view_if_needed()


def by_pointer(page: Page) -> None:
    box = page.locator("#draw").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 80)
    page.mouse.down()
    for at in range(40, 240, 20):
        page.mouse.move(box["x"] + at, box["y"] + 80 + (at % 60))
    page.mouse.up()


def by_keyboard(page: Page) -> None:
    page.locator("#draw").focus()
    page.keyboard.press("Space")
    for key in ["ArrowRight"] * 12 + ["ArrowDown"] * 5 + ["ArrowLeft"] * 6:
        page.keyboard.press(key)


@pytest.mark.parametrize("way", [by_pointer, by_keyboard])
def test_a_signature_is_drawn_and_counts_like_a_typed_one(
    campus: Campus, browser: Browser, way: object
) -> None:
    application = send(campus)
    path = link(campus)
    with served(campus) as url:
        page = browser.new_context(locale="en-US").new_page()
        faults: list[str] = []
        page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
        page.goto(url + path)
        choose_drawing(page)
        assert callable(way)
        way(page)
        page.get_by_role("button", name="Sign and confirm").click()
        page.wait_for_load_state()
        assert "Signed" in page.locator("h1").inner_text()
        assert faults == []
        page.context.close()
    picture = drawn_picture(campus, application)
    assert picture.getchannel("A").getbbox() is not None
    assert picture.width > picture.height > 8


def test_nothing_drawn_is_said_at_once_and_clearing_takes_it_back(
    campus: Campus, browser: Browser
) -> None:
    send(campus)
    path = link(campus)
    with served(campus) as url:
        page = browser.new_context(locale="en-US").new_page()
        page.goto(url + path)
        choose_drawing(page)
        by_pointer(page)
        page.get_by_role("button", name="Begin anew").click()
        page.get_by_role("button", name="Sign and confirm").click()
        page.wait_for_load_state()
        assert page.locator(".error-summary, [role=alert]").count()
        assert page.locator("#typed").is_visible()
        page.context.close()


def test_without_scripts_only_typing_is_offered(campus: Campus) -> None:
    send(campus)
    professor = visitor(campus)
    page = professor.open(link(campus))
    assert page.tree.xpath("//fieldset[@data-ways][@hidden]")
    assert page.tree.xpath('//input[@name="drawn"][@disabled]')
    shown = page.hidden("shown")
    assert (
        professor.post(page.address, decision="approve", typed="윤태호", shown=shown).status == 200
    )


def test_what_was_drawn_is_there_again_when_something_else_was_wrong(campus: Campus) -> None:
    send(campus)
    professor = visitor(campus)
    address = link(campus)
    professor.open(address)
    drawn = "data:image/png;base64,AAAA"
    page = professor.post(address, decision="approve", drawn=drawn, shown="0" * 64)
    assert page.status in (409, 422)
    assert page.hidden("drawn") == drawn
