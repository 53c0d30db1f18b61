"""The office in a real browser: from a list to the ZIP, each page judged by axe (WCAG 2.2 AA)."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from services.forms.people.demo import accounts
from tests import shots
from tests.parts.fixtures import need
from tests.parts.product import Embedded

CHROMIUM = "/usr/bin/chromium"
OFFICER = next(one["id"] for one in accounts() if one["office"] == "student_affairs")
STUDENTS = [one["id"] for one in accounts() if one["role"] == "student"][:24]
LIST = "학번,이름,언어\r\n" + "".join(f"{n},,\r\n" for n in [*STUDENTS, STUDENTS[0], "1999-0001"])
WAIT_MS = 600_000


@pytest.fixture
def browser() -> Iterator[Browser]:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    with sync_playwright() as play:
        started = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


def test_an_office_goes_from_a_list_to_the_zip(browser: Browser, tmp_path: Path) -> None:
    folder = Path(os.environ.get("DOJANG_TEST_SHOTS", tmp_path / "shots"))
    listed = tmp_path / "명단.csv"
    listed.write_bytes(LIST.encode("cp949"))
    product = Embedded(tmp_path)
    product.start()
    try:
        with as_file(files("axe_playwright_python") / "axe.min.js") as axe:
            walked = shots.Shots(browser, product.url, folder, axe, dark=False)
            page = walked.person()
            walk(walked, page, listed)
            with page.expect_download() as caught:
                page.click("main .btn-primary")
            with zipfile.ZipFile(caught.value.path()) as opened:
                assert opened.testzip() is None
                assert "index.csv" in opened.namelist()
    finally:
        product.stop()
    assert not sorted(set(walked.faults))


def walk(walked: shots.Shots, page: Page, listed: Path) -> None:
    """Each page in both languages, at phone and desktop width."""
    shots.sign_in(walked, page, OFFICER)
    walked.go(page, "/desk/bulk")
    walked.take(page, "70-bulk-empty")
    page.click("main .certs a")
    walked.take(page, "71-bulk-form")
    page.click("main .btns .btn-primary")
    walked.take(page, "72-bulk-form-errors", as_it_is=True)
    walked.go(page, "/desk/bulk")
    page.click("main .certs a")
    page.set_input_files("#file", listed)
    page.click("main .btns .btn-primary")
    page.wait_for_selector("form[action$='/start']", timeout=WAIT_MS)
    walked.take(page, "73-bulk-checked")
    page.click("main .btn-primary")
    page.wait_for_selector("main .badge")  # it asks again by itself: axe would lose it
    page.wait_for_selector("main a[href$='/zip']", timeout=WAIT_MS)
    walked.take(page, "75-bulk-done")
    path = page.url
    walked.go(page, "/desk/bulk")
    walked.take(page, "76-bulk-lists")
    page.goto(path)
