"""The same walk by a real browser: student, two professors and the office, in both languages.

Scripts of the pages are never needed; axe-core (WCAG 2.2 AA) judges every page
at phone and desktop width. The pictures stay where `DOJANG_TEST_SHOTS` says.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import shots
from tests.parts.fixtures import need
from tests.parts.product import Embedded

CHROMIUM = "/usr/bin/chromium"
PICTURES_AT_LEAST = 100


@pytest.fixture
def browser() -> Iterator[Browser]:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


def test_everybody_walks_the_pages_and_axe_finds_nothing(browser: Browser, tmp_path: Path) -> None:
    folder = Path(os.environ.get("DOJANG_TEST_SHOTS", tmp_path / "shots"))
    product = Embedded(tmp_path)
    product.start()
    try:
        with as_file(files("axe_playwright_python") / "axe.min.js") as axe:
            walked = shots.Shots(browser, product.url, folder, axe, dark=False)
            shots.walk(walked)
    finally:
        product.stop()
    assert not sorted(set(walked.faults))
    assert len(list(folder.glob("*.png"))) >= PICTURES_AT_LEAST
    assert list(folder.glob("46-case-issued-*.png")), "the walk ends at the issued paper"


def test_the_pages_work_without_scripts(browser: Browser, tmp_path: Path) -> None:
    product = Embedded(tmp_path)
    product.start()
    try:
        walked = shots.Shots(browser, product.url, tmp_path / "shots", None, dark=True)
        walked.take = lambda *_one, **_more: None  # type: ignore[method-assign]  # no pictures
        shots.walk(walked)
        student = walked.person()
        shots.sign_in(walked, student, shots.STUDENT)
        student.wait_for_load_state()
        links = student.locator("a[href^='/applications/']")
        student.goto(walked.url + str(links.first.get_attribute("href")))
        with student.expect_download() as caught:
            student.locator("a[href^='/documents/']").first.click()
        assert Path(caught.value.path()).read_bytes().startswith(b"%PDF-")
    finally:
        product.stop()
