"""Pictures of every page of a running product.

`python -m tests.shots URL FOLDER [--axe FILE] [--dark]`

Walks a waiver from sign-in to the issued paper with the demo's people, without
scripts, and takes each page at 390 and 1280 pixels in Korean and English. With
axe-core's `axe.min.js` it also says what it finds (scripts run for that alone).
Codes and links are read from the trial's mailbox; Han Seo-yun must have no open
application for this semester.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page, sync_playwright
from pypdf import PdfWriter

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
LANGUAGES = ("en", "ko")
STUDENT, OFFICE, PASSWORD = "2025-3107", "eunji.oh", "dojang-demo"
REASONS = (
    "지난 7월 집중호우로 가족이 운영하는 온실이 침수되어 올해 수확이 어렵습니다. 생활비를 직접 "
    "마련하고 있어 이번 학기 등록금을 모두 내기 어려운 형편입니다. 재해 사실 확인서를 제출합니다."
)
WAIT_SECONDS = 120


class Shots:
    """Takes the pictures and gathers what is wrong with them."""

    def __init__(
        self, browser: Browser, url: str, folder: Path, axe: Path | None, *, dark: bool
    ) -> None:
        self.url = url.rstrip("/")
        self._browser, self._folder = browser, folder
        self._axe = axe.read_text(encoding="utf-8") if axe else ""
        self._colours: Literal["dark", "light"] = "dark" if dark else "light"
        self.faults: list[str] = []
        folder.mkdir(parents=True, exist_ok=True)

    def person(self) -> Page:
        """Somebody with a browser of their own."""
        context = self._browser.new_context(
            java_script_enabled=bool(self._axe),
            bypass_csp=bool(self._axe),
            locale="ko-KR",
            color_scheme=self._colours,
        )
        return context.new_page()

    def go(self, page: Page, path: str) -> None:
        """Open a path in Korean."""
        page.goto(_in(self.url + path, "ko"))

    def take(self, page: Page, name: str, *, as_it_is: bool = False) -> None:
        """The page in both languages; `as_it_is` for the answer to a POST."""
        address = page.url
        for language in ("now",) if as_it_is else LANGUAGES:
            for size, (width, height) in SIZES.items():
                page.set_viewport_size({"width": width, "height": height})
                if not as_it_is:
                    page.goto(_in(address, language))
                page.screenshot(path=self._folder / f"{name}-{language}-{size}.png", full_page=True)
                self._judge(page, f"{name} {language} {size}")
        sys.stdout.write(f"{name}: {page.title()}\n")

    def _judge(self, page: Page, name: str) -> None:
        if not self._axe:
            return
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            self.faults.append(f"{name}: wider than the screen")
        page.evaluate(self._axe)
        found = page.evaluate("axe.run({runOnly: ['wcag2a','wcag2aa','wcag21aa','wcag22aa']})")
        for one in found["violations"]:
            where = ", ".join(str(node["target"]) for node in one["nodes"][:3])
            self.faults.append(f"{name}: {one['id']} at {where}")


def walk(shots: Shots) -> None:
    """The whole way of a waiver."""
    student, office, professor = shots.person(), shots.person(), shots.person()
    before_sign_in(shots, student)
    sign_in(shots, student, STUDENT, pictures=True)
    sign_in(shots, office, OFFICE)
    path = apply_for_it(shots, student)
    at_the_office(shots, office, path)
    sent_back(shots, student, professor, path)
    both_sign(shots, professor)
    decided(shots, student, office, path)


def before_sign_in(shots: Shots, page: Page) -> None:
    """What anybody sees."""
    for path in ("sign-in", "password", "verify", "privacy", "contacts", "nothing"):
        shots.go(page, f"/{path}")
        shots.take(page, f"01-{path}")
    shots.go(page, "/sign-in")
    page.fill("#id", "x")
    page.click("main .btn-primary")
    shots.take(page, "01-sign-in-wrong", as_it_is=True)


def sign_in(shots: Shots, page: Page, login_id: str, pictures: bool = False) -> None:
    """Password, channel, code."""
    shots.go(page, "/sign-in")
    page.fill("#id", login_id)
    page.fill("#password", PASSWORD)
    page.click("main .btn-primary")
    if pictures:
        shots.take(page, "02-channel")
    page.click("main .btn-primary")
    if pictures:
        shots.take(page, "03-code")
    page.fill("#code", code_for(shots.url, login_id))
    page.click("main .btn-primary")


def apply_for_it(shots: Shots, page: Page) -> str:
    """From the first page to the receipt; the path of the application."""
    shots.take(page, "10-home-empty")
    shots.go(page, "/apply/tuition_waiver")
    shots.take(page, "11-form")
    page.fill("#reasons", "가" * 300)
    with tempfile.TemporaryDirectory() as folder:
        page.set_input_files("#files", _not_a_pdf(Path(folder)))
        page.click("main .btns button[value=save]")
        shots.take(page, "12-form-file-refused", as_it_is=True)
        page.click("main .btns button[value=preview]")
        shots.take(page, "12-form-errors", as_it_is=True)
        page.check("input[value=two_thirds]")
        page.check("input[value=hardship]")
        page.fill("#reasons", REASONS)
        page.set_input_files("#files", _pdf(Path(folder)))
        page.click("main .btns button[value=save]")
    shots.take(page, "13-form-saved")
    path = _path(page).removesuffix("/edit")
    shots.go(page, "/")
    shots.take(page, "14-home-draft")
    shots.go(page, f"{path}/preview")
    shots.take(page, "15-preview")
    page.click("main .btn-primary")
    shots.take(page, "16-status-sent")
    shots.go(page, "/")
    shots.take(page, "17-home")
    return path


def at_the_office(shots: Shots, page: Page, path: str) -> None:
    """The office before its turn."""
    shots.go(page, "/desk")
    shots.take(page, "40-queue-empty")
    shots.go(page, "/desk?view=professors")
    shots.take(page, "40-queue-professors")
    shots.go(page, f"/desk{path}?step=1&professor=민")
    shots.take(page, "41-case-search")


def sent_back(shots: Shots, student: Page, professor: Page, path: str) -> None:
    """The advisor asks for a change; the student makes it."""
    link = newest_link(shots.url)
    shots.go(professor, link)
    shots.take(professor, "30-approve")
    professor.click("details:has(#reason-return) > summary")
    professor.fill("#reason-return", "피해 규모를 적어 주세요.")
    professor.click("button[value=return]")
    shots.take(professor, "31-returned", as_it_is=True)
    shots.go(professor, link)
    shots.take(professor, "32-used")
    shots.go(student, path)
    shots.take(student, "18-status-returned")
    shots.go(student, "/")
    shots.take(student, "18-home-returned")
    shots.go(student, f"{path}/edit")
    shots.take(student, "18-edit-returned")
    shots.go(student, f"{path}/preview")
    student.click("main .btn-primary")
    shots.go(professor, link)
    shots.take(professor, "33-replaced")


def both_sign(shots: Shots, page: Page) -> None:
    """Advisor and campus professor."""
    first = newest_link(shots.url)
    shots.go(page, first)
    page.click("button[value=approve]")
    shots.take(page, "34-name-missing", as_it_is=True)
    page.fill("#typed", "윤태호")
    page.click("button[value=approve]")
    shots.take(page, "35-signed", as_it_is=True)
    shots.go(page, newest_link(shots.url, other_than=first))
    page.fill("#typed", "서민정")
    page.click("button[value=approve]")


def decided(shots: Shots, student: Page, office: Page, path: str) -> None:
    """The office grants a third; the paper is issued."""
    shots.go(student, path)
    shots.take(student, "19-status-desk")
    shots.go(office, "/desk")
    shots.take(office, "42-queue")
    shots.go(office, f"/desk{path}")
    shots.take(office, "43-case")
    office.check("#d-decline")
    office.click("aside .btn-primary")
    shots.take(office, "44-case-reason-missing", as_it_is=True)
    office.check("#d-approve")
    office.select_option("#granted", "one_third")
    office.fill("#reference", "학사과-1187")
    office.fill("#reason", "이번 학기 재원 안에서 3분의 1을 감면합니다.")
    office.click("aside .btn-primary")
    shots.take(office, "45-case-decided")
    _until(lambda: _issued(shots, student, path), "the paper")
    shots.take(student, "21-status-issued")
    shots.go(student, "/")
    shots.take(student, "22-home-issued")
    shots.go(office, f"/desk{path}")
    shots.take(office, "46-case-issued")


def _issued(shots: Shots, page: Page, path: str) -> bool:
    shots.go(page, path)
    return page.locator("a[href^='/documents/']").count() > 0


def code_for(url: str, login_id: str) -> str:
    """The newest code that was mailed to somebody."""

    def find() -> str:
        for mail in mails(url):
            if login_id.replace("-", "") in str(mail.get("to", "")).replace("-", ""):
                found = re.search(r"(?<!\d)\d{6}(?!\d)", str(mail.get("text", "")))
                if found:
                    return found.group(0)
        return ""

    return str(_until(find, "a code"))


def newest_link(url: str, other_than: str = "") -> str:
    """The path of the newest link to sign, another one than a known one."""

    def find() -> str:
        for mail in mails(url):
            found = re.search(r"/a/[\w.-]+", str(mail.get("text", "")))
            if found:
                return "" if found.group(0) == other_than else found.group(0)
        return ""

    return str(_until(find, "a link"))


def mails(url: str) -> list[dict[str, Any]]:
    """The mailbox, the newest first."""
    with urllib.request.urlopen(f"{url}/mailbox.json", timeout=10) as answer:
        found: list[dict[str, Any]] = json.load(answer)
    return sorted(found, key=lambda mail: str(mail["at"]), reverse=True)


def _until(look: Any, what: str) -> Any:
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.5)
    raise RuntimeError(f"{what} did not come in {WAIT_SECONDS} seconds")


def _in(address: str, language: str) -> str:
    plain = re.sub(r"[?&]language=\w\w", "", address.split("#")[0])
    return f"{plain}{'&' if '?' in plain else '?'}language={language}"


def _path(page: Page) -> str:
    return re.sub(r"^https?://[^/]+|\?.*$", "", page.url)


def _pdf(folder: Path) -> Path:
    path, writer = folder / "재해사실확인서.pdf", PdfWriter()
    writer.add_blank_page(595, 842)
    with path.open("wb") as out:
        writer.write(out)
    return path


def _not_a_pdf(folder: Path) -> Path:
    path = folder / "소득자료.pdf"
    path.write_bytes(b"PK\x03\x04" + b"\x00" * 60)
    return path


def main() -> int:
    """Walk and take pictures; 1 if axe found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    given = parser.parse_args()
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=given.chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        shots = Shots(browser, given.url, given.folder, given.axe, dark=given.dark)
        walk(shots)
        browser.close()
    sys.stdout.write("".join(f"{fault}\n" for fault in sorted(set(shots.faults))))
    return 1 if shots.faults else 0


if __name__ == "__main__":
    sys.exit(main())
