"""The pages of the register of issues and of the second person, judged by axe-core in a browser."""

from __future__ import annotations

import os
import shutil
from importlib.resources import as_file, files
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.parts.fixtures import need
from tests.shots import Shots, sign_in
from tests.test_browser import CHROMIUM
from tests.test_certificates import who_may
from tests.test_endings_journey import FIRST, SECOND, WHY, Town


def test_axe_finds_nothing_at_the_desk_of_either_person_and_in_the_ledger(tmp_path: Path) -> None:
    need(None if shutil.which(CHROMIUM) else "Chromium is not installed")
    folder = Path(os.environ.get("DOJANG_TEST_SHOTS", tmp_path / "shots"))
    town = Town(tmp_path)
    try:
        student = who_may(town.cast, "certificate_degree")
        waiting, replaced = (town.issue(student, "certificate_degree")[0] for _ in range(2))
        town.first.ask("POST", f"/api/v1/documents/{waiting}/revoke", json=WHY)
        town.first.ask("POST", f"/api/v1/documents/{replaced}/replace", json=WHY)
        confirm = {"decision": "confirm"}
        town.second.ask("POST", f"/api/v1/documents/{replaced}/decision", json=confirm)
        town.until(replaced, "superseded")
        faults = look_at_everything(town, folder, waiting, replaced)
    finally:
        town.product.stop()
    assert not sorted(set(faults))
    assert len(list(folder.glob("8*-*.png"))) >= 24


def look_at_everything(town: Town, folder: Path, waiting: str, replaced: str) -> list[str]:
    """The pages in both languages, on a phone and at a desk; what is wrong with them."""
    paths = {
        number: town.first.ask("GET", f"/api/v1/documents/{number}")["application_id"]
        for number in (waiting, replaced)
    }
    with (
        as_file(files("axe_playwright_python") / "axe.min.js") as axe,
        sync_playwright() as play,
    ):
        browser = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        shots = Shots(browser, town.product.url, folder, axe, dark=False)
        first, second = shots.person(), shots.person()
        sign_in(shots, first, FIRST)
        sign_in(shots, second, SECOND)
        for page, path, name in (
            (second, f"/desk/applications/{paths[waiting]}", "80-second"),
            (first, f"/desk/applications/{paths[waiting]}", "81-own"),
            (first, f"/desk/applications/{paths[replaced]}", "82-replaced"),
            (second, "/desk?view=second", "83-to-confirm"),
            (second, "/desk/ledger", "84-ledger"),
            (second, f"/desk/ledger?number={replaced}", "85-one-document"),
        ):
            if "ledger" in path:
                shots.go(page, "/desk/pass?next=/desk/ledger")
            shots.go(page, path)
            shots.take(page, name)
        browser.close()
    return shots.faults
